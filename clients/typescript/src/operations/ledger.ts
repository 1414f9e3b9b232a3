/** Accounts judged, transactions executed, blocks applied: the suites from `ledger` to `incidents`, and live sessions. */

import { flag, fromJson, integer, list, octets, optional, pair, record, text } from "../encoding/shapes.js";
import { lockedProfit } from "../exchange/accounts.js";
import { Run } from "../exchange/context.js";
import { execute } from "../exchange/execution.js";
import { settledAccount } from "../exchange/funding.js";
import {
  equity,
  healthEquity,
  initialHealth,
  liquidatable,
  maintenanceRequirement,
  withdrawable,
} from "../exchange/margin.js";
import { Receipt, refuse } from "../exchange/receipts.js";
import { ChainState } from "../exchange/state.js";
import { applyBlock } from "../exchange/transition.js";
import { Snapshot } from "../records/state.js";
import { Block, Transaction } from "../records/transactions.js";
import type { Json } from "../values.js";
import { operation, type Operations } from "./operation.js";
import type { Session } from "./session.js";

const AccountToJudge = record({ state: Snapshot, account: text });
const AccountFigures = record({
  funding: list(pair(text, integer)),
  equity: integer,
  health_equity: integer,
  initial: integer,
  excluded: integer,
  excluded_leaving: integer,
  maintenance: integer,
  locked: integer,
  withdrawable: integer,
  fresh: flag,
  liquidatable: flag,
});
const TransactionToApply = record({ state: Snapshot, transaction: Transaction });
const TransactionDone = record({ receipt: Receipt, root: octets });
const TransactionApplied = record({ receipt: Receipt, root: octets, state: Snapshot });
const BlocksToApply = record({ state: Snapshot, blocks: list(Block) });
const BlockDone = record({
  rejection: optional(text),
  transactions: list(Receipt),
  steps: list(Receipt),
  root: octets,
});
const BlocksApplied = record({ blocks: list(BlockDone), state: Snapshot });
const Dumped = record({ root: octets, state: Snapshot });

function executeOn(state: ChainState, transaction: Transaction) {
  const receipt = execute(state.ledger, state.terms(), transaction);
  return { receipt, root: state.root() };
}

function applyTo(state: ChainState, block: Block) {
  const done = applyBlock(state, block);
  return { ...done, root: state.root() };
}

export const ledgerOperations: Operations = {
  judge_account: operation(AccountToJudge, AccountFigures, ({ state: snapshot, account: id }) => {
    const state = ChainState.restore(snapshot);
    const run = new Run(state.ledger, state.terms());
    const unsettled = state.ledger.accounts.get(id) ?? refuse("LEDGER-4");
    const { quotes } = run.terms;
    const period = run.horizon(unsettled.pool);
    const { account, credits } = settledAccount(unsettled, quotes, period);
    const staying = initialHealth(account, quotes, true);
    const leaving = initialHealth(account, quotes, false);
    const locked = lockedProfit(account, period);
    return {
      funding: credits,
      equity: equity(account, quotes),
      health_equity: healthEquity(account, quotes),
      initial: staying.required,
      excluded: staying.excluded,
      excluded_leaving: leaving.excluded,
      maintenance: maintenanceRequirement(account, quotes),
      locked,
      withdrawable: withdrawable(leaving, locked),
      fresh: staying.fresh,
      liquidatable: liquidatable(account, quotes),
    };
  }),
  apply_transaction: operation(TransactionToApply, TransactionApplied, ({ state: snapshot, transaction }) => {
    const state = ChainState.restore(snapshot);
    return { ...executeOn(state, transaction), state: state.snapshot() };
  }),
  apply_blocks: operation(BlocksToApply, BlocksApplied, ({ state: snapshot, blocks }) => {
    const state = ChainState.restore(snapshot);
    return { blocks: blocks.map((block) => applyTo(state, block)), state: state.snapshot() };
  }),
};

/** A live session: the state is kept here, and its root brought up to date by what each step wrote. */
export class LiveSession implements Session {
  private readonly state: ChainState;

  constructor(snapshot: unknown) {
    this.state = ChainState.restore(fromJson(Snapshot, snapshot));
  }

  root(): string {
    return this.state.root();
  }

  applyTransaction(transaction: unknown): Json {
    return TransactionDone.toJson(executeOn(this.state, fromJson(Transaction, transaction)));
  }

  applyBlock(block: unknown): Json {
    return BlockDone.toJson(applyTo(this.state, fromJson(Block, block)));
  }

  dump(): Json {
    return Dumped.toJson({ root: this.root(), state: this.state.snapshot() });
  }
}
