/**
 * Canonical bytes, read: a single pass from left to right which stops at the first fault (ENC-1, ENC-3).
 *
 * What is no CBOR at all is ENC-3; CBOR that is not the one encoding of a value is ENC-1.
 */

import { Rejection } from "../values.js";
import { compareKeys, Major, type Plain } from "./cbor.js";

/** The kinds that CBOR lets one write without a length; for the others 31 is reserved, as is a break out of nothing. */
const HAS_INDEFINITE: ReadonlySet<Major> = new Set([Major.Octets, Major.Text, Major.List, Major.Map]);
const MAX_DEPTH = 32;
const MAX_INTEGER_BYTES = 32;

/** The value whose one encoding these bytes are; throws a `Rejection`. */
export function decode(bytes: Buffer): Plain {
  const reader = new CborReader(bytes);
  const value = reader.item(0);
  reader.end();
  return value;
}

const malformed = (at: number, reason: string) => new Rejection("ENC-3", `byte ${at}: ${reason}`);
const notCanonical = (at: number, reason: string) => new Rejection("ENC-1", `byte ${at}: ${reason}`);

class CborReader {
  private at = 0;
  private readonly utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(private readonly bytes: Buffer) {}

  end(): void {
    if (this.at < this.bytes.length) throw malformed(this.at, "bytes are left over");
  }

  /** The next item, inside `depth` lists and maps. */
  item(depth: number): Plain {
    const start = this.at;
    const [major, argument] = this.head();
    switch (major) {
      case Major.Unsigned:
        return argument;
      case Major.Negative:
        return -1n - argument;
      case Major.Octets:
        return Buffer.from(this.take(start, argument));
      case Major.Text:
        return this.text(start, argument);
      case Major.List:
        return this.list(start, argument, depth);
      case Major.Map:
        return this.map(start, argument, depth);
      case Major.Tag:
        return this.bignum(start, argument === 3n);
      default:
        return argument === 22n ? null : argument === 21n;
    }
  }

  /** Major type and argument of a head within the subset. */
  private head(): [Major, bigint] {
    const start = this.at;
    const first = this.bytes[this.at];
    if (first === undefined) throw malformed(start, "a head is missing");
    this.at += 1;
    const major: Major = first >> 5;
    const low = first & 31;
    let argument = BigInt(low);
    if (low >= 24 && low < 28) {
      const size = 1 << (low - 24);
      if (this.at + size > this.bytes.length) throw malformed(start, "a head is cut short");
      argument = 0n;
      for (const byte of this.bytes.subarray(this.at, this.at + size)) argument = (argument << 8n) | BigInt(byte);
      this.at += size;
      const least = size === 1 ? 24n : 1n << BigInt(size * 4);
      // Simple values have no argument that could be shorter: two bytes below 32 are reserved, 25 to 27 are floats.
      if (major !== Major.Simple && argument < least) throw notCanonical(start, "a head longer than needed");
    }
    this.checkSubset(start, major, low, argument);
    return [major, argument];
  }

  private checkSubset(start: number, major: Major, low: number, argument: bigint): void {
    if (low >= 28 && !(low === 31 && HAS_INDEFINITE.has(major))) throw malformed(start, "a reserved head");
    if (low === 31) throw notCanonical(start, "an indefinite length");
    if (major === Major.Tag && argument !== 2n && argument !== 3n) throw notCanonical(start, "a tag");
    if (major === Major.Simple) {
      if (low === 24 && argument < 32n) throw malformed(start, "a reserved simple value");
      if (low < 20 || low > 22) throw notCanonical(start, "a simple value or a float");
    }
  }

  /** The next bytes of an item, whose length is not believed before they are there. */
  private take(start: number, length: bigint): Buffer {
    if (length > BigInt(this.bytes.length - this.at)) throw malformed(start, "longer than the bytes left");
    const end = this.at + Number(length);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }

  private text(start: number, length: bigint): string {
    const content = this.take(start, length);
    try {
      return this.utf8.decode(content);
    } catch {
      throw malformed(start, "not UTF-8");
    }
  }

  private enter(start: number, count: bigint, depth: number): number {
    if (count > BigInt(this.bytes.length - this.at)) throw malformed(start, "more items than bytes left");
    if (depth >= MAX_DEPTH) throw notCanonical(start, "nested too deep");
    return Number(count);
  }

  private list(start: number, announced: bigint, depth: number): Plain[] {
    const count = this.enter(start, announced, depth);
    const items: Plain[] = [];
    while (items.length < count) items.push(this.item(depth + 1));
    return items;
  }

  private map(start: number, announced: bigint, depth: number): Map<string, Plain> {
    const count = this.enter(start, announced, depth);
    const entries = new Map<string, Plain>();
    let previous: string | undefined;
    while (entries.size < count) {
      const keyStart = this.at;
      const key = this.item(depth + 1);
      if (typeof key !== "string") throw notCanonical(keyStart, "a key that is not a text");
      if (previous !== undefined && compareKeys(previous, key) >= 0) throw notCanonical(keyStart, "keys out of order");
      entries.set(key, this.item(depth + 1));
      previous = key;
    }
    return entries;
  }

  private bignum(start: number, negative: boolean): bigint {
    const inner = this.at;
    const [major, length] = this.head();
    if (major !== Major.Octets) throw notCanonical(inner, "a tag on something else than bytes");
    const digits = this.take(inner, length);
    if (digits.length <= 8 || digits[0] === 0 || digits.length > MAX_INTEGER_BYTES) {
      throw notCanonical(start, "a bignum that is too small, too large or has leading zeros");
    }
    const magnitude = BigInt(`0x${digits.toString("hex")}`);
    return negative ? -1n - magnitude : magnitude;
  }
}
