/** Whose turn it is: a weighted round-robin that nobody has to remember (CONS-4). */

import { floorDiv, mulDivFloor, PPM } from "../arithmetic.js";
import type { Validators } from "../records/consensus.js";
import type { Hex } from "../values.js";
import { totalPower } from "./validators.js";

const GOLDEN_SECTION = 381_966n;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** The least number from the golden section of the circle on, rounded down, that shares no factor with it. */
function strideOf(circle: bigint): bigint {
  let stride = mulDivFloor(circle, GOLDEN_SECTION, PPM);
  while (greatestCommonDivisor(stride, circle) !== 1n) stride += 1n;
  return stride;
}

/** The proposer of a round: powers lie side by side on a circle, walked in equal strides, one a turn. */
export function proposerOf(validators: Validators, height: bigint, round: bigint): Hex {
  const unit = validators.reduce((divisor, { power }) => greatestCommonDivisor(divisor, power), 0n);
  const circle = floorDiv(totalPower(validators), unit);
  let left = ((height + round) * strideOf(circle)) % circle;
  for (const { key, power } of validators) {
    left -= power / unit;
    if (left < 0n) return key;
  }
  throw new RangeError("a round of no validators");
}
