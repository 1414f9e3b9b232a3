import assert from "node:assert/strict";
import { test } from "node:test";
import { encode } from "../encoding/cbor.js";
import { decode } from "../encoding/cbor-reader.js";
import {
  encodeAs,
  flag,
  fromJson,
  fromPlain,
  type Infer,
  integer,
  list,
  octets,
  oneOf,
  optional,
  pair,
  record,
  text,
  union,
  variant,
} from "../encoding/shapes.js";
import { Malformed } from "../values.js";
import { forSeeds, type Generator } from "./generator.js";

const Coin = variant("Coin", { side: oneOf("heads", "tails"), weight: integer });
const Note = variant("Note", { serial: octets, torn: flag });
const Purse = record({ owner: text, money: list(union(Coin, Note)), debt: optional(pair(text, integer)) });
type Purse = Infer<typeof Purse>;

const money = (made: Generator): Purse["money"][number] =>
  made.below(2) === 0
    ? { kind: "Coin", side: made.pick(["heads", "tails"]), weight: made.integer() }
    : { kind: "Note", serial: made.bytes().toString("hex"), torn: made.below(2) === 0 };

const purse = (made: Generator): Purse => ({
  owner: made.text(),
  money: made.list(4, () => money(made)),
  debt: made.below(2) === 0 ? null : [made.text(), made.integer()],
});

test("a record survives its JSON", () =>
  forSeeds(200, (made) => {
    const value = purse(made);
    assert.deepEqual(fromJson(Purse, JSON.parse(JSON.stringify(Purse.toJson(value)))), value);
  }));

test("a record survives its bytes, and they are those of its plain value", () =>
  forSeeds(200, (made) => {
    const value = purse(made);
    const bytes = encodeAs(Purse, value);
    const plain = decode(bytes);
    assert.deepEqual(fromPlain(Purse, plain), value);
    assert.deepEqual(encode(plain), bytes);
  }));

const faultOf = (json: unknown): string => {
  try {
    fromJson(Purse, json);
  } catch (fault) {
    assert.ok(fault instanceof Malformed);
    assert.equal(fault.rule, "ENC-3");
    return fault.message;
  }
  return "none";
};

test("a fault names its place", () => {
  const good = { owner: "a", money: [{ Coin: { side: "heads", weight: "1" } }], debt: null };
  assert.equal(faultOf(good), "none");
  assert.match(
    faultOf({ ...good, money: [{ Coin: { side: "edge", weight: "1" } }] }),
    /\.money\[0\]\.Coin\.side: none of heads, tails/,
  );
  assert.match(faultOf({ ...good, debt: ["b", 1] }), /\.debt\[1\]: not an integer/);
});

test("exactly the fields of a record, and one kind of several", () => {
  const coin = { Coin: { side: "heads", weight: "1" } };
  assert.notEqual(faultOf({ owner: "a", money: [] }), "none");
  assert.notEqual(faultOf({ owner: "a", money: [], debt: null, more: null }), "none");
  assert.notEqual(faultOf({ owner: "a", money: [{ ...coin, Note: { serial: "", torn: true } }], debt: null }), "none");
  assert.notEqual(faultOf({ owner: "a", money: [{}], debt: null }), "none");
  assert.notEqual(faultOf({ owner: "a", money: [{ toString: {} }], debt: null }), "none");
});

test("integers and bytes have one spelling", () => {
  for (const spelling of ["+1", "01", "-0", "", "1.0", "1e3", " 1", "0x1", 1, null, `1${"0".repeat(78)}`]) {
    assert.throws(() => fromJson(integer, spelling), Malformed, String(spelling));
  }
  assert.equal(fromJson(integer, ((1n << 256n) - 1n).toString()), (1n << 256n) - 1n);
  assert.throws(() => fromJson(integer, (1n << 256n).toString()), Malformed);
  assert.equal(fromJson(integer, (-(1n << 256n)).toString()), -(1n << 256n));
  for (const spelling of ["A0", "0", "0g", " ", 0]) assert.throws(() => fromJson(octets, spelling), Malformed);
});

test("a text is not bytes and a flag is not an integer", () => {
  assert.throws(() => fromPlain(octets, "ab"), Malformed);
  assert.throws(() => fromPlain(text, Buffer.from("ab")), Malformed);
  assert.throws(() => fromPlain(integer, true), Malformed);
  assert.throws(() => fromPlain(flag, 1n), Malformed);
  assert.throws(() => fromJson(text, "\ud800"), Malformed);
});
