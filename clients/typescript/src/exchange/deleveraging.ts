/** The positions of a defaulted account are closed at the mark against those who hold the other side (WATER-1). */

import { abs, apportion, min, sign, sum } from "../arithmetic.js";
import type { Account, Position } from "../records/state.js";
import { lotsIn, positionIn } from "./accounts.js";
import type { Run } from "./context.js";
import type { Quote } from "./instruments.js";
import { accountBalance } from "./receipts.js";
import { traded } from "./trades.js";

/** What the closing of a defaulter's positions leaves for the waterfall. */
export interface Closing {
  /** Instruments closed, ascending. */
  readonly closed: readonly string[];
  /** Profit that counterparties realised, by account. */
  readonly profits: ReadonlyMap<string, bigint>;
}

/** Close every position that trades at a price to rely on; others stay until they can be closed at a fair price. */
export function closePositions(run: Run, id: string): Closing {
  const closed: string[] = [];
  const profits = new Map<string, bigint>();
  for (const position of run.account(id).positions) {
    const quote = run.quote(position.instrument);
    if (!quote.fresh || quote.phase !== "trade") continue;
    closePosition(run, id, position, quote, profits);
    closed.push(position.instrument);
  }
  return { closed, profits };
}

/** Those in profit come first, then the rest, each group apportioned by size. */
function closePosition(run: Run, id: string, position: Position, quote: Quote, profits: Map<string, bigint>): void {
  const { instrument } = position;
  const holders = oppositeHolders(run, position);
  const winning = holders.filter(([, account]) => inProfit(account, quote));
  const others = holders.filter(([, account]) => !inProfit(account, quote));
  const size = abs(position.lots);
  const fromWinning = min(size, sum(winning.map(([, account]) => abs(lotsIn(account, instrument)))));
  for (const [group, total] of [
    [winning, fromWinning],
    [others, size - fromWinning],
  ] as const) {
    const shares = apportion(total, group.map(([, account]) => abs(lotsIn(account, instrument))));
    group.forEach(([other], at) => {
      const lots = shares[at] ?? 0n;
      if (lots > 0n) deleverage(run, id, other, quote, sign(position.lots) * lots, profits);
    });
  }
  const { markets } = run.ledger;
  markets.update(instrument, { open_interest: markets.at(instrument).open_interest - size });
}

/** The accounts that hold the other side, ascending by id. */
const oppositeHolders = (run: Run, position: Position): (readonly [string, Account])[] =>
  run.ledger.accounts
    .items()
    .filter(([, other]) => sign(lotsIn(other, position.instrument)) === -sign(position.lots));

function inProfit(account: Account, quote: Quote): boolean {
  const position = positionIn(account, quote.instrument.market);
  return position !== undefined && position.lots * quote.mark > position.cost;
}

/** One counterparty takes its share of the lots at the mark; its profit is remembered, as deficits take it first. */
function deleverage(
  run: Run,
  id: string,
  other: string,
  quote: Quote,
  lots: bigint,
  profits: Map<string, bigint>,
): void {
  const { accounts } = run.ledger;
  const { market } = quote.instrument;
  const defaulter = accounts.at(id);
  const period = run.horizon(defaulter.pool);
  accounts.set(id, traded(defaulter, quote, -lots, quote.mark, 0n, period).account);
  const { account, profit } = traded(accounts.at(other), quote, lots, quote.mark, 0n, period);
  accounts.set(other, account);
  if (profit > 0n) profits.set(other, (profits.get(other) ?? 0n) + profit);
  run.log.pay(defaulter.pool, accountBalance(other), accountBalance(id), lots * quote.mark, "deleveraging");
  run.log.note("deleveraged", other, { market, lots, from: id });
}
