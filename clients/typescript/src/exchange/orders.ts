/** Placing and cancelling orders (BOOK-1 to BOOK-7); the first rule that refuses is the one reported. */

import { MAX_LOTS, MAX_TICKS } from "../arithmetic.js";
import type { Account, Order } from "../records/state.js";
import type { Cancel, Place } from "../records/transactions.js";
import { orderOf } from "./accounts.js";
import type { Run } from "./context.js";
import { settleFunding } from "./funding.js";
import type { Quote } from "./instruments.js";
import { healthyAfter } from "./margin.js";
import { Match, cancelOrder } from "./matching.js";
import { demand, refuse } from "./receipts.js";

const isImmediate = (order: Place): boolean => order.time_in_force === "ioc" || order.time_in_force === "fok";

/** The worst price at which an order may trade: its own, or the edge of the band. */
const limitOf = (order: Place, quote: Quote): bigint =>
  order.price ?? (order.side === "buy" ? quote.highest : quote.lowest);

/** What refuses an order before it meets the book. */
function checkOrder(run: Run, account: Account, order: Place): void {
  const { market, lots, price } = order;
  demand(run.terms.instruments.get(market)?.pool === account.pool, "BOOK-1");
  demand(1n <= lots && lots <= MAX_LOTS, "BOOK-1");
  demand(price === null || (1n <= price && price <= MAX_TICKS), "BOOK-1");
  const quote = run.quote(market);
  demand(quote.phase === "trade", "OPT-3");
  demand(quote.fresh || order.reduce_only, "ORACLE-5");
  demand(price !== null || isImmediate(order), "BOOK-2");
  demand(price === null || (quote.lowest <= price && price <= quote.highest), "BOOK-3");
  if (isImmediate(order)) return;
  const crossed = run.ledger.books.opposite(market, order.side === "buy", limitOf(order, quote));
  demand(order.time_in_force !== "post-only" || crossed.length === 0, "BOOK-2");
  demand(BigInt(account.orders.length) < run.poolOf(account).parameters.max_orders, "BOOK-2");
}

/** Match what crosses, and let the rest stand if it may. */
export function place(run: Run, id: string, nonce: bigint, order: Place): void {
  checkOrder(run, run.account(id), order);
  settleFunding(run, id);
  const match = new Match(run, id, order, order.lots).through(limitOf(order, run.quote(order.market)));
  if (order.time_in_force === "fok" && match.left > 0n) refuse(match.stopped ?? "BOOK-2");
  if (match.stopped !== null && !match.filled) refuse(match.stopped);
  if (match.left === 0n || match.stopped !== null || order.price === null || isImmediate(order)) return;
  const { left } = match;
  const price = order.price;
  const refusal = run.tentatively(() => rest(run, id, nonce, order, price, left));
  // what was filled stands, though the rest may not
  if (refusal !== null && !match.filled) refuse(refusal);
}

/** Let what is left of an order stand in the book, behind all others at its price; or the rule that refuses. */
function rest(run: Run, id: string, nonce: bigint, order: Place, price: bigint, lots: bigint): string | null {
  const { accounts, markets, books } = run.ledger;
  const before = accounts.at(id);
  const { sequence } = markets.at(order.market);
  const { market, reduce_only } = order;
  const resting: Order = { nonce, market, buy: order.side === "buy", lots, price, sequence, reduce_only };
  const after = accounts.update(id, { orders: [...before.orders, resting] });
  if (!healthyAfter(before, after, run.terms.quotes)) return "MARGIN-6";
  markets.update(market, { sequence: sequence + 1n });
  books.add(id, resting);
  run.log.note("rested", id, { nonce, lots, price });
  return null;
}

/** Take an own order off the book: always open. */
export function cancel(run: Run, id: string, { nonce }: Cancel): void {
  const order = orderOf(run.account(id), nonce);
  if (order === undefined) refuse("BOOK-2");
  cancelOrder(run, id, order, "");
}
