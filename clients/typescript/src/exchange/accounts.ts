/** Accounts: positions, orders, entry costs and locked profit (LEDGER-2 to LEDGER-4, MARGIN-4a). */

import { createHash } from "node:crypto";
import { floorDiv, max, min, sign } from "../arithmetic.js";
import { ascending, type Hex } from "../values.js";
import type { Account, Order, Position } from "../records/state.js";

export const newAccount = (owner: Hex, pool: string): Account => ({
  owner,
  pool,
  nonce: 0n,
  cash: 0n,
  positions: [],
  orders: [],
  locked_recent: 0n,
  locked_earlier: 0n,
  locked_period: 0n,
  flagged_at: null,
});

export const positionIn = (account: Account, instrument: string): Position | undefined =>
  account.positions.find((position) => position.instrument === instrument);

export const lotsIn = (account: Account, instrument: string): bigint => positionIn(account, instrument)?.lots ?? 0n;

/** The positions with one replaced or added, or gone at 0 lots; ascending by instrument. */
export function withPosition(positions: readonly Position[], changed: Position): readonly Position[] {
  const others = positions.filter((position) => position.instrument !== changed.instrument);
  if (changed.lots === 0n) return others;
  return [...others, changed].sort((one, other) => ascending(one.instrument, other.instrument));
}

export const orderOf = (account: Account, nonce: bigint): Order | undefined =>
  account.orders.find((order) => order.nonce === nonce);

/** The orders with one left at so many lots, or gone at 0. */
export const withOrderLots = (orders: readonly Order[], nonce: bigint, lots: bigint): readonly Order[] =>
  lots === 0n
    ? orders.filter((order) => order.nonce !== nonce)
    : orders.map((order) => (order.nonce === nonce ? { ...order, lots } : order));

/** A position after trading signed lots at a price in atoms per lot, and what that realises (LEDGER-3). */
export function tradePosition(position: Position, lots: bigint, price: bigint): [after: Position, profit: bigint] {
  const left = position.lots + lots;
  if (sign(position.lots) * sign(lots) >= 0n)
    return [{ ...position, lots: left, cost: position.cost + lots * price }, 0n];
  if (sign(left) === -sign(position.lots))
    return [{ ...position, lots: left, cost: left * price }, position.lots * price - position.cost];
  const direction = sign(position.lots);
  const cost = floorDiv(position.cost * left * direction, position.lots * direction);
  return [{ ...position, lots: left, cost }, -lots * price - (position.cost - cost)];
}

/** Profit still locked in a horizon: that of the horizon itself, and of the one before. */
export function lockedBuckets(account: Account, period: bigint): [recent: bigint, earlier: bigint] {
  if (account.locked_period === period) return [account.locked_recent, account.locked_earlier];
  if (account.locked_period === period - 1n) return [0n, account.locked_recent];
  return [0n, 0n];
}

export function lockedProfit(account: Account, period: bigint): bigint {
  const [recent, earlier] = lockedBuckets(account, period);
  return recent + earlier;
}

/** What an account's locks become when it realises a signed profit; a loss lowers the earlier bucket first. */
export function realised(
  account: Account,
  profit: bigint,
  period: bigint,
): Pick<Account, "locked_recent" | "locked_earlier" | "locked_period"> {
  const [recent, earlier] = lockedBuckets(account, period);
  if (profit >= 0n) return { locked_recent: recent + profit, locked_earlier: earlier, locked_period: period };
  const fromEarlier = min(earlier, -profit);
  return {
    locked_recent: max(0n, recent - (-profit - fromEarlier)),
    locked_earlier: earlier - fromEarlier,
    locked_period: period,
  };
}

/** The id of an owner's account: it follows from owner, pool and the owner's own number for it (LEDGER-4). */
export function accountId(owner: Hex, pool: string, number: bigint): string {
  const numbered = Buffer.alloc(8);
  numbered.writeBigUInt64BE(number);
  const parts = ["clearstone/account\0", Buffer.from(owner, "hex"), numbered, pool];
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").slice(0, 32);
}
