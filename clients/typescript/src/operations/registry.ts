/** All that this client answers: the one place where operations are put together. */

import { arithmeticOperations } from "./arithmetic.js";
import { consensusOperations } from "./consensus.js";
import { encodingOperations } from "./encoding.js";
import type { Operations } from "./operation.js";
import type { OpenSession } from "./session.js";
import { signatureOperations } from "./signatures.js";

export const OPERATIONS: Operations = {
  ...arithmeticOperations,
  ...encodingOperations,
  ...signatureOperations,
  ...consensusOperations,
};

/** How a live session starts. */
export const openSession: OpenSession | undefined = undefined as OpenSession | undefined;

/** The suites that this client supports, in the order of the format page. */
export const SUITES: readonly string[] = ["arithmetic", "encoding", "signatures", "consensus"];
