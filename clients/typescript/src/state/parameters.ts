/** Risk parameters: the range of each, and how they must stand to one another (LEDGER-8). */

import { MAX_ATOMS, MAX_LOTS, PPM } from "../arithmetic.js";
import type {
  OptionParameters,
  PerpetualParameters,
  PoolParameters,
  ProtocolParameters,
} from "../records/instruments.js";
import { Rejection } from "../values.js";

const DAY = 86_400_000n;

interface Range {
  readonly low: bigint;
  readonly high: bigint;
  /** No change can touch it. */
  readonly fixed?: true;
}

type Ranges<P> = { readonly [K in keyof P]-?: Range };

const within = (low: bigint, high: bigint): Range => ({ low, high });

const MARKET_RANGES = {
  taker_fee: within(0n, PPM / 10n),
  maker_fee: within(-PPM / 10n, PPM / 10n),
  collar: within(1n, PPM),
  max_open_interest: within(0n, MAX_LOTS),
  insurance_cap: within(0n, MAX_ATOMS),
};

const PROTOCOL_RANGES: Ranges<ProtocolParameters> = {
  report_staleness: within(1n, DAY),
  grace_blocks: within(1n, 1000n),
  parameter_delay: within(1n, 365n * DAY),
  settlement_slot: within(1n, DAY),
  settlement_slots: within(1n, 10_000n),
  settlement_minimum: within(1n, 10_000n),
  settlement_extension: within(0n, DAY),
  max_transactions: within(1n, 100_000n),
};

export const POOL_RANGES: Ranges<PoolParameters> = {
  insurance_target: within(0n, MAX_ATOMS),
  insurance_window: { ...within(1n, 365n * DAY), fixed: true },
  unassigned_cap: within(0n, MAX_ATOMS),
  liquidation_horizon: { ...within(1n, 30n * DAY), fixed: true },
  liquidation_buffer: within(0n, PPM),
  discount_start: within(0n, PPM / 10n),
  discount_limit: within(0n, PPM / 2n),
  discount_ramp: within(1n, DAY),
  penalty: within(0n, PPM / 10n),
  max_orders: within(1n, 256n),
};

export const PERPETUAL_RANGES: Ranges<PerpetualParameters> = {
  ...MARKET_RANGES,
  initial_fraction: within(1n, PPM),
  initial_fraction_limit: within(1n, PPM),
  open_interest_low: within(0n, MAX_LOTS),
  open_interest_high: within(1n, MAX_LOTS),
  maintenance_fraction: within(1n, PPM),
  profit_cap: within(0n, MAX_ATOMS),
  funding_interval: within(1n, DAY),
  funding_limit: within(0n, PPM / 10n),
  interest: within(-PPM / 100n, PPM / 100n),
  impact_lots: within(1n, MAX_LOTS),
};

export const OPTION_RANGES: Ranges<OptionParameters> = {
  ...MARKET_RANGES,
  initial_fraction: within(1n, PPM),
  initial_floor: within(1n, PPM),
  maintenance_fraction: within(1n, PPM),
  put_ratio: within(PPM, 2n * PPM),
};

/** The parameters of anything, by name. */
type Named = Readonly<Record<string, bigint>>;

function checkRanges(parameters: Named, ranges: Readonly<Record<string, Range>>): void {
  for (const [name, { low, high }] of Object.entries(ranges)) {
    const value = parameters[name];
    if (value === undefined || value < low || value > high) {
      throw new Rejection("LEDGER-8", `${name} is out of its range`);
    }
  }
}

function demand(holds: boolean, rule: string, reason: string): void {
  if (!holds) throw new Rejection(rule, reason);
}

/** Each throws a `Rejection`: LEDGER-8 for a range, then the rule of the relation that does not hold. */
export function checkProtocolParameters(of: ProtocolParameters): void {
  checkRanges(of, PROTOCOL_RANGES);
  demand(of.settlement_minimum <= of.settlement_slots, "OPT-2", "more samples are needed than there are slots");
}

export function checkPoolParameters(of: PoolParameters): void {
  checkRanges(of, POOL_RANGES);
  demand(of.discount_start <= of.discount_limit, "LIQ-2", "the discount starts above its limit");
}

export function checkPerpetualParameters(of: PerpetualParameters): void {
  checkRanges(of, PERPETUAL_RANGES);
  demand(-of.maker_fee <= of.taker_fee, "BOOK-7", "the rebate exceeds the fee");
  demand(of.maintenance_fraction < of.initial_fraction, "MARGIN-1", "maintenance is not below initial");
  demand(of.initial_fraction <= of.initial_fraction_limit, "MARGIN-1", "the limit is below the initial fraction");
  demand(of.open_interest_low < of.open_interest_high, "MARGIN-5", "open-interest caps are out of order");
}

export function checkOptionParameters(of: OptionParameters): void {
  checkRanges(of, OPTION_RANGES);
  demand(-of.maker_fee <= of.taker_fee, "BOOK-7", "the rebate exceeds the fee");
  demand(of.maintenance_fraction <= of.initial_floor, "MARGIN-2", "maintenance is above the floor");
  demand(of.initial_floor <= of.initial_fraction, "MARGIN-2", "the floor is above the initial fraction");
}
