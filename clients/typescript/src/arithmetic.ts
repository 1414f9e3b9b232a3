/**
 * Integers only (NUM-1 to NUM-6, ORACLE-3).
 *
 * `/` on BigInt truncates toward zero. The protocol never does: it rounds down what an account owns and up what it owes,
 * so every division in this client goes through one of the functions here.
 */

/** One, in parts per million. */
export const PPM = 1_000_000n;

/** Bounds of NUM-5, as the format of the protocol states them. */
export const MAX_LOTS = 1n << 40n;
export const MAX_TICKS = 1n << 32n;
export const MAX_MULTIPLIER = 1n << 20n;
export const MAX_ATOMS = 1n << 96n;
export const MAX_FUNDING_INDEX = 1n << 80n;
export const MAX_TIME = 1n << 53n;
export const MAX_TEXT = 128;

/** Rounded down, also below zero; the divisor must be positive. */
export function floorDiv(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor;
  return numerator < 0n && quotient * divisor !== numerator ? quotient - 1n : quotient;
}

/** Rounded up, also below zero; the divisor must be positive. */
export function ceilDiv(numerator: bigint, divisor: bigint): bigint {
  const quotient = numerator / divisor;
  return numerator > 0n && quotient * divisor !== numerator ? quotient + 1n : quotient;
}

/** `a · b / divisor`, rounded down; the product is exact. */
export const mulDivFloor = (a: bigint, b: bigint, divisor: bigint): bigint => floorDiv(a * b, divisor);

export const abs = (n: bigint): bigint => (n < 0n ? -n : n);
export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
export const sign = (n: bigint): bigint => (n > 0n ? 1n : n < 0n ? -1n : 0n);
export const clamp = (n: bigint, low: bigint, high: bigint): bigint => max(low, min(n, high));
export const sum = (numbers: Iterable<bigint>): bigint => {
  let total = 0n;
  for (const n of numbers) total += n;
  return total;
};

/** NUM-6: shares of `amount` in proportion to `caps`, as differences of floored prefix shares; they add up exactly. */
export function apportion(amount: bigint, caps: readonly bigint[]): bigint[] {
  const total = sum(caps);
  if (total === 0n) return caps.map(() => 0n);
  let capsSoFar = 0n;
  let givenSoFar = 0n;
  return caps.map((cap) => {
    capsSoFar += cap;
    const given = mulDivFloor(amount, capsSoFar, total);
    const share = given - givenSoFar;
    givenSoFar = given;
    return share;
  });
}

/** ORACLE-3: the smallest value that has at least half of the weight at or below it. At least one pair of value and weight. */
export function lowerWeightedMedian(weighted: readonly (readonly [value: bigint, weight: bigint])[]): bigint {
  const ascending = [...weighted].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const total = sum(ascending.map(([, weight]) => weight));
  let below = 0n;
  for (const [value, weight] of ascending) {
    below += weight;
    if (2n * below >= total) return value;
  }
  throw new RangeError("the median of nothing");
}
