/** Keys and signatures of another implementation, the platform's, to compare with. */

import { createPrivateKey, createPublicKey, sign } from "node:crypto";

/** What stands before the 32 bytes of a secret key in PKCS #8. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");

export interface Signer {
  readonly key: Buffer;
  sign(message: Buffer): Buffer;
}

export function signer(seed: Buffer): Signer {
  const secret = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
  const key = createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32);
  return { key, sign: (message) => sign(null, message, secret) };
}
