/** All that this client answers: the one place where operations are put together. */

import { arithmeticOperations } from "./arithmetic.js";
import { consensusOperations } from "./consensus.js";
import { encodingOperations } from "./encoding.js";
import type { Operations } from "./operation.js";
import { LiveSession, ledgerOperations } from "./ledger.js";
import { marketOperations } from "./market.js";
import type { OpenSession } from "./session.js";
import { signatureOperations } from "./signatures.js";

export const OPERATIONS: Operations = {
  ...arithmeticOperations,
  ...encodingOperations,
  ...signatureOperations,
  ...consensusOperations,
  ...marketOperations,
  ...ledgerOperations,
};

/** How a live session starts. */
export const openSession: OpenSession = (state) => new LiveSession(state);

/** The suites that this client supports, in the order of the format page. */
export const SUITES: readonly string[] = [
  "arithmetic",
  "encoding",
  "signatures",
  "oracle",
  "ledger",
  "book",
  "funding",
  "options",
  "margin",
  "liquidation",
  "waterfall",
  "consensus",
  "blocks",
  "incidents",
];
