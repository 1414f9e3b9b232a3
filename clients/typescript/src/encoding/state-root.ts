/** Which entries the root of a state commits to, and under which keys (ENC-1). */

import { Instrument, OptionSeries, Perpetual } from "../records/instruments.js";
import {
  Account,
  ChainEntry,
  Expiry,
  Feed,
  Funding,
  HeaderEntry,
  Market,
  Pool,
  ScheduledChange,
  type Snapshot,
  Withdrawal,
} from "../records/state.js";
import type { Hex } from "../values.js";
import { sha256 } from "./hashing.js";
import { encodeAs, integer, type Shape } from "./shapes.js";
import { build, pathOf, rootOf } from "./trie.js";

/** The tables of a snapshot. */
export type TableName = Exclude<keyof Snapshot, "chain" | "header">;

/** What an instrument is committed to as: the fields alone, without the name of its kind. */
const InstrumentFields: Shape<Instrument> = {
  ...Instrument,
  encode(value, out) {
    if (value.kind === "Perpetual") Perpetual.encode(value, out);
    else OptionSeries.encode(value, out);
  },
};

// The values differ from table to table: each shape is that of its own.
const TABLES: Readonly<Record<TableName, { readonly prefix: string; readonly value: Shape<any> }>> = {
  instruments: { prefix: "instrument/", value: InstrumentFields },
  feeds: { prefix: "feed/", value: Feed },
  funding: { prefix: "funding/", value: Funding },
  expiries: { prefix: "expiry/", value: Expiry },
  accounts: { prefix: "account/", value: Account },
  pools: { prefix: "pool/", value: Pool },
  markets: { prefix: "market/", value: Market },
  withdrawals: { prefix: "withdrawal/", value: Withdrawal },
  deposits: { prefix: "deposit/", value: integer },
  changes: { prefix: "change/", value: ScheduledChange },
};

export const TABLE_NAMES = Object.keys(TABLES) as readonly TableName[];

/** Records are immutable and mostly stay what they are from one transaction to the next: each is hashed once. */
const hashes = new WeakMap<object, Buffer>();

function hashed<T>(shape: Shape<T>, value: T): Buffer {
  if (typeof value !== "object" || value === null) return sha256(encodeAs(shape, value));
  let hash = hashes.get(value);
  if (hash === undefined) {
    hash = sha256(encodeAs(shape, value));
    hashes.set(value, hash);
  }
  return hash;
}

const paths = new Map<string, Buffer>();
const PATHS_KEPT = 100_000;

function pathFor(key: string): Buffer {
  let path = paths.get(key);
  if (path === undefined) {
    if (paths.size >= PATHS_KEPT) paths.clear();
    path = pathOf(key);
    paths.set(key, path);
  }
  return path;
}

/** An entry as the trie takes it, for whoever keeps a trie up to date (`trie.writeHash`). */
export interface HashedEntry {
  readonly path: Buffer;
  readonly valueHash: Buffer;
}

/** Where an entry stands in the trie. */
export const entryPath = (table: TableName, key: string): Buffer => pathFor(TABLES[table].prefix + key);

export function hashedEntry(table: TableName, key: string, value: unknown): HashedEntry {
  const { value: shape } = TABLES[table];
  return { path: entryPath(table, key), valueHash: hashed(shape, value) };
}

export const hashedChain = (chain: ChainEntry): HashedEntry => ({
  path: pathFor("chain"),
  valueHash: hashed(ChainEntry, chain),
});

export const hashedHeader = (header: HeaderEntry): HashedEntry => ({
  path: pathFor("header"),
  valueHash: hashed(HeaderEntry, header),
});

/** The root of a state, from everything that it holds. */
export function stateRoot(snapshot: Snapshot): Hex {
  const entries = [hashedChain(snapshot.chain), hashedHeader(snapshot.header)];
  for (const table of TABLE_NAMES) {
    for (const [key, value] of snapshot[table]) entries.push(hashedEntry(table, key, value));
  }
  return rootOf(build(entries));
}
