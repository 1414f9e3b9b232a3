/** Liquidation: who is below maintenance margin is taken over in parts (LIQ-1 to LIQ-5). */

import type { Account } from "../records/state.js";
import type { Liquidate } from "../records/transactions.js";
import type { Run } from "./context.js";
import { flag, releaseFlag } from "./flags.js";
import { settleFunding } from "./funding.js";
import { equity, healthyAfter, liquidatable } from "./margin.js";
import { removeOrder } from "./matching.js";
import { accountBalance, demand } from "./receipts.js";
import { type Takeover, charged, chooseTakeover } from "./takeover.js";
import { openInterestAfter, traded, withinBounds } from "./trades.js";

/** Take all orders of an account off the books. */
export function dropOrders(run: Run, id: string): void {
  for (const order of run.account(id).orders) removeOrder(run, id, order);
}

/** What refuses a liquidation whatever the target's health. */
function checkRequest(run: Run, liquidator: Account, { account: id, market, lots }: Liquidate): void {
  const target = run.ledger.accounts.get(id);
  demand(target !== undefined && target.pool === liquidator.pool, "LEDGER-4");
  demand(target.owner !== liquidator.owner, "BOOK-4");
  demand(run.terms.instruments.get(market)?.pool === target.pool && lots >= 1n, "BOOK-1");
}

/** Flag an account below maintenance margin, and take over a part of it while it has equity. */
export function liquidate(run: Run, liquidator: string, action: Liquidate): void {
  checkRequest(run, run.account(liquidator), action);
  const id = action.account;
  settleFunding(run, id);
  settleFunding(run, liquidator);
  demand(liquidatable(run.account(id), run.terms.quotes), "LIQ-1");
  dropOrders(run, id);
  flag(run, id);
  const target = run.account(id);
  if (equity(target, run.terms.quotes) <= 0n) {
    run.log.note("default-pending", id);
    return;
  }
  const quote = run.quote(action.market);
  demand(quote.phase === "trade", "OPT-3");
  demand(quote.fresh, "ORACLE-5");
  takeOver(run, liquidator, id, chooseTakeover(run, target, action));
  releaseFlag(run, id);
}

/** The takeover done, if the liquidator can carry it: judged after taking over. */
function takeOver(run: Run, liquidator: string, id: string, takeover: Takeover): void {
  const { accounts, markets, pools } = run.ledger;
  const [before, target] = [accounts.at(liquidator), accounts.at(id)];
  const { pool } = target;
  const period = run.horizon(pool);
  const [taker, giver] = [accountBalance(liquidator), accountBalance(id)];
  let after = before;
  for (const { instrument, lots } of takeover.legs) {
    const quote = run.quote(instrument);
    after = traded(after, quote, lots, quote.mark, 0n, period).account;
    demand(withinBounds(after, instrument), "NUM-5");
    const changes = [[before, after] as const, [target, takeover.target] as const];
    markets.update(instrument, { open_interest: openInterestAfter(run, instrument, changes) });
    run.log.pay(pool, taker, giver, lots * quote.mark, "takeover");
  }
  after = charged(after, -takeover.discount, period);
  demand(healthyAfter(before, after, run.terms.quotes), "MARGIN-6");
  accounts.set(liquidator, after);
  accounts.set(id, takeover.target);
  pools.update(pool, { insurance: pools.at(pool).insurance + takeover.penalty });
  run.log.post(pool, giver, taker, takeover.discount, "discount");
  run.log.post(pool, giver, "insurance", takeover.penalty, "penalty");
  run.log.list("liquidated", id, [
    ["liquidator", liquidator],
    ...takeover.legs.map(({ instrument, lots }) => [instrument, lots] as const),
    ["discount", takeover.discount],
    ["penalty", takeover.penalty],
  ]);
}
