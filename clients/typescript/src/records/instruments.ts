/** Instruments, and the parameters of markets, pools and the chain (LEDGER-8). */

import { flag, type Infer, integer, record, text, union, variant } from "../encoding/shapes.js";

export const PerpetualParameters = record({
  taker_fee: integer,
  maker_fee: integer,
  collar: integer,
  max_open_interest: integer,
  insurance_cap: integer,
  initial_fraction: integer,
  initial_fraction_limit: integer,
  open_interest_low: integer,
  open_interest_high: integer,
  maintenance_fraction: integer,
  profit_cap: integer,
  funding_interval: integer,
  funding_limit: integer,
  interest: integer,
  impact_lots: integer,
});
export type PerpetualParameters = Infer<typeof PerpetualParameters>;

export const Perpetual = variant("Perpetual", {
  market: text,
  pool: text,
  feed: text,
  multiplier: integer,
  parameters: PerpetualParameters,
});
export type Perpetual = Infer<typeof Perpetual>;

export const OptionParameters = record({
  taker_fee: integer,
  maker_fee: integer,
  collar: integer,
  max_open_interest: integer,
  insurance_cap: integer,
  initial_fraction: integer,
  initial_floor: integer,
  maintenance_fraction: integer,
  put_ratio: integer,
});
export type OptionParameters = Infer<typeof OptionParameters>;

export const OptionSeries = variant("OptionSeries", {
  market: text,
  pool: text,
  feed: text,
  mark_feed: text,
  multiplier: integer,
  call: flag,
  strike: integer,
  expiry: integer,
  parameters: OptionParameters,
});
export type OptionSeries = Infer<typeof OptionSeries>;

export const Instrument = union(Perpetual, OptionSeries);
export type Instrument = Infer<typeof Instrument>;

export const PoolParameters = record({
  insurance_target: integer,
  insurance_window: integer,
  unassigned_cap: integer,
  liquidation_horizon: integer,
  liquidation_buffer: integer,
  discount_start: integer,
  discount_limit: integer,
  discount_ramp: integer,
  penalty: integer,
  max_orders: integer,
});
export type PoolParameters = Infer<typeof PoolParameters>;

export const ProtocolParameters = record({
  report_staleness: integer,
  grace_blocks: integer,
  parameter_delay: integer,
  settlement_slot: integer,
  settlement_slots: integer,
  settlement_minimum: integer,
  settlement_extension: integer,
  max_transactions: integer,
});
export type ProtocolParameters = Infer<typeof ProtocolParameters>;
