/** Whether a state handed in as a whole is one: complete, in order, within bounds (ENC-3). */

import { MAX_TIME } from "../arithmetic.js";
import { checkValidators } from "../consensus/validators.js";
import { TABLE_NAMES } from "../encoding/state-root.js";
import type { Instrument } from "../records/instruments.js";
import type { Snapshot } from "../records/state.js";
import { compareTexts, Rejection } from "../values.js";
import { checkPoolParameters, checkProtocolParameters } from "./parameters.js";
import { checkFeed, checkTerms, expiryKey, isWithin, RULES_VERSION } from "./terms.js";

const incomplete = (reason: string) => new Rejection("ENC-3", reason);

/** Throws the first rule that a snapshot breaks. */
export function checkSnapshot(snapshot: Snapshot): void {
  const { chain, header } = snapshot;
  if (chain.version !== RULES_VERSION) throw new Rejection("LEDGER-8", "another version of the rules");
  if (!isWithin(header.time, 0n, MAX_TIME) || header.height < 0n) {
    throw new Rejection("NUM-5", "the height or the time is out of bounds");
  }
  checkValidators(chain.validators);
  checkProtocolParameters(chain.parameters);
  for (const name of TABLE_NAMES) checkOrder(name, snapshot[name]);
  checkMarkets(snapshot);
  const known = keysOf(snapshot);
  for (const [market, instrument] of snapshot.instruments) {
    checkReferences(market, instrument, known);
    checkTerms(instrument);
  }
  for (const [, pool] of snapshot.pools) checkPoolParameters(pool.parameters);
  for (const [, feed] of snapshot.feeds) {
    checkFeed(feed.index, feed.max_move);
    checkFeed(feed.median, feed.max_move);
  }
  checkWhatRefers(snapshot, known);
}

interface Known {
  readonly pools: ReadonlySet<string>;
  readonly feeds: ReadonlySet<string>;
  readonly expiries: ReadonlySet<string>;
  readonly instruments: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

type Entries = readonly (readonly [string, unknown])[];

const keys = (entries: Entries): ReadonlySet<string> => new Set(entries.map(([key]) => key));

const keysOf = (snapshot: Snapshot): Known => ({
  pools: keys(snapshot.pools),
  feeds: keys(snapshot.feeds),
  expiries: keys(snapshot.expiries),
  instruments: keys(snapshot.instruments),
  accounts: keys(snapshot.accounts),
});

function checkOrder(name: string, entries: Entries): void {
  let previous: string | undefined;
  for (const [key] of entries) {
    if (previous !== undefined && compareTexts(previous, key) >= 0) throw incomplete(`${name}: keys do not ascend`);
    previous = key;
  }
}

/** Every instrument has its market and every perpetual its funding, and there are no others. */
function checkMarkets({ instruments, markets, funding }: Snapshot): void {
  const perpetuals = instruments.filter(([, { kind }]) => kind === "Perpetual");
  const same = (a: Entries, b: Entries) => a.length === b.length && a.every(([key], at) => b[at]?.[0] === key);
  if (!same(instruments, markets) || !same(perpetuals, funding)) {
    throw incomplete("markets and funding do not belong to the instruments");
  }
}

function checkReferences(market: string, instrument: Instrument, known: Known): void {
  const complete =
    instrument.market === market &&
    known.pools.has(instrument.pool) &&
    known.feeds.has(instrument.feed) &&
    (instrument.kind === "Perpetual" ||
      (known.feeds.has(instrument.mark_feed) && known.expiries.has(expiryKey(instrument.feed, instrument.expiry))));
  if (!complete) throw incomplete(`the instrument ${market} refers to what is not there`);
}

function checkWhatRefers(snapshot: Snapshot, known: Known): void {
  if (!snapshot.expiries.every(([, { feed }]) => known.feeds.has(feed))) throw incomplete("an expiry of no feed");
  for (const [id, { pool, positions, orders }] of snapshot.accounts) {
    const named = [...positions.map(({ instrument }) => instrument), ...orders.map(({ market }) => market)];
    if (!known.pools.has(pool) || !named.every((each) => known.instruments.has(each))) {
      throw incomplete(`the account ${id} refers to what is not there`);
    }
  }
  if (!snapshot.pools.every(([, { flagged }]) => flagged.every((id) => known.accounts.has(id)))) {
    throw incomplete("a flagged account is not there");
  }
  if (!snapshot.withdrawals.every(([, { pool }]) => known.pools.has(pool))) throw incomplete("a withdrawal of no pool");
}
