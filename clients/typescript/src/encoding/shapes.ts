/**
 * Shapes: one description of a record, from which its type, its JSON and its canonical bytes follow (ENC-1, ENC-3).
 *
 *     export const Signature = record({ key: octets, signature: octets });
 *     export type Signature = Infer<typeof Signature>;
 *
 * A record that may stand where one of several kinds may (`variant`) carries its name as `kind`; on the pipe and in the
 * bytes such a place holds a map with that one key, elsewhere the fields alone.
 */

import { type Hex, type Json, Malformed, readBoolean, readHex, readInteger, readText } from "../values.js";
import type { Plain } from "./cbor.js";
import { CborWriter, compareKeys, isWritableText } from "./cbor.js";

/** How a form of writing (JSON, or what CBOR reads as) spells what differs between them. */
interface Form {
  integer(value: unknown): bigint;
  octets(value: unknown): Hex;
  /** The entries of a map, or nothing if it is none. */
  entries(value: unknown): Entries | undefined;
}

interface Entries {
  size: number;
  get(name: string): unknown;
}

export interface Shape<T> {
  read(value: unknown, form: Form): T;
  toJson(value: T): Json;
  encode(value: T, out: CborWriter): void;
}

export type Infer<S> = S extends Shape<infer T> ? T : never;

const JSON_FORM: Form = {
  integer: readInteger,
  octets: readHex,
  entries(value) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    const held = value as Record<string, unknown>;
    return {
      size: Object.keys(held).length,
      get: (name) => (Object.hasOwn(held, name) ? held[name] : undefined),
    };
  },
};

const PLAIN_FORM: Form = {
  integer(value) {
    if (typeof value !== "bigint") throw new Malformed("not an integer");
    return value;
  },
  octets(value) {
    if (!Buffer.isBuffer(value)) throw new Malformed("not bytes");
    return value.toString("hex");
  },
  entries: (value) => (value instanceof Map ? value : undefined),
};

/** The value that JSON stands for; throws `Malformed`. */
export const fromJson = <T>(shape: Shape<T>, value: unknown): T => shape.read(value, JSON_FORM);

/** The value that a decoded item stands for; throws `Malformed`. */
export const fromPlain = <T>(shape: Shape<T>, value: Plain): T => shape.read(value, PLAIN_FORM);

/** The canonical bytes of a value. */
export function encodeAs<T>(shape: Shape<T>, value: T): Buffer {
  const out = new CborWriter();
  shape.encode(value, out);
  return out.bytes();
}

export const integer: Shape<bigint> = {
  read: (value, form) => form.integer(value),
  toJson: (value) => value.toString(),
  encode: (value, out) => out.integer(value),
};

export const octets: Shape<Hex> = {
  read: (value, form) => form.octets(value),
  toJson: (value) => value,
  encode: (value, out) => out.octets(Buffer.from(value, "hex")),
};

export const text: Shape<string> = {
  read: (value) => {
    const read = readText(value);
    if (!isWritableText(read)) throw new Malformed("a text that UTF-8 cannot express");
    return read;
  },
  toJson: (value) => value,
  encode: (value, out) => out.text(value),
};

export const flag: Shape<boolean> = {
  read: readBoolean,
  toJson: (value) => value,
  encode: (value, out) => out.boolean(value),
};

/** One of a few texts. */
export function oneOf<const T extends string>(...texts: T[]): Shape<T> {
  return {
    read(value) {
      const found = texts.find((text) => text === value);
      if (found === undefined) throw new Malformed(`none of ${texts.join(", ")}`);
      return found;
    },
    toJson: (value) => value,
    encode: (value, out) => out.text(value),
  };
}

/** Null, or a value. */
export function optional<T>(present: Shape<T>): Shape<T | null> {
  return {
    read: (value, form) => (value === null ? null : present.read(value, form)),
    toJson: (value) => (value === null ? null : present.toJson(value)),
    encode(value, out) {
      if (value === null) out.nothing();
      else present.encode(value, out);
    },
  };
}

function readArray(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Malformed("not a list");
  return value;
}

