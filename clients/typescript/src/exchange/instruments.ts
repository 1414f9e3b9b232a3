/** What a lot of an instrument is worth and needs in a block: quotes (MARK-1, MARGIN-1, MARGIN-2, MARGIN-5, BOOK-3). */

import { PPM, ceilDiv, floorDiv, max, min } from "../arithmetic.js";
import { flag, type Infer, integer, oneOf, record } from "../encoding/shapes.js";
import { Instrument, type OptionSeries, type Perpetual, type PerpetualParameters } from "../records/instruments.js";

export const Quote = record({
  instrument: Instrument,
  phase: oneOf("trade", "pending", "settle"),
  fresh: flag,
  /** Of the underlying, in ticks. */
  index: integer,
  /** Value of a lot wherever money moves; all values are in atoms per lot. */
  mark: integer,
  /** Value of a lot in health tests, by its side. */
  long_mark: integer,
  short_mark: integer,
  /** Margins: of a lot of a perpetual, of a short lot of an option standing alone. */
  initial: integer,
  maintenance: integer,
  funding_index: integer,
  /** Prices at which it trades, in ticks. */
  lowest: integer,
  highest: integer,
});
export type Quote = Infer<typeof Quote>;

export type Quotes = ReadonlyMap<string, Quote>;

/** The quote of an instrument that is known to be listed. */
export function quoteOf(quotes: Quotes, instrument: string): Quote {
  const quote = quotes.get(instrument);
  if (quote === undefined) throw new Error(`no quote of ${instrument}`);
  return quote;
}

/** Lowest and highest price in ticks at which an instrument trades (BOOK-3). */
function band(terms: Instrument, index: bigint, mark: bigint): [lowest: bigint, highest: bigint] {
  const width = max(1n, floorDiv(index * terms.parameters.collar, PPM));
  const middle = floorDiv(mark, terms.multiplier);
  return [max(1n, middle - width), middle + width];
}

/** Initial margin fraction in ppm at an open interest: a line between two caps (MARGIN-5). */
function initialFraction(parameters: PerpetualParameters, openInterest: bigint): bigint {
  const { initial_fraction: low, initial_fraction_limit: high } = parameters;
  const { open_interest_low: from, open_interest_high: to } = parameters;
  if (openInterest <= from) return low;
  if (openInterest >= to) return high;
  return low + ceilDiv((high - low) * (openInterest - from), to - from);
}

export function quotePerpetual(
  perpetual: Perpetual,
  index: bigint,
  fresh: boolean,
  openInterest: bigint,
  fundingIndex: bigint,
): Quote {
  const mark = index * perpetual.multiplier;
  const [lowest, highest] = band(perpetual, index, mark);
  const initial = initialFraction(perpetual.parameters, openInterest);
  return {
    instrument: perpetual,
    phase: "trade",
    fresh,
    index,
    mark,
    long_mark: mark,
    short_mark: mark,
    initial: ceilDiv(mark * initial, PPM),
    maintenance: ceilDiv(mark * perpetual.parameters.maintenance_fraction, PPM),
    funding_index: fundingIndex,
    lowest,
    highest,
  };
}

/** OPT-3: at expiry itself a series no longer trades. */
function phaseOf(series: OptionSeries, now: bigint, settlementPrice: bigint | null): Quote["phase"] {
  if (now < series.expiry) return "trade";
  return settlementPrice === null ? "pending" : "settle";
}

/** Atoms per lot at a price in ticks (OPT-1). */
export function payoff(series: OptionSeries, price: bigint): bigint {
  const gain = series.call ? price - series.strike : series.strike - price;
  return max(0n, gain) * series.multiplier;
}

/** The report within the no-arbitrage bounds (MARK-1). */
function optionMark(series: OptionSeries, index: bigint, reported: bigint): bigint {
  const atMost = (series.call ? index : series.strike) * series.multiplier;
  return max(payoff(series, index), min(atMost, reported * series.multiplier));
}

/** Margins of a short lot standing alone (MARGIN-2). */
function shortMargins(series: OptionSeries, index: bigint, mark: bigint): [initial: bigint, maintenance: bigint] {
  const { initial_fraction, initial_floor, maintenance_fraction, put_ratio } = series.parameters;
  const underlying = index * series.multiplier;
  const share = (value: bigint, fraction: bigint): bigint => ceilDiv(value * fraction, PPM);
  const distance = max(0n, series.call ? series.strike - index : index - series.strike) * series.multiplier;
  const alone =
    mark + max(share(underlying, initial_fraction) - distance, share(underlying, initial_floor));
  if (series.call) return [alone, mark + share(underlying, maintenance_fraction)];
  const maintenance = mark + share(max(underlying, mark), maintenance_fraction);
  return [max(alone, share(maintenance, put_ratio)), maintenance];
}

export function quoteOption(
  series: OptionSeries,
  now: bigint,
  index: bigint,
  reported: bigint,
  fresh: boolean,
  settlementPrice: bigint | null,
): Quote {
  const phase = phaseOf(series, now, settlementPrice);
  if (phase === "settle" && settlementPrice !== null) return settledQuote(series, settlementPrice);
  const intrinsic = payoff(series, index);
  const mark = phase === "trade" ? optionMark(series, index, reported) : intrinsic;
  const [initial, maintenance] = shortMargins(series, index, mark);
  const [lowest, highest] = band(series, index, mark);
  return {
    instrument: series,
    phase,
    fresh,
    index,
    mark,
    long_mark: fresh ? mark : 0n,
    short_mark: mark, // the bounds of the mark keep it at intrinsic or more, frozen or not
    initial,
    maintenance,
    funding_index: 0n,
    lowest,
    highest,
  };
}

/** A settled series is worth its payoff whatever its feed does, and a short needs just that. */
function settledQuote(series: OptionSeries, price: bigint): Quote {
  const value = payoff(series, price);
  return {
    instrument: series,
    phase: "settle",
    fresh: true,
    index: price,
    mark: value,
    long_mark: value,
    short_mark: value,
    initial: value,
    maintenance: value,
    funding_index: 0n,
    lowest: 1n,
    highest: 1n,
  };
}
