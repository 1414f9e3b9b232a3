/** What a block fixes before its first transaction, and what its transactions change: everything a rule looks at. */

import { floorDiv, min, sum } from "../arithmetic.js";
import { type Quote, type Quotes } from "./instruments.js";
import { Log } from "./receipts.js";
import type { Validators } from "../records/consensus.js";
import type { Instrument, ProtocolParameters } from "../records/instruments.js";
import type { Account, Market, Pool, ScheduledChange, Withdrawal } from "../records/state.js";
import type { Books } from "./book.js";
import type { Journal, Table } from "./table.js";

/** What transactions change. */
export interface Ledger {
  readonly journal: Journal;
  readonly accounts: Table<Account>;
  readonly pools: Table<Pool>;
  readonly markets: Table<Market>;
  readonly withdrawals: Table<Withdrawal>;
  readonly deposits: Table<bigint>;
  readonly changes: Table<ScheduledChange>;
  /** Number of the last parameter change accepted. */
  readonly lastChange: bigint;
  setLastChange(number: bigint): void;
  readonly books: Books;
}

/** What the block fixed. */
export interface BlockTerms {
  readonly chain: string;
  readonly now: bigint;
  readonly parameters: ProtocolParameters;
  readonly validators: Validators;
  readonly instruments: Table<Instrument>;
  /** At the clamped prices. */
  readonly quotes: Quotes;
  /** At the prices before clamping: the same map while nothing is carried (ORACLE-4). */
  readonly unclamped: Quotes;
  /** Pools of which a series waits for its settlement price (OPT-4). */
  readonly pending: ReadonlySet<string>;
}

/** One transaction, or one step of a block, while it runs: ledger, terms, and what it leaves behind. */
export class Run {
  readonly log = new Log();

  constructor(
    readonly ledger: Ledger,
    readonly terms: BlockTerms,
  ) {}

  get now(): bigint {
    return this.terms.now;
  }

  quote(instrument: string): Quote {
    const quote = this.terms.quotes.get(instrument);
    if (quote === undefined) throw new Error(`no quote of ${instrument}`);
    return quote;
  }

  account(id: string): Account {
    return this.ledger.accounts.at(id);
  }

  poolOf(account: Account): Pool {
    return this.ledger.pools.at(account.pool);
  }

  /** Number of the liquidation horizon that block time lies in (MARGIN-4a). */
  horizon(poolId: string): bigint {
    return floorDiv(this.now, this.ledger.pools.at(poolId).parameters.liquidation_horizon);
  }

  /** Number of the insurance window that block time lies in (WATER-2). */
  insuranceWindow(poolId: string): bigint {
    return floorDiv(this.now, this.ledger.pools.at(poolId).parameters.insurance_window);
  }

  /** Do something, or nothing at all of it: the rule that `attempt` answers takes everything back. */
  tentatively(attempt: () => string | null): string | null {
    const changes = this.ledger.journal.mark();
    const written = this.log.mark();
    const rule = attempt();
    if (rule !== null) {
      this.ledger.journal.rollBack(changes);
      this.log.cutBack(written);
    }
    return rule;
  }

  /** Ids of the instruments of a pool, ascending. */
  instrumentsOf(poolId: string): readonly string[] {
    const { instruments } = this.terms;
    return instruments.keys().filter((id) => instruments.at(id).pool === poolId);
  }

  /** Σ cash of the accounts of a pool, read off conservation (LEDGER-1). */
  accountsCash(poolId: string): bigint {
    const pool = this.ledger.pools.at(poolId);
    const clearing = sum(this.instrumentsOf(poolId).map((id) => this.ledger.markets.at(id).clearing));
    return pool.vault - pool.insurance - pool.fees - pool.escrow - pool.residue - clearing;
  }

  /** Σ min(0, clearing) of the markets of a pool: what receivers took before payers paid (LEDGER-5). */
  clearingOverdraft(poolId: string): bigint {
    return sum(this.instrumentsOf(poolId).map((id) => min(0n, this.ledger.markets.at(id).clearing)));
  }
}
