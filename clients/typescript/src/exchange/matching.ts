/** A taker's order meets the book, one resting order at a time: best price first, then oldest (BOOK-2, BOOK-4, BOOK-6). */

import { max, min } from "../arithmetic.js";
import type { Account, Order } from "../records/state.js";
import type { Place } from "../records/transactions.js";
import { lotsIn, orderOf, withOrderLots } from "./accounts.js";
import { type Resting, restingOrder } from "./book.js";
import type { Run } from "./context.js";
import { settleFunding } from "./funding.js";
import type { Quote } from "./instruments.js";
import { healthyAfter } from "./margin.js";
import { accountBalance } from "./receipts.js";
import { feesOf, openInterestAfter, traded, withinBounds } from "./trades.js";

/** Take an open order off its account and off the book, for a rule or, if empty, because its owner asked. */
export function cancelOrder(run: Run, id: string, order: Order, rule: string): void {
  removeOrder(run, id, order);
  run.log.note("cancelled", id, { nonce: order.nonce, lots: order.lots, rule });
}

/** The same without a word of it. */
export function removeOrder(run: Run, id: string, order: Order): void {
  const { accounts, books } = run.ledger;
  accounts.update(id, { orders: withOrderLots(accounts.at(id).orders, order.nonce, 0n) });
  books.remove(id, order);
}

/** How many lots a reduce-only order of this direction may still fill. */
const reducible = (account: Account, market: string, buy: boolean): bigint =>
  max(0n, buy ? -lotsIn(account, market) : lotsIn(account, market));

/** One order on its way through the book. The taker's funding is settled. */
export class Match {
  /** Rule that stopped it before it was filled. */
  stopped: string | null = null;
  /** Whether anything was traded. */
  filled = false;
  readonly buy: boolean;
  private readonly quote: Quote;

  constructor(
    private readonly run: Run,
    private readonly taker: string,
    private readonly order: Place,
    /** Lots still to fill. */
    public left: bigint,
  ) {
    this.buy = order.side === "buy";
    this.quote = run.quote(order.market);
  }

  /** Meet the book as it stands, up to a limit in ticks. */
  through(limit: bigint): this {
    for (const entry of this.run.ledger.books.opposite(this.order.market, this.buy, limit)) {
      if (this.left === 0n || this.stopped !== null) break;
      this.meet(entry);
    }
    return this;
  }

  private meet(entry: Resting): void {
    const { accounts } = this.run.ledger;
    const resting = restingOrder(accounts, entry);
    if (accounts.at(entry.account).owner === accounts.at(this.taker).owner) {
      this.preventSelfTrade(entry, resting);
      return;
    }
    if (resting.price < this.quote.lowest || resting.price > this.quote.highest) {
      cancelOrder(this.run, entry.account, resting, "BOOK-3");
      return;
    }
    if (this.takerIsSpent()) {
      this.stopped = "BOOK-2";
      return;
    }
    const lots = this.lotsToFill(entry, resting);
    if (lots === 0n) {
      cancelOrder(this.run, entry.account, resting, "BOOK-2");
      return;
    }
    this.fill(entry, resting, lots);
    this.afterFill(entry);
  }

  /** Whether the order is reduce-only and has nothing left to reduce. */
  private takerIsSpent(): boolean {
    if (!this.order.reduce_only) return false;
    return reducible(this.run.account(this.taker), this.order.market, this.buy) === 0n;
  }

  private lotsToFill(entry: Resting, resting: Order): bigint {
    let lots = min(this.left, resting.lots);
    const { market } = this.order;
    if (resting.reduce_only) lots = min(lots, reducible(this.run.account(entry.account), market, resting.buy));
    if (this.order.reduce_only) lots = min(lots, reducible(this.run.account(this.taker), market, this.buy));
    return lots;
  }

