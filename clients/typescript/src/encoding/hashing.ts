/** SHA-256, under which everything is known. */

import { createHash } from "node:crypto";
import type { Hex } from "../values.js";
import { encodeAs, type Shape } from "./shapes.js";

export function sha256(...parts: Uint8Array[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The id of a record: SHA-256 of its canonical bytes. */
export const idOf = <T>(shape: Shape<T>, value: T): Hex => sha256(encodeAs(shape, value)).toString("hex");
