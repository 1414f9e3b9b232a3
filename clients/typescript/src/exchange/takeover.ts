/** What a liquidator may take over, and what that may cost the target (LIQ-2 to LIQ-4). */

import { PPM, abs, ceilDiv, floorDiv, min, sign } from "../arithmetic.js";
import type { PoolParameters } from "../records/instruments.js";
import type { Account, Position } from "../records/state.js";
import type { Liquidate } from "../records/transactions.js";
import { positionIn, realised } from "./accounts.js";
import type { Run } from "./context.js";
import type { Quote } from "./instruments.js";
import { buffered, healthEquity, maintenanceRequirement } from "./margin.js";
import { demand } from "./receipts.js";
import { traded } from "./trades.js";

const SIXTEENTHS = 16n;

/** A position of the target, and how many lots of it are taken, signed as it is. */
export interface TakenLeg {
  readonly instrument: string;
  readonly lots: bigint;
}

export interface Takeover {
  readonly legs: readonly TakenLeg[];
  /** The target afterwards. */
  readonly target: Account;
  /** From the target to the liquidator. */
  readonly discount: bigint;
  /** From the target to the insurance fund. */
  readonly penalty: bigint;
}

/** The discount in ppm so many ms after the flag. */
function discountRate({ discount_start, discount_limit, discount_ramp }: PoolParameters, elapsed: bigint): bigint {
  return discount_start + floorDiv((discount_limit - discount_start) * min(elapsed, discount_ramp), discount_ramp);
}

/** An account after a charge: a realised loss. A negative charge is a realised gain. */
export const charged = (account: Account, amount: bigint, period: bigint): Account => ({
  ...account,
  cash: account.cash - amount,
  ...realised(account, -amount, period),
});

/** Taking the legs over at their marks, with the charges that this allows. */
function take(run: Run, target: Account, legs: readonly TakenLeg[]): Takeover {
  const { quotes } = run.terms;
  const { parameters } = run.poolOf(target);
  const period = run.horizon(target.pool);
  const rate = discountRate(parameters, run.now - (target.flagged_at ?? run.now));
  let after = target;
  let [wantedDiscount, wantedPenalty] = [0n, 0n];
  for (const { instrument, lots } of legs) {
    const quote = run.quote(instrument);
    after = traded(after, quote, -lots, quote.mark, 0n, period).account;
    wantedDiscount += abs(lots) * floorDiv(quote.mark * rate, PPM);
    wantedPenalty += abs(lots) * ceilDiv(quote.mark * parameters.penalty, PPM);
  }
  const [required, left] = [maintenanceRequirement(target, quotes), maintenanceRequirement(after, quotes)];
  const cap = chargeCap(healthEquity(target, quotes), required, left);
  const discount = min(wantedDiscount, cap);
  const penalty = min(wantedPenalty, cap - discount);
  return { legs, target: charged(after, discount + penalty, period), discount, penalty };
}

/** The most that a takeover may cost: then equity over requirement does not fall. */
const chargeCap = (held: bigint, required: bigint, left: bigint): bigint =>
  held <= 0n || left >= required ? 0n : floorDiv(held * (required - left), required);

/** The part that may be taken: no more than was asked for, no more than restores the buffer (LIQ-3). */
export function chooseTakeover(run: Run, target: Account, action: Liquidate): Takeover {
  const quote = run.quote(action.market);
  const takeover =
    quote.instrument.kind === "Perpetual"
      ? takePerpetual(run, target, action)
      : takeExpiry(run, target, action, quote);
  const { quotes } = run.terms;
  demand(maintenanceRequirement(takeover.target, quotes) < maintenanceRequirement(target, quotes), "LIQ-4");
  return takeover;
}

const restores = (run: Run, { target }: Takeover): boolean =>
  buffered(target, run.terms.quotes, run.poolOf(target).parameters.liquidation_buffer);

/** The least number of lots that restores the buffer is found by bisection: with more lots it only gets easier. */
function takePerpetual(run: Run, target: Account, { market, lots: asked }: Liquidate): Takeover {
  const position = positionIn(target, market);
  demand(position !== undefined, "LIQ-2");
  const part = (lots: bigint): Takeover =>
    take(run, target, [{ instrument: market, lots: sign(position.lots) * lots }]);
  let [low, high] = [1n, abs(position.lots)];
  while (low < high) {
    const middle = (low + high) / 2n;
    if (restores(run, part(middle))) high = middle;
    else low = middle + 1n;
  }
  return part(min(asked, low));
}

/** The least number of sixteenths of all legs, tried one after the other: vectors are not monotone. */
function takeExpiry(run: Run, target: Account, { lots: asked }: Liquidate, quote: Quote): Takeover {
  const legs = target.positions.filter((position) => isLegOf(run.quote(position.instrument), quote));
  demand(legs.length > 0, "LIQ-2");
  const part = (sixteenths: bigint): Takeover => take(run, target, partOf(legs, sixteenths));
  let least = 1n;
  while (least < SIXTEENTHS && !restores(run, part(least))) least += 1n;
  return part(min(asked, least));
}

/** Whether a series expires with another, on the same feed, and has a price to rely on. */
function isLegOf(one: Quote, other: Quote): boolean {
  const [a, b] = [one.instrument, other.instrument];
  if (a.kind !== "OptionSeries" || b.kind !== "OptionSeries") return false;
  return a.feed === b.feed && a.expiry === b.expiry && one.fresh;
}

const partOf = (legs: readonly Position[], sixteenths: bigint): TakenLeg[] =>
  legs.map(({ instrument, lots }) => ({
    instrument,
    lots: sign(lots) * ceilDiv(abs(lots) * sixteenths, SIXTEENTHS),
  }));
