/**
 * The leaves of what is on the pipe: integers as decimal strings, bytes as lowercase hex.
 *
 * Inside this client an integer is a `bigint` and bytes are their hex text: it compares with `===`, sorts as the bytes
 * do and can be the key of a map. Only hashing, signing and CBOR turn it into a buffer.
 */

/** Bytes, as lowercase hex. */
export type Hex = string;

/** What is written: JSON without numbers. */
export type Json = string | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A rule of the protocol rejects something. Thrown by readers and checks, or kept as a value. */
export class Rejection extends Error {
  constructor(
    /** Id of the rule. */
    readonly rule: string,
    reason = "",
  ) {
    super(reason === "" ? rule : `${rule}: ${reason}`);
    this.name = "Rejection";
  }
}

/** A value is not of the form that it must have (ENC-3): names the place, innermost last. */
export class Malformed extends Rejection {
  private path = "";

  constructor(readonly reason: string) {
    super("ENC-3", reason);
  }

  /** The same fault, seen from one level further out. */
  within(step: string): this {
    this.path = step + this.path;
    this.message = `ENC-3: ${this.path}: ${this.reason}`;
    return this;
  }
}

const DECIMAL = /^(?:0|-?[1-9][0-9]{0,77})$/;
const HEX = /^(?:[0-9a-f]{2})*$/;

/** Integers of the protocol lie in [−2²⁵⁶, 2²⁵⁶). */
const INTEGER_LIMIT = 1n << 256n;

export function readInteger(value: unknown): bigint {
  if (typeof value !== "string" || !DECIMAL.test(value)) throw new Malformed("not an integer in decimal");
  const n = BigInt(value);
  if (value.length > 76 && (n < -INTEGER_LIMIT || n >= INTEGER_LIMIT))
    throw new Malformed("an integer of more than 256 bits");
  return n;
}

export function readHex(value: unknown): Hex {
  if (typeof value !== "string" || !HEX.test(value)) throw new Malformed("not bytes in lowercase hex");
  return value;
}

export function readText(value: unknown): string {
  if (typeof value !== "string") throw new Malformed("not a text");
  return value;
}

export function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Malformed("neither true nor false");
  return value;
}

export const bytesOf = (hex: Hex): Buffer => Buffer.from(hex, "hex");
export const hexOf = (bytes: Uint8Array): Hex =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");

/** Ascending by code unit; for hex and ASCII that is by bytes. */
export const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const SURROGATE = /[\ud800-\udfff]/;

/** Ascending by code point, which is by bytes of UTF-8. (`<` goes by UTF-16 units: another order above U+FFFF.) */
export function compareTexts(a: string, b: string): number {
  if (!SURROGATE.test(a) && !SURROGATE.test(b)) return ascending(a, b);
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
