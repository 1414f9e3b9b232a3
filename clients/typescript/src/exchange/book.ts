/** Order books: who of the open orders is next, by price, then by time (BOOK-2). They follow from the accounts. */

import { ceilDiv, floorDiv, min } from "../arithmetic.js";
import type { Account, Order } from "../records/state.js";
import type { Journal, Table } from "./table.js";

/** A reference to an open order, with what its place follows from. */
export interface Resting {
  readonly account: string;
  readonly nonce: bigint;
  readonly price: bigint;
  readonly sequence: bigint;
}

type Side = readonly Resting[];

/** Whether an order comes before another of the same side. */
const precedes = (buy: boolean, one: Resting, other: Resting): boolean =>
  one.price === other.price ? one.sequence < other.sequence : buy ? one.price > other.price : one.price < other.price;

/** The books of all markets; like a table they take back what the journal takes back. */
export class Books {
  private readonly sides = new Map<string, Side>();

  constructor(private readonly journal: Journal) {}

  /** One side of a market, best first. */
  side(market: string, buy: boolean): Side {
    return this.sides.get(`${market}/${buy}`) ?? [];
  }

  private setSide(market: string, buy: boolean, side: Side): void {
    const key = `${market}/${buy}`;
    const before = this.side(market, buy);
    this.journal.note(() => this.sides.set(key, before));
    this.sides.set(key, side);
  }

  add(account: string, order: Order): void {
    const entry: Resting = { account, nonce: order.nonce, price: order.price, sequence: order.sequence };
    const side = this.side(order.market, order.buy);
    const place = side.findLastIndex((other) => !precedes(order.buy, entry, other)) + 1;
    this.setSide(order.market, order.buy, side.toSpliced(place, 0, entry));
  }

  remove(account: string, order: Order): void {
    const side = this.side(order.market, order.buy);
    const left = side.filter((entry) => entry.account !== account || entry.nonce !== order.nonce);
    this.setSide(order.market, order.buy, left);
  }

  /** The orders that a taker may meet up to its limit, as they stand now. */
  opposite(market: string, buy: boolean, limit: bigint): Side {
    const side = this.side(market, !buy);
    const beyond = side.findIndex(({ price }) => (buy ? price > limit : price < limit));
    return beyond === -1 ? side : side.slice(0, beyond);
  }

  /** The average price of taking so many lots of a side, or null if it is too thin; rounding widens the book (PERP-3). */
  impactPrice(accounts: Table<Account>, market: string, buy: boolean, lots: bigint): bigint | null {
    let left = lots;
    let paid = 0n;
    for (const entry of this.side(market, buy)) {
      const order = restingOrder(accounts, entry);
      const taken = min(left, order.lots);
      paid += taken * order.price;
      left -= taken;
      if (left === 0n) return buy ? floorDiv(paid, lots) : ceilDiv(paid, lots);
    }
    return null;
  }
}

/** The open order that an entry of a book refers to. */
export function restingOrder(accounts: Table<Account>, entry: Resting): Order {
  const order = accounts.at(entry.account).orders.find(({ nonce }) => nonce === entry.nonce);
  if (order === undefined) throw new Error(`no open order ${entry.account}/${entry.nonce}`);
  return order;
}

/** The books that follow from the accounts. */
export function booksOf(journal: Journal, accounts: Table<Account>): Books {
  const books = new Books(journal);
  for (const [id, account] of accounts.items()) for (const order of account.orders) books.add(id, order);
  return books;
}
