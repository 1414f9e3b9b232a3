import assert from "node:assert/strict";
import { test } from "node:test";
import {
  add,
  addBase,
  BASE,
  double,
  fromLittleEndian,
  fromY,
  L,
  Multiples,
  multiply,
  negate,
  NEUTRAL,
  P,
  pointBytes,
} from "../signatures/curve.js";
import { verify } from "../signatures/ed25519.js";
import { forSeeds, Generator } from "./generator.js";
import { signer } from "./signer.js";

const seed = (made: Generator): Buffer => Buffer.from(Array.from({ length: 32 }, () => made.below(256)));
const little = (n: bigint): Buffer => Buffer.from(n.toString(16).padStart(64, "0"), "hex").reverse();

test("what the platform signs is valid, and nothing that differs in a bit", () =>
  forSeeds(15, (made) => {
    const { key, sign: signed } = signer(seed(made));
    const message = made.bytes();
    const signature = signed(message);
    assert.ok(verify(key, message, signature));
    for (const [which, bytes] of [key, message, signature].entries()) {
      if (bytes.length === 0) continue;
      const changed = Buffer.from(bytes);
      const at = made.below(changed.length);
      changed[at] = changed[at]! ^ (1 << made.below(8));
      const parts = [key, message, signature].map((each, n) => (n === which ? changed : each));
      assert.ok(!verify(parts[0]!, parts[1]!, parts[2]!));
    }
  }));

test("S + L would sign the same message and is refused", () =>
  forSeeds(10, (made) => {
    const { key, sign: signed } = signer(seed(made));
    const signature = signed(Buffer.alloc(0));
    const s = fromLittleEndian(signature.subarray(32));
    assert.ok(!verify(key, Buffer.alloc(0), Buffer.concat([signature.subarray(0, 32), little(s + L)])));
  }));

test("a key of small order signs nothing, not even with the equation fulfilled", () => {
  for (const key of [little(1n), little(P - 1n), little(0n), little(1n | (1n << 255n)), little(P), little(P + 1n)]) {
    assert.ok(!verify(key, Buffer.from("any"), Buffer.concat([little(1n), little(0n)])));
  }
});

test("lengths other than 32 and 64 are refused", () => {
  const { key, sign: signed } = signer(Buffer.alloc(32, 7));
  const message = Buffer.from("m");
  const signature = signed(message);
  assert.ok(!verify(key.subarray(1), message, signature));
  assert.ok(!verify(key, message, signature.subarray(1)));
  assert.ok(!verify(key, message, Buffer.concat([signature, Buffer.alloc(1)])));
});

test("the points are a group of order 8 · L", () => {
  assert.deepEqual(pointBytes(multiply(L, BASE)), pointBytes(NEUTRAL));
  assert.deepEqual(pointBytes(double(BASE)), pointBytes(add(BASE, BASE)));
  assert.deepEqual(pointBytes(add(BASE, negate(BASE))), pointBytes(NEUTRAL));
});

test("a sum of multiples is the multiple of the sum, however it is worked out", () =>
  forSeeds(6, (made) => {
    const point = multiply(made.natural(256) % L, BASE);
    const [m, n] = [made.natural(256) % L, made.natural(256) % L];
    const sum = pointBytes(multiply((m + n) % L, point));
    assert.deepEqual(pointBytes(add(multiply(m, point), multiply(n, point))), sum);
    const table = new Multiples(point);
    assert.deepEqual(pointBytes(table.addTo(table.addTo(NEUTRAL, m), n)), sum);
    assert.deepEqual(pointBytes(addBase(multiply(m, BASE), n)), pointBytes(multiply((m + n) % L, BASE)));
  }));

test("a key is judged alike at first and when it has become an old acquaintance", () => {
  const { key, sign: signed } = signer(Buffer.alloc(32, 9));
  for (let n = 0; n < 6; n += 1) {
    const message = Buffer.from([n]);
    assert.ok(verify(key, message, signed(message)));
    assert.ok(!verify(key, Buffer.from([n, n]), signed(message)));
  }
});

test("about half of all numbers are the y of a point", () => {
  const made = new Generator(1);
  let points = 0;
  for (let n = 0; n < 200; n += 1) if (fromY(made.natural(255) % P, false) !== undefined) points += 1;
  assert.ok(60 < points && points < 140, String(points));
});
