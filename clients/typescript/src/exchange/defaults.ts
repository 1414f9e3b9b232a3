/** What happens to flagged accounts after a block's transactions (LEDGER-7, WATER-1 to WATER-3). */

import { type BlockTerms, type Ledger, Run } from "./context.js";
import { closePositions } from "./deleveraging.js";
import { releaseFlag, unflag } from "./flags.js";
import { settleFunding } from "./funding.js";
import { dropOrders } from "./liquidation.js";
import { equity, liquidatable } from "./margin.js";
import type { Receipt } from "./receipts.js";
import { settleExpired } from "./settlement.js";
import { absorb, sweepClearing } from "./waterfall.js";

/** The flagged accounts, pool by pool, each in ascending id; a receipt for each. */
export function resolveFlagged(ledger: Ledger, terms: BlockTerms): Receipt[] {
  const flagged = ledger.pools.items().flatMap(([, pool]) => pool.flagged);
  return flagged.map((id) => {
    const run = new Run(ledger, terms);
    resolve(run, id);
    return run.log.receipt();
  });
}

/** Healthy again, still waiting for liquidators, or in default. */
function resolve(run: Run, id: string): void {
  settleFunding(run, id);
  settleExpired(run, id);
  const account = run.account(id);
  const { quotes } = run.terms;
  if (equity(account, quotes) > 0n || !liquidatable(account, quotes)) releaseFlag(run, id);
  else resolveDefault(run, id);
}

/** Close an account that has no equity left, and assign what it owes; while a position cannot be closed it waits. */
function resolveDefault(run: Run, id: string): void {
  const { pool } = run.account(id);
  dropOrders(run, id);
  for (const [other, account] of run.ledger.accounts.items()) if (account.pool === pool) settleFunding(run, other);
  sweepClearing(run, pool);
  const before = run.log.events.length;
  const closing = closePositions(run, id);
  const { positions, cash } = run.account(id);
  if (positions.length > 0) return;
  run.log.noteBefore(before, "defaulted", id, { pool, deficit: -cash });
  absorb(run, id, closing);
  unflag(run, id);
}
