/**
 * Which signatures are valid, exactly (ENC-2).
 *
 * Libraries disagree on keys of small order, on points with two encodings and on which of RFC 8032's two equations to
 * test, so this rule is written out. `node:crypto` gives SHA-512 and nothing else.
 */

import { createHash } from "node:crypto";
import {
  addBase,
  fromLittleEndian,
  fromY,
  L,
  Multiples,
  multiply,
  negate,
  NEUTRAL,
  P,
  type Point,
  pointBytes,
} from "./curve.js";

const HALF = 32;
const SIGN_BIT = 1n << 255n;

/** The y of the eight points whose order divides 8: of order 1, 2, 4, and of the two pairs of order 8. */
const Y_OF_ORDER_8 = 2707385501144840649318225287225658788936804267575313519463743609750303402022n;
const SMALL_ORDER: ReadonlySet<bigint> = new Set([1n, P - 1n, 0n, Y_OF_ORDER_8, P - Y_OF_ORDER_8]);

/** y and the parity of x, if the 32 bytes are the one encoding of a point that is not of small order. */
function strictPoint(bytes: Uint8Array): { y: bigint; odd: boolean } | undefined {
  const number = fromLittleEndian(bytes);
  const odd = number >= SIGN_BIT;
  const y = odd ? number - SIGN_BIT : number;
  // Where x = 0 the parity bit would be a second encoding; there y is 1 or −1, of small order anyway.
  return y < P && !SMALL_ORDER.has(y) ? { y, odd } : undefined;
}

/** A key that is a point: its opposite, since [S]B − [k]A is a sum with that. */
class Key {
  private readonly opposite: Point;
  private uses = 0;
  private multiples: Multiples | undefined;

  constructor(point: Point) {
    this.opposite = negate(point);
  }

  /** −[k]A. A table pays from about the third signature on: validators sign every block, most owners once. */
  subtracted(k: bigint): Point {
    this.uses += 1;
    if (this.uses <= 2) return multiply(k, this.opposite);
    this.multiples ??= new Multiples(this.opposite);
    return this.multiples.addTo(NEUTRAL, k);
  }
}

const keys = new Map<string, Key | null>();
const KEYS_KEPT = 256;

/** The key with these bytes, or null if they are none; those asked for lately are remembered. */
function keyOf(bytes: Buffer): Key | null {
  const name = bytes.toString("latin1");
  let key = keys.get(name);
  if (key === undefined) {
    const strict = strictPoint(bytes);
    const point = strict === undefined ? undefined : fromY(strict.y, strict.odd);
    key = point === undefined ? null : new Key(point);
    const [oldest] = keys.keys();
    if (keys.size >= KEYS_KEPT && oldest !== undefined) keys.delete(oldest);
    keys.set(name, key);
  }
  return key;
}

/** Whether a signature over a message is valid under a key. Total: any bytes will do. */
export function verify(key: Buffer, message: Buffer, signature: Buffer): boolean {
  if (key.length !== HALF || signature.length !== 2 * HALF) return false;
  const r = signature.subarray(0, HALF);
  const s = fromLittleEndian(signature.subarray(HALF));
  if (s >= L || strictPoint(r) === undefined) return false;
  const a = keyOf(key);
  if (a === null) return false;
  const k = fromLittleEndian(createHash("sha512").update(r).update(key).update(message).digest()) % L;
  return pointBytes(addBase(a.subtracted(k), s)).equals(r);
}
