/** Expiry: a settlement price from samples of the index, then exact payoffs, once for each account (OPT-2 to OPT-4). */

import { MAX_ATOMS, abs, floorDiv, max } from "../arithmetic.js";
import type { ProtocolParameters } from "../records/instruments.js";
import type { Expiry, Position } from "../records/state.js";
import type { Settle } from "../records/transactions.js";
import { positionIn, realised, withPosition } from "./accounts.js";
import type { Run } from "./context.js";
import { settleFunding } from "./funding.js";
import { accountBalance, clearingBalance, demand } from "./receipts.js";

/** The expiry after a block: a sample of its slot if the window is open, and the price once it can be set. */
export function sampleExpiry(
  expiry: Expiry,
  parameters: ProtocolParameters,
  now: bigint,
  index: bigint,
  fresh: boolean,
): Expiry {
  const { settlement_slot, settlement_slots, settlement_minimum, settlement_extension } = parameters;
  if (expiry.price !== null || now < expiry.time - settlement_slot * settlement_slots) return expiry;
  const expired = now >= expiry.time;
  const slot = floorDiv(now, settlement_slot);
  const wanted = !expired || expiry.count < settlement_minimum;
  const sampled =
    fresh && wanted && slot > expiry.last_slot
      ? { ...expiry, total: expiry.total + index, count: expiry.count + 1n, last_slot: slot }
      : expiry;
  if (!expired) return sampled;
  if (sampled.count >= settlement_minimum) return { ...sampled, price: floorDiv(sampled.total, sampled.count) };
  return now >= expiry.time + settlement_extension ? { ...sampled, price: index } : sampled;
}

/** Settle one account's position in an expired series, whoever asks. */
export function settle(run: Run, { account: id, market }: Settle): void {
  const account = run.ledger.accounts.get(id);
  demand(account !== undefined, "LEDGER-4");
  const position = positionIn(account, market);
  demand(position !== undefined && run.quote(market).phase === "settle", "OPT-3");
  settleFunding(run, id);
  payOut(run, id, position);
  demand(abs(run.account(id).cash) <= MAX_ATOMS, "NUM-5");
  run.log.note("settled", id, { market, lots: position.lots });
}

/** Pay a position of a settled series its payoff through the series' clearing balance, and consume it. */
function payOut(run: Run, id: string, position: Position): void {
  const { accounts, markets } = run.ledger;
  const { instrument, lots, cost } = position;
  const account = accounts.at(id);
  const credit = lots * run.quote(instrument).mark;
  accounts.set(id, {
    ...account,
    cash: account.cash + credit,
    positions: withPosition(account.positions, { ...position, lots: 0n }),
    ...realised(account, credit - cost, run.horizon(account.pool)),
  });
  const { clearing, open_interest } = markets.at(instrument);
  markets.update(instrument, { clearing: clearing - credit, open_interest: open_interest - max(0n, lots) });
  run.log.pay(account.pool, clearingBalance(instrument), accountBalance(id), credit, "payoff");
}

/** Pay out every position of an account in a settled series. */
export function settleExpired(run: Run, id: string): void {
  for (const position of run.account(id).positions)
    if (run.quote(position.instrument).phase === "settle") payOut(run, id, position);
}
