/** A live session: the client keeps a state and answers each transaction or block with what it did. */

import type { Json } from "../values.js";

export interface Session {
  /** Executes one transaction: `{receipt, root}`. */
  applyTransaction(transaction: unknown): Json;
  /** Applies one block: `{rejection, transactions, steps, root}`. */
  applyBlock(block: unknown): Json;
  /** The whole state: `{root, state}`. */
  dump(): Json;
  /** The root of the state. */
  root(): string;
}

/** Starts a session on a state in JSON; throws a `Rejection` if it is none. */
export type OpenSession = (state: unknown) => Session;