  /** Never trade with oneself: cancel the maker, stop the taker, or shrink both by the smaller. */
  private preventSelfTrade(entry: Resting, resting: Order): void {
    const { self_trade, time_in_force } = this.order;
    const decrement = self_trade === "decrement";
    if (self_trade === "cancel-taker" || (decrement && time_in_force === "fok")) {
      this.stopped = "BOOK-4";
      return;
    }
    if (!decrement || resting.lots <= this.left) {
      cancelOrder(this.run, entry.account, resting, "BOOK-4");
      if (decrement) this.left -= resting.lots;
      return;
    }
    const { accounts } = this.run.ledger;
    const { orders } = accounts.at(entry.account);
    accounts.update(entry.account, { orders: withOrderLots(orders, entry.nonce, resting.lots - this.left) });
    this.left = 0n;
  }

  /** One fill at the maker's price; else the maker is cancelled, or the taker stopped. */
  private fill(entry: Resting, resting: Order, lots: bigint): void {
    let makerFails = false;
    const stopped = this.run.tentatively(() => {
      const outcome = this.tryFill(entry, resting, lots);
      makerFails = outcome === "maker";
      return outcome;
    });
    if (makerFails) cancelOrder(this.run, entry.account, resting, "MARGIN-6");
    else if (stopped !== null) this.stopped = stopped;
    else {
      this.left -= lots;
      this.filled = true;
    }
  }

  /** Null if it stands, "maker" if the maker may not, or the rule by which the taker may not; the maker is asked first. */
  private tryFill(entry: Resting, resting: Order, lots: bigint): string | null {
    const { run, quote } = this;
    const { accounts, markets, pools, books } = run.ledger;
    settleFunding(run, entry.account);
    const [maker, taker] = [accounts.at(entry.account), accounts.at(this.taker)];
    const { market } = this.order;
    const price = resting.price * quote.instrument.multiplier;
    const signed = this.buy ? lots : -lots;
    const fees = feesOf(quote, lots, price);
    const period = run.horizon(taker.pool);
    const orders = withOrderLots(maker.orders, resting.nonce, resting.lots - lots);
    const made = { ...traded(maker, quote, -signed, price, fees.maker, period).account, orders };
    const took = traded(taker, quote, signed, price, fees.taker, period).account;
    if (!healthyAfter(maker, made, run.terms.quotes) || !withinBounds(made, market)) return "maker";
    if (!withinBounds(took, market)) return "NUM-5";
    const interest = openInterestAfter(run, market, [
      [taker, took],
      [maker, made],
    ]);
    const limit = max(markets.at(market).open_interest, quote.instrument.parameters.max_open_interest);
    if (interest > limit) return "MARGIN-5";
    if (!healthyAfter(taker, took, run.terms.quotes)) return "MARGIN-6";
    accounts.set(this.taker, took);
    accounts.set(entry.account, made);
    pools.update(taker.pool, { fees: pools.at(taker.pool).fees + fees.taker + fees.maker });
    markets.update(market, { open_interest: interest });
    if (lots === resting.lots) books.remove(entry.account, resting);
    this.record(entry, resting, signed, signed * price, taker.pool, fees);
    return null;
  }

  private record(
    entry: Resting,
    resting: Order,
    lots: bigint,
    paid: bigint,
    pool: string,
    fees: { taker: bigint; maker: bigint },
  ): void {
    const { log } = this.run;
    const [taker, maker] = [accountBalance(this.taker), accountBalance(entry.account)];
    log.pay(pool, taker, maker, paid, "trade");
    log.post(pool, taker, "fees", fees.taker, "fee");
    if (fees.maker < 0n) log.post(pool, "fees", maker, -fees.maker, "rebate");
    else log.post(pool, maker, "fees", fees.maker, "fee");
    log.note("fill", this.order.market, {
      taker: this.taker,
      maker: entry.account,
      nonce: entry.nonce,
      lots,
      price: resting.price,
      "taker-fee": fees.taker,
      "maker-fee": fees.maker,
    });
  }

  /** Reduce-only orders that have just closed their position: a maker's goes, a taker's stops and never rests. */
  private afterFill(entry: Resting): void {
    const account = this.run.account(entry.account);
    const standing = orderOf(account, entry.nonce);
    if (standing?.reduce_only && reducible(account, standing.market, standing.buy) === 0n)
      cancelOrder(this.run, entry.account, standing, "BOOK-2");
    if (this.stopped === null && this.left > 0n && this.takerIsSpent()) this.stopped = "BOOK-2";
  }
}
