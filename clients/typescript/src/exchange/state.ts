/** The state of a chain in a client's memory: tables, what follows from them, and the root, kept up to date (CONS-6). */

import {
  type HashedEntry,
  type TableName,
  TABLE_NAMES,
  entryPath,
  hashedChain,
  hashedEntry,
  hashedHeader,
} from "../encoding/state-root.js";
import { type Trie, build, rootOf, writeHash } from "../encoding/trie.js";
import type { Instrument } from "../records/instruments.js";
import type {
  Account,
  ChainEntry,
  Expiry,
  Feed,
  Funding,
  HeaderEntry,
  Market,
  Pool,
  ScheduledChange,
  Snapshot,
  Withdrawal,
} from "../records/state.js";
import { checkSnapshot } from "../state/snapshot.js";
import { expiryKey } from "../state/terms.js";
import type { Hex } from "../values.js";
import { booksOf } from "./book.js";
import type { BlockTerms, Ledger } from "./context.js";
import { type Quote, type Quotes, quoteOption, quotePerpetual } from "./instruments.js";
import { isFresh } from "./oracle.js";
import { Journal, Table } from "./table.js";

type Header = Omit<HeaderEntry, "last_change">;

export class ChainState {
  readonly instruments: Table<Instrument>;
  readonly feeds: Table<Feed>;
  readonly funding: Table<Funding>;
  readonly expiries: Table<Expiry>;
  readonly ledger: Ledger;
  header: Header;
  /** The last block's, at the clamped prices and at those before clamping. */
  private quotes: Quotes;
  private unclamped: Quotes;
  private trie: Trie;

  private constructor(
    readonly chain: ChainEntry,
    snapshot: Snapshot,
  ) {
    const journal = new Journal();
    const { height, time, block_id, last_change } = snapshot.header;
    this.header = { height, time, block_id };
    this.instruments = new Table(journal, snapshot.instruments);
    this.feeds = new Table(journal, snapshot.feeds);
    this.funding = new Table(journal, snapshot.funding);
    this.expiries = new Table(journal, snapshot.expiries);
    this.ledger = ledgerOf(journal, snapshot, last_change);
    [this.quotes, this.unclamped] = this.quoteAll();
    this.trie = build(this.allEntries(snapshot));
    this.forgetWritten();
  }

  /** The state of a snapshot; throws the rule that refuses it. */
  static restore(snapshot: Snapshot): ChainState {
    checkSnapshot(snapshot);
    return new ChainState(snapshot.chain, snapshot);
  }

  snapshot(): Snapshot {
    const { accounts, pools, markets, withdrawals, deposits, changes } = this.ledger;
    return {
      chain: this.chain,
      header: this.headerEntry(),
      instruments: this.instruments.items(),
      feeds: this.feeds.items(),
      funding: this.funding.items(),
      expiries: this.expiries.items(),
      accounts: accounts.items(),
      pools: pools.items(),
      markets: markets.items(),
      withdrawals: withdrawals.items(),
      deposits: deposits.items(),
      changes: changes.items(),
    };
  }

  /** The root, brought up to date by what was written; what came before can no longer be taken back. */
  root(): Hex {
    this.ledger.journal.forget();
    const write = ({ path, valueHash }: HashedEntry): void => {
      this.trie = writeHash(this.trie, path, valueHash);
    };
    write(hashedHeader(this.headerEntry()));
    for (const [name, table] of this.tables())
      for (const key of table.written) {
        const value = table.get(key);
        if (value !== undefined) write(hashedEntry(name, key, value));
        else this.trie = writeHash(this.trie, entryPath(name, key), null);
      }
    this.forgetWritten();
    return rootOf(this.trie);
  }

  /** What the last block fixed for its transactions. */
  terms(): BlockTerms {
    const pending = new Set<string>();
    for (const quote of this.quotes.values()) if (quote.phase === "pending") pending.add(quote.instrument.pool);
    const { chain, validators, parameters } = this.chain;
    const { instruments, quotes, unclamped } = this;
    return { chain, now: this.header.time, parameters, validators, instruments, quotes, unclamped, pending };
  }

  /** Derive the quotes anew: at the beginning of a block, once prices, funding and expiries are those of it. */
  requote(): void {
    [this.quotes, this.unclamped] = this.quoteAll();
  }

  private quoteAll(): [clamped: Quotes, unclamped: Quotes] {
    const quotesAt = (priceOf: (feed: Feed) => bigint): Quotes =>
      new Map(this.instruments.items().map(([id, instrument]) => [id, this.quote(instrument, priceOf)]));
    const clamped = quotesAt(({ index }) => index);
    const carried = this.feeds.items().some(([, feed]) => feed.index !== feed.median);
    return [clamped, carried ? quotesAt(({ median }) => median) : clamped];
  }

  private quote(instrument: Instrument, priceOf: (feed: Feed) => bigint): Quote {
    const { parameters } = this.chain;
    const { time } = this.header;
    const feed = this.feeds.at(instrument.feed);
    const fresh = isFresh(feed, parameters);
    if (instrument.kind === "Perpetual") {
      const { open_interest } = this.ledger.markets.at(instrument.market);
      return quotePerpetual(instrument, priceOf(feed), fresh, open_interest, this.funding.at(instrument.market).index);
    }
    const reported = this.feeds.at(instrument.mark_feed);
    const { price } = this.expiries.at(expiryKey(instrument.feed, instrument.expiry));
    // the reported mark matters only while the series trades
    const relied = fresh && (time >= instrument.expiry || isFresh(reported, parameters));
    return quoteOption(instrument, time, priceOf(feed), priceOf(reported), relied, price);
  }

  private headerEntry(): HeaderEntry {
    return { ...this.header, last_change: this.ledger.lastChange };
  }

  private tables(): (readonly [TableName, Table<unknown>])[] {
    const own = { instruments: this.instruments, feeds: this.feeds, funding: this.funding, expiries: this.expiries };
    const { accounts, pools, markets, withdrawals, deposits, changes } = this.ledger;
    const all: Readonly<Record<TableName, unknown>> = {
      ...own,
      accounts,
      pools,
      markets,
      withdrawals,
      deposits,
      changes,
    };
    return TABLE_NAMES.map((name) => [name, all[name] as Table<unknown>] as const);
  }

  private allEntries(snapshot: Snapshot): HashedEntry[] {
    const entries = TABLE_NAMES.flatMap((name) =>
      snapshot[name].map(([key, value]) => hashedEntry(name, key, value)),
    );
    return [hashedChain(snapshot.chain), hashedHeader(snapshot.header), ...entries];
  }

  private forgetWritten(): void {
    for (const [, table] of this.tables()) table.written.clear();
  }
}

function ledgerOf(journal: Journal, snapshot: Snapshot, lastChange: bigint): Ledger {
  const accounts = new Table<Account>(journal, snapshot.accounts);
  let latest = lastChange;
  return {
    journal,
    accounts,
    pools: new Table<Pool>(journal, snapshot.pools),
    markets: new Table<Market>(journal, snapshot.markets),
    withdrawals: new Table<Withdrawal>(journal, snapshot.withdrawals),
    deposits: new Table<bigint>(journal, snapshot.deposits),
    changes: new Table<ScheduledChange>(journal, snapshot.changes),
    get lastChange() {
      return latest;
    },
    setLastChange(number) {
      const before = latest;
      journal.note(() => {
        latest = before;
      });
      latest = number;
    },
    books: booksOf(journal, accounts),
  };
}
