/** Canonical bytes, written: the subset of CBOR (RFC 8949) in which each value has one encoding (ENC-1). */

/** What bytes can stand for. */
export type Plain = bigint | Buffer | string | boolean | null | Plain[] | Map<string, Plain>;

/** The kinds of heads: the highest three bits of an item's first byte. */
export enum Major {
  Unsigned = 0,
  Negative = 1,
  Octets = 2,
  Text = 3,
  List = 4,
  Map = 5,
  Tag = 6,
  Simple = 7,
}

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UINT64_LIMIT = 1n << 64n;

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
