/** What is signed, and by whom: never a bare record, always one in its domain (ENC-2). */

import { CborWriter } from "../encoding/cbor.js";
import type { Shape } from "../encoding/shapes.js";
import { bytesOf, type Hex } from "../values.js";
import { verify } from "./ed25519.js";

const PROTOCOL = "clearstone/1";

/** The canonical bytes of [protocol, name of the kind of record, record]. */
export function signingBytes<T>(kind: string, shape: Shape<T>, value: T): Buffer {
  const out = new CborWriter();
  out.list(3);
  out.text(PROTOCOL);
  out.text(kind);
  shape.encode(value, out);
  return out.bytes();
}

/** What was judged lately: a session sees the same signature when it is checked, accused or applied again. */
const judged = new Map<string, boolean>();
const JUDGED_KEPT = 50_000;

/** Whether a signature is this key's over the record. */
export function isSigned<T>(key: Hex, kind: string, shape: Shape<T>, value: T, signature: Hex): boolean {
  if (key.length !== 64 || signature.length !== 128) return false;
  const message = signingBytes(kind, shape, value);
  const name = key + signature + message.toString("latin1");
  let valid = judged.get(name);
  if (valid === undefined) {
    valid = verify(bytesOf(key), message, bytesOf(signature));
    if (judged.size >= JUDGED_KEPT) judged.clear();
    judged.set(name, valid);
  }
  return valid;
}
