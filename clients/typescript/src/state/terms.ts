/** Bounds of what a genesis and a snapshot both hold (NUM-2, NUM-5). */

import { MAX_MULTIPLIER, MAX_TEXT, MAX_TICKS, MAX_TIME, PPM } from "../arithmetic.js";
import type { Instrument } from "../records/instruments.js";
import { Rejection } from "../values.js";
import { checkOptionParameters, checkPerpetualParameters } from "./parameters.js";

export const RULES_VERSION = 1n;

export const isWithin = (value: bigint, low: bigint, high: bigint): boolean => low <= value && value <= high;

/** Printable ASCII without blanks and slashes, of 1 to 128 characters. */
const ID = new RegExp(`^[!-.0-~]{1,${MAX_TEXT}}$`);
export const isId = (name: string): boolean => ID.test(name);

/** The key of the settlement that all series of a feed and an expiry share. */
export const expiryKey = (feed: string, time: bigint): string => `${feed}/${time}`;

export function checkTerms(instrument: Instrument): void {
  if (!isWithin(instrument.multiplier, 1n, MAX_MULTIPLIER)) throw new Rejection("NUM-2", "a multiplier out of bounds");
  if (instrument.kind === "Perpetual") {
    checkPerpetualParameters(instrument.parameters);
    return;
  }
  if (!isWithin(instrument.strike, 1n, MAX_TICKS) || !isWithin(instrument.expiry, 0n, MAX_TIME)) {
    throw new Rejection("NUM-5", "a strike or an expiry out of bounds");
  }
  checkOptionParameters(instrument.parameters);
}

export function checkFeed(index: bigint, maxMove: bigint): void {
  if (!isWithin(index, 1n, MAX_TICKS) || !isWithin(maxMove, 1n, 1000n * PPM)) {
    throw new Rejection("NUM-5", "a feed's price or largest move is out of bounds");
  }
}
