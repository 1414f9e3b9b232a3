/** The flag that marks an account for liquidation and starts the clock of the discount (LIQ-1). */

import type { Run } from "./context.js";
import { buffered } from "./margin.js";
import { ascending } from "../values.js";

/** A flag that stands keeps its time. */
export function flag(run: Run, id: string): void {
  const { accounts, pools } = run.ledger;
  const { flagged_at, pool } = accounts.at(id);
  if (flagged_at !== null) return;
  accounts.update(id, { flagged_at: run.now });
  pools.update(pool, { flagged: [...pools.at(pool).flagged, id].sort(ascending) });
  run.log.note("flagged", id);
}

export function unflag(run: Run, id: string): void {
  const { accounts, pools } = run.ledger;
  const { pool } = accounts.update(id, { flagged_at: null });
  pools.update(pool, { flagged: pools.at(pool).flagged.filter((other) => other !== id) });
}

/** Take the flag off an account that is healthy again, with the buffer. */
export function releaseFlag(run: Run, id: string): void {
  const account = run.account(id);
  if (buffered(account, run.terms.quotes, run.poolOf(account).parameters.liquidation_buffer)) unflag(run, id);
}
