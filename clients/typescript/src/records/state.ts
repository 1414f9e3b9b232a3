/** The entries of the state, a snapshot of all of them, and what a chain starts from (ENC-1). */

import {
  flag,
  type Infer,
  integer,
  list,
  octets,
  oneOf,
  optional,
  pair,
  record,
  type Shape,
  text,
} from "../encoding/shapes.js";
import { Validators } from "./consensus.js";
import { Instrument, PoolParameters, ProtocolParameters } from "./instruments.js";

export const ChainEntry = record({
  chain: text,
  version: integer,
  validators: Validators,
  parameters: ProtocolParameters,
});
export type ChainEntry = Infer<typeof ChainEntry>;

export const HeaderEntry = record({ height: integer, time: integer, block_id: octets, last_change: integer });
export type HeaderEntry = Infer<typeof HeaderEntry>;

export const Report = record({ signer: octets, price: integer, time: integer });
export type Report = Infer<typeof Report>;

export const Feed = record({
  max_move: integer,
  index: integer,
  median: integer,
  fresh_blocks: integer,
  reports: list(Report),
});
export type Feed = Infer<typeof Feed>;

export const Funding = record({
  index: integer,
  rate: integer,
  remainder: integer,
  ends_at: integer,
  samples: list(integer),
});
export type Funding = Infer<typeof Funding>;

export const Expiry = record({
  feed: text,
  time: integer,
  total: integer,
  count: integer,
  last_slot: integer,
  price: optional(integer),
});
export type Expiry = Infer<typeof Expiry>;

export const Position = record({ instrument: text, lots: integer, cost: integer, funding_index: integer });
export type Position = Infer<typeof Position>;

export const Order = record({
  nonce: integer,
  market: text,
  buy: flag,
  lots: integer,
  price: integer,
  sequence: integer,
  reduce_only: flag,
});
export type Order = Infer<typeof Order>;

export const Account = record({
  owner: octets,
  pool: text,
  nonce: integer,
  cash: integer,
  positions: list(Position),
  orders: list(Order),
  locked_recent: integer,
  locked_earlier: integer,
  locked_period: integer,
  flagged_at: optional(integer),
});
export type Account = Infer<typeof Account>;

export const Pool = record({
  parameters: PoolParameters,
  vault: integer,
  insurance: integer,
  fees: integer,
  escrow: integer,
  residue: integer,
  flagged: list(text),
  unassigned_used: integer,
  unassigned_window: integer,
});
export type Pool = Infer<typeof Pool>;

export const Market = record({
  open_interest: integer,
  clearing: integer,
  settlements: integer,
  sequence: integer,
  insurance_used: integer,
  insurance_window: integer,
});
export type Market = Infer<typeof Market>;

export const Withdrawal = record({
  pool: text,
  account: text,
  amount: integer,
  status: oneOf("escrowed", "released"),
});
export type Withdrawal = Infer<typeof Withdrawal>;

export const ScheduledChange = record({ scope: text, name: text, value: integer, binds_at: integer });
export type ScheduledChange = Infer<typeof ScheduledChange>;

/** A table as it stands in a snapshot: entries, ascending by key. */
const table = <T>(value: Shape<T>): Shape<readonly (readonly [string, T])[]> => list(pair(text, value));

export const Snapshot = record({
  chain: ChainEntry,
  header: HeaderEntry,
  instruments: table(Instrument),
  feeds: table(Feed),
  funding: table(Funding),
  expiries: table(Expiry),
  accounts: table(Account),
  pools: table(Pool),
  markets: table(Market),
  withdrawals: table(Withdrawal),
  deposits: table(integer),
  changes: table(ScheduledChange),
});
export type Snapshot = Infer<typeof Snapshot>;

export const GenesisPool = record({ pool: text, insurance: integer, parameters: PoolParameters });
export type GenesisPool = Infer<typeof GenesisPool>;

export const GenesisFeed = record({ feed: text, index: integer, max_move: integer });
export type GenesisFeed = Infer<typeof GenesisFeed>;

export const Genesis = record({
  chain: text,
  time: integer,
  validators: Validators,
  parameters: ProtocolParameters,
  pools: list(GenesisPool),
  feeds: list(GenesisFeed),
  instruments: list(Instrument),
});
export type Genesis = Infer<typeof Genesis>;
