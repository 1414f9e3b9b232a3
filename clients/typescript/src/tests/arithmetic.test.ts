import assert from "node:assert/strict";
import { test } from "node:test";
import { apportion, ceilDiv, clamp, floorDiv, lowerWeightedMedian, mulDivFloor, sum } from "../arithmetic.js";
import { forSeeds } from "./generator.js";

test("a floor is the greatest integer whose product does not exceed the numerator", () =>
  forSeeds(500, (made) => {
    const [n, d] = [made.integer(200), made.natural(100) + 1n];
    const quotient = floorDiv(n, d);
    assert.ok(quotient * d <= n && n < (quotient + 1n) * d);
  }));

test("a ceiling is the floor from the other side", () =>
  forSeeds(500, (made) => {
    const [n, d] = [made.integer(200), made.natural(100) + 1n];
    assert.equal(ceilDiv(n, d), -floorDiv(-n, d));
    assert.equal(ceilDiv(n, d) - floorDiv(n, d), n % d === 0n ? 0n : 1n);
  }));

test("negatives are not truncated", () => {
  assert.equal(floorDiv(-1n, 1_000_000n), -1n);
  assert.equal(ceilDiv(-1n, 1_000_000n), 0n);
  assert.equal(mulDivFloor(-3n, 5n, 2n), -8n);
});

test("shares add up to the amount and none exceeds its cap", () =>
  forSeeds(300, (made) => {
    const caps = made.list(8, () => made.natural(96));
    const total = sum(caps);
    const amount = total === 0n ? 0n : made.natural(96) % (total + 1n);
    const shares = apportion(amount, caps);
    assert.equal(sum(shares), amount);
    shares.forEach((share, at) => assert.ok(0n <= share && share <= caps[at]!));
  }));

test("nothing is shared over nobody", () => {
  assert.deepEqual(apportion(0n, []), []);
  assert.deepEqual(apportion(0n, [0n, 0n]), [0n, 0n]);
});

test("the median has half of the weight at or below it, and less than half strictly below", () =>
  forSeeds(300, (made) => {
    const weighted = [...made.list(6, () => [made.integer(20), made.natural(20) + 1n] as const), [0n, 1n] as const];
    const median = lowerWeightedMedian(weighted);
    const total = sum(weighted.map(([, weight]) => weight));
    const atOrBelow = sum(weighted.filter(([value]) => value <= median).map(([, weight]) => weight));
    const below = sum(weighted.filter(([value]) => value < median).map(([, weight]) => weight));
    assert.ok(2n * atOrBelow >= total && 2n * below < total);
  }));

test("of two values with the same weight the lower is the median", () => {
  assert.equal(
    lowerWeightedMedian([
      [9n, 1n],
      [-9n, 1n],
    ]),
    -9n,
  );
  assert.throws(() => lowerWeightedMedian([]), RangeError);
});

test("a clamped number lies between the ends and is itself within them", () => {
  assert.deepEqual(
    [-2n, 0n, 7n].map((n) => clamp(n, -1n, 5n)),
    [-1n, 0n, 5n],
  );
});
