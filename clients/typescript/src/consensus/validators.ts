/** Voting power, and what a quorum of it is (CONS-1). */

import type { Validators } from "../records/consensus.js";
import { type Hex, Rejection } from "../values.js";

const MAX_POWER = 1n << 53n;
const KEY_LENGTH = 64;

export const totalPower = (validators: Validators): bigint => validators.reduce((sum, { power }) => sum + power, 0n);

/** The power behind a key: none if it is no validator's. */
export const powerOf = (validators: Validators, key: Hex): bigint =>
  validators.find((each) => each.key === key)?.power ?? 0n;

/** Strictly more than two thirds. */
export const isQuorum = (power: bigint, total: bigint): boolean => 3n * power > 2n * total;

/** Strictly more than a third: an honest one is among them. */
export const exceedsThird = (power: bigint, total: bigint): boolean => 3n * power > total;

/** Throws unless these can vote: somebody, keys ascending, each with power, the total within bounds. */
export function checkValidators(validators: Validators): void {
  if (validators.length === 0) throw new Rejection("CONS-1", "nobody votes");
  validators.forEach(({ key, power }, at) => {
    const before = validators[at - 1];
    if (key.length !== KEY_LENGTH) throw new Rejection("CONS-1", "a key has 32 bytes");
    if (before !== undefined && before.key >= key) throw new Rejection("CONS-1", "keys do not ascend");
    if (power < 1n) throw new Rejection("CONS-1", "a validator without power");
  });
  if (totalPower(validators) > MAX_POWER) throw new Rejection("NUM-5", "more power than the bound");
}
