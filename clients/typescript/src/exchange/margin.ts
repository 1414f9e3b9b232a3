/** What an account must hold, and the health rule that every user transaction answers to (MARGIN-1 to MARGIN-6). */

import { PPM, abs, ceilDiv, max, sign, sum } from "../arithmetic.js";
import { lotsIn } from "./accounts.js";
import { type Quote, type Quotes, quoteOf } from "./instruments.js";
import { optionAmounts } from "./portfolio.js";
import { groupBy } from "./table.js";
import type { Account, Order, Position } from "../records/state.js";

type Kind = "initial" | "maintenance";
type Held = readonly [Position, Quote];

const holdings = (account: Account, quotes: Quotes): Held[] =>
  account.positions.map((position) => [position, quoteOf(quotes, position.instrument)] as const);

const isOption = ([, quote]: Held): boolean => quote.instrument.kind === "OptionSeries";

/** The value of a position in health tests: on a frozen feed an option counts at its worse (MARK-1). */
const healthValue = ([position, quote]: Held): bigint =>
  position.lots * (position.lots > 0n ? quote.long_mark : quote.short_mark);

/** Cash plus all lots at the marks (LEDGER-2). */
export const equity = (account: Account, quotes: Quotes): bigint =>
  account.cash + sum(holdings(account, quotes).map(([position, quote]) => position.lots * quote.mark));

/** Equity as health tests count it. */
export const healthEquity = (account: Account, quotes: Quotes): bigint =>
  account.cash + sum(holdings(account, quotes).map(healthValue));

/** Amounts of the positions, less what marks already put into equity, possibly negative (MARGIN-3a). */
function positionsRequirement(account: Account, quotes: Quotes, kind: Kind): bigint {
  const held = holdings(account, quotes);
  const perpetuals = held.filter((each) => !isOption(each));
  const options = held.filter(isOption);
  const amounts = sum(perpetuals.map(([position, quote]) => abs(position.lots) * quote[kind]));
  return amounts + optionAmounts(options, kind) + sum(options.map(healthValue));
}

/** What an order would lose against the mark once filled, at least 0. */
function adverse(order: Order, quote: Quote): bigint {
  const loss = order.price * quote.instrument.multiplier - quote.mark;
  return order.lots * max(0n, order.buy ? loss : -loss);
}

/** A perpetual's orders need the worse of their two sides. */
function perpetualOrders(lots: bigint, orders: readonly Order[], quote: Quote): bigint {
  const side = (buy: boolean): bigint => {
    const filled = orders.filter((order) => order.buy === buy);
    const size = sum(filled.map((order) => order.lots));
    const largest = max(abs(lots), abs(lots + (buy ? size : -size)));
    return (largest - abs(lots)) * quote.initial + sum(filled.map((order) => adverse(order, quote)));
  };
  return max(side(true), side(false));
}

/** An option's bids need their premium, its asks their margin standing alone. */
const optionOrders = (orders: readonly Order[], quote: Quote): bigint =>
  sum(
    orders.map(({ buy, lots, price }) =>
      buy ? lots * price * quote.instrument.multiplier : lots * quote.initial,
    ),
  );

/** What open orders add to initial margin (BOOK-5). */
function ordersRequirement(account: Account, quotes: Quotes): bigint {
  const byMarket = groupBy(account.orders, (order) => order.market);
  return sum(
    [...byMarket].map(([market, orders]) => {
      const quote = quoteOf(quotes, market);
      return quote.instrument.kind === "Perpetual"
        ? perpetualOrders(lotsIn(account, market), orders, quote)
        : optionOrders(orders, quote);
    }),
  );
}

export const initialRequirement = (account: Account, quotes: Quotes): bigint =>
  max(0n, positionsRequirement(account, quotes, "initial") + ordersRequirement(account, quotes));

export const maintenanceRequirement = (account: Account, quotes: Quotes): bigint =>
  max(0n, positionsRequirement(account, quotes, "maintenance"));

/** Unrealised profit of a position that initial margin does not count (MARGIN-4). */
function excludedProfit([position, quote]: Held, capped: boolean): bigint {
  const { instrument } = quote;
  const profit = healthValue([position, quote]) - position.cost;
  if (instrument.kind === "Perpetual") return max(0n, profit - (capped ? instrument.parameters.profit_cap : 0n));
  return position.lots < 0n ? max(0n, profit) : 0n;
}

/** What the initial test compares. */
export interface InitialHealth {
  readonly equity: bigint;
  readonly excluded: bigint;
  readonly required: bigint;
  /** Whether every price that a position is valued at may be relied on. */
  readonly fresh: boolean;
}

/** `capped`: whether profit up to the market's cap counts, which it does not for what leaves the account. */
export function initialHealth(account: Account, quotes: Quotes, capped: boolean): InitialHealth {
  const held = holdings(account, quotes);
  return {
    equity: healthEquity(account, quotes),
    excluded: sum(held.map((each) => excludedProfit(each, capped))),
    required: initialRequirement(account, quotes),
    fresh: held.every(([, quote]) => quote.fresh),
  };
}

export function meetsInitial(account: Account, quotes: Quotes): boolean {
  const health = initialHealth(account, quotes, true);
  return health.fresh && health.equity - health.excluded >= health.required;
}

/** What could leave an account of this uncapped health, possibly negative. */
export const withdrawable = (health: InitialHealth, locked: bigint): bigint =>
  health.equity - health.excluded - locked - health.required;

/** No position grew or changed sign. */
const onlyShrank = (before: Account, after: Account): boolean =>
  after.positions.every(({ instrument, lots }) => {
    const earlier = lotsIn(before, instrument);
    return sign(lots) === sign(earlier) && abs(lots) <= abs(earlier);
  });

/** Whether an account below its initial margin took no step further down (MARGIN-6). */
export function nothingWorsened(before: Account, after: Account, quotes: Quotes): boolean {
  if (!onlyShrank(before, after)) return false;
  const [requiredBefore, requiredAfter] = [initialRequirement(before, quotes), initialRequirement(after, quotes)];
  const [healthBefore, healthAfter] = [healthEquity(before, quotes), healthEquity(after, quotes)];
  const equityAfter = equity(after, quotes);
  return (
    requiredAfter <= requiredBefore &&
    healthAfter - requiredAfter >= healthBefore - requiredBefore &&
    (equityAfter >= 0n || equityAfter >= equity(before, quotes))
  );
}

/** The universal health rule (MARGIN-6). */
export const healthyAfter = (before: Account, after: Account, quotes: Quotes): boolean =>
  meetsInitial(after, quotes) || nothingWorsened(before, after, quotes);

/** Strictly below maintenance margin (LIQ-1). */
export const liquidatable = (account: Account, quotes: Quotes): boolean =>
  healthEquity(account, quotes) < maintenanceRequirement(account, quotes);

/** Whether equity covers maintenance margin and a buffer in ppm of it (LIQ-3). */
export const buffered = (account: Account, quotes: Quotes, buffer: bigint): boolean =>
  healthEquity(account, quotes) >= ceilDiv(maintenanceRequirement(account, quotes) * (PPM + buffer), PPM);
