/**
 * Canonical bytes: the subset of CBOR (RFC 8949) in which each value has one encoding (ENC-1), written and read.
 *
 * Writing goes to one growing buffer. Reading is a single pass from left to right which stops at the first fault: ENC-3
 * for what is no CBOR at all, ENC-1 for CBOR that is not the one encoding of a value.
 */

import { INTEGER_LIMIT, Rejection } from "../values.js";

/** What bytes can stand for. */
export type Plain = bigint | Buffer | string | boolean | null | Plain[] | Map<string, Plain>;

const enum Major {
  Unsigned = 0,
  Negative = 1,
  Octets = 2,
  Text = 3,
  List = 4,
  Map = 5,
  Tag = 6,
  Simple = 7,
}

/** The kinds that CBOR lets one write without a length; for the others 31 is reserved, as is a break out of nothing. */
const HAS_INDEFINITE: ReadonlySet<Major> = new Set([Major.Octets, Major.Text, Major.List, Major.Map]);
const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UINT64_LIMIT = 1n << 64n;
const MAX_DEPTH = 32;
const MAX_INTEGER_BYTES = 32;

/** Whether UTF-8 can express it: a lone surrogate it cannot. */
export const isWritableText = (text: string): boolean => text.isWellFormed();

/** Order of the keys of a map: by encoded bytes, so the shorter one first. */
export function compareKeys(a: string, b: string): number {
  const [first, second] = [Buffer.from(a, "utf8"), Buffer.from(b, "utf8")];
  return first.length - second.length || Buffer.compare(first, second);
}

export class CborWriter {
  private buffer = Buffer.allocUnsafe(512);
  private length = 0;

  /** What was written, as a copy of its own. */
  bytes(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  static encodedText(text: string): Buffer {
    const out = new CborWriter();
    out.text(text);
    return out.bytes();
  }

  private reserve(count: number): void {
    if (this.length + count <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + count));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private head(major: Major, argument: number): void {
    const high = major << 5;
    this.reserve(9);
    if (argument < 24) {
      this.buffer[this.length++] = high | argument;
    } else if (argument < 0x100) {
      this.buffer[this.length++] = high | 24;
      this.buffer[this.length++] = argument;
    } else if (argument < 0x1_0000) {
      this.buffer[this.length++] = high | 25;
      this.length = this.buffer.writeUInt16BE(argument, this.length);
    } else if (argument < 0x1_0000_0000) {
      this.buffer[this.length++] = high | 26;
      this.length = this.buffer.writeUInt32BE(argument, this.length);
    } else {
      this.buffer[this.length++] = high | 27;
      this.length = this.buffer.writeBigUInt64BE(BigInt(argument), this.length);
    }
  }

  integer(n: bigint): void {
    const negative = n < 0n;
    const argument = negative ? -1n - n : n;
    const major = negative ? Major.Negative : Major.Unsigned;
    if (argument <= Number.MAX_SAFE_INTEGER) {
      this.head(major, Number(argument));
    } else if (argument < UINT64_LIMIT) {
      this.byte((major << 5) | 27);
      this.reserve(8);
      this.length = this.buffer.writeBigUInt64BE(argument, this.length);
    } else {
      const digits = argument.toString(16);
      this.byte(negative ? 0xc3 : 0xc2);
      this.octets(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex"));
    }
  }

  octets(bytes: Uint8Array): void {
    this.head(Major.Octets, bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text, "utf8");
    this.head(Major.Text, length);
    this.reserve(length);
    this.length += this.buffer.write(text, this.length, "utf8");
  }

  boolean(value: boolean): void {
    this.byte(value ? TRUE : FALSE);
  }

  nothing(): void {
    this.byte(NULL);
  }

  /** The head of a list; its items follow. */
  list(count: number): void {
    this.head(Major.List, count);
  }

  /** The head of a map; its keys and values follow, in canonical order. */
  map(count: number): void {
    this.head(Major.Map, count);
  }

  /** Any value. */
  value(value: Plain): void {
    if (typeof value === "bigint") this.integer(value);
    else if (typeof value === "string") this.text(value);
    else if (typeof value === "boolean") this.boolean(value);
    else if (value === null) this.nothing();
    else if (Buffer.isBuffer(value)) this.octets(value);
    else if (Array.isArray(value)) {
      this.list(value.length);
      for (const item of value) this.value(item);
    } else {
      this.map(value.size);
      for (const key of [...value.keys()].sort(compareKeys)) {
        this.text(key);
        this.value(value.get(key)!);
      }
    }
  }
}

/** The one encoding of a value. */
export function encode(value: Plain): Buffer {
  const out = new CborWriter();
  out.value(value);
  return out.bytes();
}

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
    return magnitude < INTEGER_LIMIT && negative ? -1n - magnitude : magnitude;
  }
}
