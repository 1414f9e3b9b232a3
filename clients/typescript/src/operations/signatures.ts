/** The suite `signatures`: which are valid, and over which bytes. */

import { octets, record, type Shape } from "../encoding/shapes.js";
import { Proposal, Vote } from "../records/consensus.js";
import { Body } from "../records/transactions.js";
import { verify } from "../signatures/ed25519.js";
import { signingBytes } from "../signatures/signing.js";
import { bytesOf, hexOf } from "../values.js";
import { namedRecord, Validity } from "./encoding.js";
import { operation, type Operations } from "./operation.js";

// Of any type: the name on the pipe says which shape, and each is used with values of its own only.
const SIGNABLE: Readonly<Record<string, Shape<any>>> = { Body, Vote, Proposal };

const SignatureToCheck = record({ key: octets, message: octets, signature: octets });

export const signatureOperations: Operations = {
  verify: operation(SignatureToCheck, Validity, ({ key, message, signature }) => ({
    valid: verify(bytesOf(key), bytesOf(message), bytesOf(signature)),
  })),
  signing_bytes: (input) => {
    const [kind, shape, value] = namedRecord((input as { record?: unknown }).record, SIGNABLE);
    return { data: hexOf(signingBytes(kind, shape, value)) };
  },
};