/** Runs a reader, and names where it was if it fails. */
function readAt<T>(shape: Shape<T>, value: unknown, form: Form, step: string): T {
  try {
    return shape.read(value, form);
  } catch (fault) {
    throw fault instanceof Malformed ? fault.within(step) : fault;
  }
}

/** Any number of items. */
export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    read: (value, form) => readArray(value).map((each, at) => readAt(item, each, form, `[${at}]`)),
    toJson: (value) => value.map((each) => item.toJson(each)),
    encode(value, out) {
      out.list(value.length);
      for (const each of value) item.encode(each, out);
    },
  };
}

/** Two items, each of its own shape. */
export function pair<A, B>(first: Shape<A>, second: Shape<B>): Shape<readonly [A, B]> {
  return {
    read(value, form) {
      const items = readArray(value);
      if (items.length !== 2) throw new Malformed("not two items");
      return [readAt(first, items[0], form, "[0]"), readAt(second, items[1], form, "[1]")];
    },
    toJson: ([a, b]) => [first.toJson(a), second.toJson(b)],
    encode([a, b], out) {
      out.list(2);
      first.encode(a, out);
      second.encode(b, out);
    },
  };
}

// The fields are of any type: `Infer` gives each its own.
type Fields = Record<string, Shape<any>>;
type ValueOf<F extends Fields> = { readonly [K in keyof F]: Infer<F[K]> };

/** A record: a map with exactly these fields. */
export function record<F extends Fields>(fields: F): Shape<ValueOf<F>> {
  return asRecord<ValueOf<F>>(fields, {});
}

/** A record that is one of several kinds somewhere: it carries its name. */
export interface Variant<K extends string, T extends { readonly kind: K }> extends Shape<T> {
  readonly kind: K;
}

export function variant<K extends string, F extends Fields>(
  kind: K,
  fields: F,
): Variant<K, ValueOf<F> & { readonly kind: K }> {
  return { kind, ...asRecord<ValueOf<F> & { readonly kind: K }>(fields, { kind }) };
}

function asRecord<T>(fields: Fields, start: { kind?: string }): Shape<T> {
  const names = Object.keys(fields);
  const shapes = Object.entries(fields);
  const inBytes = shapes
    .toSorted(([a], [b]) => compareKeys(a, b))
    .map(([name, shape]) => ({ name, shape, key: CborWriter.encodedText(name) }));
  return {
    read(value, form) {
      const entries = form.entries(value);
      if (entries === undefined) throw new Malformed("not a record");
      const missing = names.find((name) => entries.get(name) === undefined);
      if (missing !== undefined) throw new Malformed(`the field ${missing} is missing`);
      if (entries.size !== names.length) throw new Malformed("a field too many");
      const made: Record<string, unknown> = { ...start };
      for (const [name, shape] of shapes) made[name] = readAt(shape, entries.get(name), form, `.${name}`);
      return made as T;
    },
    toJson(value) {
      const made: Record<string, Json> = {};
      for (const [name, shape] of shapes) made[name] = shape.toJson((value as Record<string, unknown>)[name]);
      return made;
    },
    encode(value, out) {
      out.map(inBytes.length);
      for (const { name, shape, key } of inBytes) {
        out.raw(key);
        shape.encode((value as Record<string, unknown>)[name], out);
      }
    },
  };
}

// As for `Fields`.
type Variants = readonly Variant<string, any>[];

/** One of several kinds of records: a map with one entry, kind → fields. */
export function union<V extends Variants>(...variants: V): Shape<Infer<V[number]>> {
  type Member = Infer<V[number]> & { kind: string };
  const byKind = new Map(variants.map((each) => [each.kind, each]));
  const of = (value: Member) => byKind.get(value.kind)!;
  return {
    read(value, form) {
      const entries = form.entries(value);
      if (entries?.size === 1) {
        for (const each of variants) {
          const content = entries.get(each.kind);
          if (content !== undefined) return readAt(each, content, form, `.${each.kind}`);
        }
      }
      throw new Malformed(`not one of ${[...byKind.keys()].join(", ")}`);
    },
    toJson: (value) => ({ [(value as Member).kind]: of(value as Member).toJson(value) }),
    encode(value, out) {
      out.map(1);
      out.text((value as Member).kind);
      of(value as Member).encode(value, out);
    },
  };
}
