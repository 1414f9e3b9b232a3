import assert from "node:assert/strict";
import { test } from "node:test";
import { compareKeys, encode, type Plain } from "../encoding/cbor.js";
import { decode } from "../encoding/cbor-reader.js";
import { Rejection } from "../values.js";
import { forSeeds } from "./generator.js";

const hex = (value: Plain): string => encode(value).toString("hex");
const read = (bytes: string): Plain => decode(Buffer.from(bytes, "hex"));
const ruleOf = (bytes: string): string | undefined => {
  try {
    read(bytes);
    return undefined;
  } catch (fault) {
    assert.ok(fault instanceof Rejection);
    return fault.rule;
  }
};

test("what is written is read again", () =>
  forSeeds(500, (made) => {
    const value = made.plain();
    assert.deepEqual(decode(encode(value)), value);
  }));

test("what is read is written again as the same bytes, whatever the bytes", () =>
  forSeeds(3000, (made) => {
    const bytes = made.bytes(12);
    let value: Plain;
    try {
      value = decode(bytes);
    } catch (fault) {
      assert.ok(fault instanceof Rejection && (fault.rule === "ENC-1" || fault.rule === "ENC-3"));
      return;
    }
    assert.deepEqual(encode(value), bytes);
  }));

test("one byte changed gives another value or none", () =>
  forSeeds(500, (made) => {
    const bytes = encode(made.plain());
    const changed = Buffer.from(bytes);
    const at = made.below(bytes.length);
    changed[at] = (changed[at]! + 1 + made.below(255)) % 256;
    try {
      assert.deepEqual(encode(decode(changed)), changed);
    } catch (fault) {
      assert.ok(fault instanceof Rejection);
    }
  }));

test("every cut of a value is refused as cut short", () =>
  forSeeds(100, (made) => {
    const bytes = encode(made.plain());
    for (let end = 0; end < bytes.length; end += 1)
      assert.equal(ruleOf(bytes.subarray(0, end).toString("hex")), "ENC-3");
  }));

test("integers take the shortest head, and past 64 bits a bignum", () => {
  assert.equal(hex(23n), "17");
  assert.equal(hex(24n), "1818");
  assert.equal(hex(255n), "18ff");
  assert.equal(hex(65_535n), "19ffff");
  assert.equal(hex(4_294_967_296n), "1b0000000100000000");
  assert.equal(hex((1n << 64n) - 1n), "1bffffffffffffffff");
  assert.equal(hex(1n << 64n), "c249010000000000000000");
  assert.equal(hex(-(1n << 64n)), "3bffffffffffffffff");
  assert.equal(hex(-(1n << 64n) - 1n), "c349010000000000000000");
});

test("keys ascend by length and then by bytes", () => {
  assert.equal(
    hex(
      new Map([
        ["aa", 1n],
        ["z", 2n],
      ]),
    ),
    "a2617a0262616101",
  );
  assert.ok(compareKeys("z", "aa") < 0);
  assert.ok(compareKeys("b", "a") > 0);
  // By UTF-16 units it would be the other way round.
  assert.ok(compareKeys("\ufffdx", "😀") < 0);
});

test("what is no CBOR is ENC-3, and what is not canonical ENC-1", () => {
  const rules: Record<string, string> = {
    "1b0000000000000001": "ENC-1", // a longer head than needed
    c248ffffffffffffffff: "ENC-1", // a bignum that a head could hold
    c0613a: "ENC-1", // another tag
    f97e00: "ENC-1", // a float
    "5f41ff": "ENC-1", // an indefinite length
    f820: "ENC-1", // a simple value that nobody has assigned
    f803: "ENC-3", // a simple value that two bytes may not say
    fe: "ENC-3", // a reserved head
    ff: "ENC-3", // a break that ends nothing
    "3f": "ENC-3", // an integer of no length
    "9affffffff": "ENC-3", // more items than bytes
    "62c328": "ENC-3", // no UTF-8
    "63eda080": "ENC-3", // a lone surrogate in UTF-8's clothes
  };
  for (const [bytes, rule] of Object.entries(rules)) assert.equal(ruleOf(bytes), rule, bytes);
});

test("32 lists may lie within one another, 33 may not", () => {
  assert.equal(ruleOf(`${"81".repeat(32)}00`), undefined);
  assert.equal(ruleOf(`${"81".repeat(33)}00`), "ENC-1");
});

test("the first fault from the left is the one that counts", () => {
  assert.equal(ruleOf("8218171c"), "ENC-1");
  assert.equal(ruleOf("821c1817"), "ENC-3");
});
