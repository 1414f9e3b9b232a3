/** What the options of an account need together, expiry by expiry (MARGIN-3). */

import { PPM, ceilDiv, max, min, sum } from "../arithmetic.js";
import { type Quote, payoff } from "./instruments.js";
import type { OptionSeries } from "../records/instruments.js";
import type { Position } from "../records/state.js";
import { groupBy } from "./table.js";

type Kind = "initial" | "maintenance";

interface Leg {
  readonly lots: bigint;
  readonly quote: Quote;
  readonly series: OptionSeries;
}

const largest = (values: readonly bigint[]): bigint => values.reduce(max, 0n);

/** Σ over expiries; a series with its settlement price stands apart from those that wait for theirs. */
export function optionAmounts(options: readonly (readonly [Position, Quote])[], kind: Kind): bigint {
  const legs = options.flatMap(([{ lots }, quote]): Leg[] =>
    quote.instrument.kind === "OptionSeries" ? [{ lots, quote, series: quote.instrument }] : [],
  );
  const expiries = groupBy(
    legs,
    ({ quote, series }) => `${series.feed}/${series.expiry}/${quote.phase === "settle"}`,
  );
  return sum([...expiries.values()].map((expiry) => expiryAmount(expiry, kind)));
}

function expiryAmount(legs: readonly Leg[], kind: Kind): bigint {
  const isolated = sum(legs.map(({ lots, quote }) => max(0n, -lots) * quote[kind]));
  const settled = legs.every(({ quote }) => quote.phase === "settle");
  return settled ? isolated : min(isolated, portfolioLoss(legs, kind));
}

/** The most that the legs can cost: at expiry, where all may be gains, and for calls that no other call covers. */
function portfolioLoss(legs: readonly Leg[], kind: Kind): bigint {
  const worst = pricesTried(legs, kind).map((price) => lossAt(legs, price)).reduce(max);
  const calls = legs.filter(({ series }) => series.call);
  const naked = -sum(calls.map(({ lots, series }) => lots * series.multiplier));
  const sold = calls.filter(({ lots }) => lots < 0n);
  const each = largest(sold.map(({ quote, series }) => ceilDiv(quote[kind], series.multiplier)));
  return max(0n, worst + max(0n, naked) * each);
}

/** The payoff is linear between these: 0, the strikes, the index, and a rise above it. */
function pricesTried(legs: readonly Leg[], kind: Kind): bigint[] {
  const rises = legs.map(({ quote, series }) => {
    const { initial_fraction, maintenance_fraction } = series.parameters;
    const fraction = kind === "initial" ? initial_fraction : maintenance_fraction;
    return quote.index + ceilDiv(quote.index * fraction, PPM);
  });
  return [0n, ...legs.map(({ series }) => series.strike), ...legs.map(({ quote }) => quote.index), largest(rises)];
}

const lossAt = (legs: readonly Leg[], price: bigint): bigint =>
  -sum(legs.map(({ lots, series }) => lots * payoff(series, price)));
