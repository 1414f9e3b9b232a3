/** Funding: one cumulative index per perpetual, and accounts that catch up with it (PERP-1 to PERP-3). */

import { MAX_FUNDING_INDEX, PPM, ceilDiv, clamp, floorDiv, lowerWeightedMedian, sum } from "../arithmetic.js";
import type { Perpetual } from "../records/instruments.js";
import type { Account, Funding, Position } from "../records/state.js";
import { realised } from "./accounts.js";
import type { Run } from "./context.js";
import { type Quotes, quoteOf } from "./instruments.js";
import { accountBalance, clearingBalance } from "./receipts.js";

/** Units of the funding index per atom and lot. */
const SCALE = 1_000_000n;
/** Slots of an interval, of each of which at most one sample is taken. */
const SLOTS = 480n;

/** A premium sample, in ppm of the index; a side too thin to fill the impact size says nothing. */
export function samplePremium(index: bigint, bid: bigint | null, ask: bigint | null): bigint {
  if (bid === null || ask === null) return 0n;
  return floorDiv((bid + ask - 2n * index) * PPM, 2n * index);
}

/** Whether a block is the first in its slot of the interval. */
function takesSample(perpetual: Perpetual, before: bigint, now: bigint): boolean {
  const slot = ceilDiv(perpetual.parameters.funding_interval, SLOTS);
  return floorDiv(now, slot) > floorDiv(before, slot);
}

/** The median premium plus interest, within the limit. */
function nextRate(perpetual: Perpetual, samples: readonly bigint[]): bigint {
  const { interest, funding_limit } = perpetual.parameters;
  const premium = samples.length === 0 ? 0n : lowerWeightedMedian(samples.map((sample) => [sample, 1n] as const));
  return clamp(premium + interest, -funding_limit, funding_limit);
}

/** The index after some ms at the running rate; the division's remainder is carried. */
function accrue(funding: Funding, perpetual: Perpetual, index: bigint, elapsed: bigint): Funding {
  const interval = perpetual.parameters.funding_interval;
  const due = funding.remainder + index * perpetual.multiplier * funding.rate * elapsed;
  const growth = floorDiv(due, interval);
  return {
    ...funding,
    index: clamp(funding.index + growth, -MAX_FUNDING_INDEX, MAX_FUNDING_INDEX),
    remainder: due - growth * interval,
  };
}

/** One block of one perpetual: accrue, take a sample, turn the interval. */
export function advanceFunding(
  funding: Funding,
  perpetual: Perpetual,
  index: bigint,
  before: bigint,
  now: bigint,
  sample: bigint,
): Funding {
  const interval = perpetual.parameters.funding_interval;
  const accrued = accrue(funding, perpetual, index, now - before);
  const samples = takesSample(perpetual, before, now) ? [...accrued.samples, sample] : accrued.samples;
  if (now < funding.ends_at) return { ...accrued, samples };
  return {
    ...accrued,
    rate: nextRate(perpetual, samples),
    ends_at: (floorDiv(now, interval) + 1n) * interval,
    samples: [],
  };
}

/** What settling credits: the floor of the signed amount, whoever pays. */
const creditOf = (position: Position, fundingIndex: bigint): bigint =>
  floorDiv(position.lots * (position.funding_index - fundingIndex), SCALE);

export interface Settled {
  readonly account: Account;
  /** Credits by market, in the order of the positions. */
  readonly credits: readonly (readonly [market: string, credit: bigint])[];
}

/** The account with all funding settled. */
export function settledAccount(account: Account, quotes: Quotes, period: bigint): Settled {
  const due = account.positions.filter((position) => {
    const quote = quoteOf(quotes, position.instrument);
    return quote.instrument.kind === "Perpetual" && position.funding_index !== quote.funding_index;
  });
  const credits = due.map(
    (position) => [position.instrument, creditOf(position, quoteOf(quotes, position.instrument).funding_index)] as const,
  );
  if (due.length === 0) return { account, credits };
  const total = sum(credits.map(([, credit]) => credit));
  const positions = account.positions.map((position) =>
    due.includes(position)
      ? { ...position, funding_index: quoteOf(quotes, position.instrument).funding_index }
      : position,
  );
  return {
    account: { ...account, cash: account.cash + total, positions, ...realised(account, total, period) },
    credits,
  };
}

/** Settle an account's funding through the markets' clearing balances (PERP-2). */
export function settleFunding(run: Run, id: string): void {
  const { accounts, markets } = run.ledger;
  const before = accounts.at(id);
  const { account, credits } = settledAccount(before, run.terms.quotes, run.horizon(before.pool));
  if (account === before) return;
  accounts.set(id, account);
  for (const [market, credit] of credits) {
    const { clearing, settlements } = markets.at(market);
    markets.update(market, { clearing: clearing - credit, settlements: settlements + 1n });
    run.log.pay(account.pool, clearingBalance(market), accountBalance(id), credit, "funding");
  }
}
