/** The state that a chain starts from (LEDGER-8). */

import { floorDiv, MAX_ATOMS, MAX_TIME } from "../arithmetic.js";
import { checkValidators } from "../consensus/validators.js";
import { idOf } from "../encoding/hashing.js";
import type { Instrument, Perpetual } from "../records/instruments.js";
import {
  type Expiry,
  type Feed,
  type Funding,
  Genesis,
  type Market,
  type Pool,
  type Snapshot,
} from "../records/state.js";
import { compareTexts, Rejection } from "../values.js";
import { checkPoolParameters, checkProtocolParameters } from "./parameters.js";
import { checkFeed, checkTerms, expiryKey, isId, isWithin, RULES_VERSION } from "./terms.js";

/** The state at height 0; throws the first rule that the genesis breaks. */
export function startChain(genesis: Genesis): Snapshot {
  checkGenesis(genesis);
  const { chain, time, validators, parameters, pools, feeds, instruments } = genesis;
  const expiries = new Map<string, Expiry>();
  for (const each of instruments) {
    if (each.kind === "OptionSeries")
      expiries.set(expiryKey(each.feed, each.expiry), firstExpiry(each.feed, each.expiry));
  }
  const perpetuals = instruments.filter((each) => each.kind === "Perpetual");
  return {
    chain: { chain, version: RULES_VERSION, validators, parameters },
    header: { height: 0n, time, block_id: idOf(Genesis, genesis), last_change: 0n },
    instruments: byKey(instruments.map((each) => [each.market, each])),
    feeds: byKey(feeds.map(({ feed, index, max_move }) => [feed, firstFeed(index, max_move, parameters.grace_blocks)])),
    funding: byKey(perpetuals.map((each) => [each.market, firstFunding(each, time)])),
    expiries: byKey([...expiries]),
    accounts: [],
    pools: byKey(pools.map(({ pool, insurance, parameters: terms }) => [pool, firstPool(insurance, terms)])),
    markets: byKey(instruments.map((each) => [each.market, UNTRADED])),
    withdrawals: [],
    deposits: [],
    changes: [],
  };
}

function byKey<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => compareTexts(a, b));
}

/** A feed may be relied on from the first block: it starts as if its grace period were over. */
const firstFeed = (index: bigint, max_move: bigint, fresh_blocks: bigint): Feed => ({
  max_move,
  index,
  median: index,
  fresh_blocks,
  reports: [],
});

/** Funding intervals are counted from the epoch, so the first one ends with the one that genesis lies in. */
function firstFunding(perpetual: Perpetual, time: bigint): Funding {
  const interval = perpetual.parameters.funding_interval;
  const ends_at = (floorDiv(time, interval) + 1n) * interval;
  return { index: 0n, rate: 0n, remainder: 0n, ends_at, samples: [] };
}

const firstExpiry = (feed: string, time: bigint): Expiry => ({
  feed,
  time,
  total: 0n,
  count: 0n,
  last_slot: -1n,
  price: null,
});

const firstPool = (insurance: bigint, parameters: Pool["parameters"]): Pool => ({
  parameters,
  vault: insurance,
  insurance,
  fees: 0n,
  escrow: 0n,
  residue: 0n,
  flagged: [],
  unassigned_used: 0n,
  unassigned_window: 0n,
});

const UNTRADED: Market = {
  open_interest: 0n,
  clearing: 0n,
  settlements: 0n,
  sequence: 0n,
  insurance_used: 0n,
  insurance_window: 0n,
};

function checkGenesis(genesis: Genesis): void {
  checkValidators(genesis.validators);
  checkProtocolParameters(genesis.parameters);
  checkIds(genesis);
  for (const { parameters } of genesis.pools) checkPoolParameters(parameters);
  for (const instrument of genesis.instruments) checkInstrument(genesis, instrument);
  const bounded = genesis.pools.every(({ insurance }) => isWithin(insurance, 0n, MAX_ATOMS));
  if (!bounded || !isWithin(genesis.time, 0n, MAX_TIME)) {
    throw new Rejection("NUM-5", "the time or an insurance fund is out of bounds");
  }
  for (const { index, max_move } of genesis.feeds) checkFeed(index, max_move);
}

function checkIds({ chain, pools, feeds, instruments }: Genesis): void {
  const kinds = [
    pools.map(({ pool }) => pool),
    feeds.map(({ feed }) => feed),
    instruments.map(({ market }) => market),
    [chain],
  ];
  for (const names of kinds) {
    if (new Set(names).size !== names.length || !names.every(isId)) {
      throw new Rejection("LEDGER-8", "an id is of the wrong form, or used twice");
    }
  }
}

function checkInstrument(genesis: Genesis, instrument: Instrument): void {
  const feeds = new Set(genesis.feeds.map(({ feed }) => feed));
  const isOption = instrument.kind === "OptionSeries";
  const referred =
    genesis.pools.some(({ pool }) => pool === instrument.pool) &&
    feeds.has(instrument.feed) &&
    (!isOption || feeds.has(instrument.mark_feed));
  if (!referred) throw new Rejection("LEDGER-8", "an instrument refers to a pool or a feed that is not there");
  if (isOption && instrument.expiry <= genesis.time) throw new Rejection("NUM-5", "a series that has expired");
  checkTerms(instrument);
}
