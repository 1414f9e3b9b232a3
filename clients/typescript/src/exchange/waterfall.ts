/** Who pays when an account owes more than it has: in a fixed order, and to the atom (WATER-2, WATER-3). */

import { apportion, max, min, sum } from "../arithmetic.js";
import type { Account, Position } from "../records/state.js";
import { lockedProfit, realised } from "./accounts.js";
import type { Run } from "./context.js";
import type { Closing } from "./deleveraging.js";
import { type Quotes, quoteOf } from "./instruments.js";
import { equity } from "./margin.js";
import { accountBalance } from "./receipts.js";

/** What an account could be asked for at a stage, before its equity caps it. */
type Claim = (id: string, account: Account) => bigint;

type Pot = "insurance" | "residue" | "fees";

/** One deficit on its way down. */
class Deficit {
  private owed: bigint;
  private readonly poolId: string;

  constructor(
    private readonly run: Run,
    private readonly id: string,
  ) {
    const { cash, pool } = run.account(id);
    this.owed = -cash;
    this.poolId = pool;
  }

  /** What the fund pays within the caps of the markets closed; without a position there is a line of its own. */
  drawInsurance(closed: readonly string[]): void {
    const { markets, pools } = this.run.ledger;
    const pool = pools.at(this.poolId);
    const window = this.run.insuranceWindow(this.poolId);
    const usedOf = (market: string): bigint => {
      const { insurance_used, insurance_window } = markets.at(market);
      return insurance_window === window ? insurance_used : 0n;
    };
    const allowances = closed.map((market) => {
      const { insurance_cap } = this.run.terms.instruments.at(market).parameters;
      return max(0n, insurance_cap - usedOf(market));
    });
    const unassigned = pool.unassigned_window === window ? pool.unassigned_used : 0n;
    const allowed = closed.length > 0 ? sum(allowances) : max(0n, pool.parameters.unassigned_cap - unassigned);
    const drawn = min(this.owed, min(pool.insurance, allowed));
    if (closed.length === 0) {
      pools.update(this.poolId, { unassigned_used: unassigned + drawn, unassigned_window: window });
    } else {
      const shares = apportion(drawn, allowances);
      closed.forEach((market, at) =>
        markets.update(market, { insurance_used: usedOf(market) + (shares[at] ?? 0n), insurance_window: window }),
      );
    }
    pools.update(this.poolId, { insurance: pool.insurance - drawn });
    this.paidIn("insurance", drawn, "insurance");
  }

  /** One stage: what is owed over the pool's other accounts, by a claim on each, never past its equity. */
  charge(stage: string, claim: Claim): void {
    const { accounts } = this.run.ledger;
    const { quotes } = this.run.terms;
    const payers = accounts.items().filter(([id, account]) => id !== this.id && account.pool === this.poolId);
    const caps = payers.map(([id, account]) => max(0n, min(claim(id, account), equity(account, quotes))));
    const shares = apportion(min(this.owed, sum(caps)), caps);
    const period = this.run.horizon(this.poolId);
    payers.forEach(([id, account], at) => {
      const amount = shares[at] ?? 0n;
      if (amount === 0n) return;
      accounts.set(id, chargedForDefault(account, amount, quotes, period));
      this.paidIn(accountBalance(id), amount, stage);
    });
  }

  /** What is still owed from a pot of the pool. */
  drawPot(pot: Pot): void {
    const { pools } = this.run.ledger;
    const held = pools.at(this.poolId)[pot];
    const drawn = min(this.owed, held);
    pools.update(this.poolId, { [pot]: held - drawn });
    this.paidIn(pot, drawn, `last-${pot}`);
  }

  private paidIn(source: string, amount: bigint, stage: string): void {
    if (amount === 0n) return;
    const { accounts } = this.run.ledger;
    accounts.update(this.id, { cash: accounts.at(this.id).cash + amount });
    this.owed -= amount;
    this.run.log.post(this.poolId, source, accountBalance(this.id), amount, stage);
    this.run.log.note("absorbed", this.id, { stage, from: source, amount });
  }
}

/** Assign an account's deficit, which is its negative cash, and leave it at exactly zero. */
export function absorb(run: Run, id: string, { closed, profits }: Closing): void {
  const { quotes } = run.terms;
  const period = run.horizon(run.account(id).pool);
  const deficit = new Deficit(run, id);
  deficit.drawInsurance(closed);
  deficit.charge("closed-profit", (other) => profits.get(other) ?? 0n);
  deficit.charge("profit", (_, account) => allProfit(account, quotes, period));
  deficit.charge("equity", (_, account) => equity(account, quotes));
  for (const pot of ["insurance", "residue", "fees"] as const) deficit.drawPot(pot);
}

/** What a position is worth above its cost, at least 0. */
const positionProfit = (position: Position, quotes: Quotes): bigint =>
  max(0n, position.lots * quoteOf(quotes, position.instrument).mark - position.cost);

const allProfit = (account: Account, quotes: Quotes, period: bigint): bigint =>
  lockedProfit(account, period) + sum(account.positions.map((position) => positionProfit(position, quotes)));

/** An account after a charge: locked profit goes first, then entry costs rise, so that no profit is charged twice. */
function chargedForDefault(account: Account, amount: bigint, quotes: Quotes, period: bigint): Account {
  const locks = realised(account, -amount, period);
  let left = amount - (lockedProfit(account, period) - locks.locked_recent - locks.locked_earlier);
  const positions = account.positions.map((position) => {
    const raised = min(left, positionProfit(position, quotes));
    left -= raised;
    return { ...position, cost: position.cost + raised };
  });
  return { ...account, cash: account.cash - amount, positions, ...locks };
}

/** Move what rounding left in the perpetuals' clearing balances to the residue, once every account is settled. */
export function sweepClearing(run: Run, poolId: string): void {
  const { markets, pools } = run.ledger;
  for (const id of run.instrumentsOf(poolId)) {
    const { clearing, settlements } = markets.at(id);
    if (run.terms.instruments.at(id).kind !== "Perpetual" || settlements === 0n) continue;
    markets.update(id, { clearing: 0n, settlements: 0n });
    pools.update(poolId, { residue: pools.at(poolId).residue + clearing });
    run.log.post(poolId, `clearing/${id}`, "residue", clearing, "sweep");
  }
}
