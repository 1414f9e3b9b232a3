/** What a trade does to those who take part, however lots change hands (LEDGER-2, LEDGER-3, BOOK-7). */

import { MAX_ATOMS, MAX_LOTS, PPM, abs, ceilDiv, max } from "../arithmetic.js";
import type { Account, Position } from "../records/state.js";
import { lotsIn, positionIn, realised, tradePosition, withPosition } from "./accounts.js";
import type { Run } from "./context.js";
import type { Quote } from "./instruments.js";

/** An account after trading signed lots at a price in atoms per lot, the fee paid; and what that realised before the fee. */
export function traded(
  account: Account,
  quote: Quote,
  lots: bigint,
  price: bigint,
  fee: bigint,
  period: bigint,
): { account: Account; profit: bigint } {
  const { market } = quote.instrument;
  const fresh: Position = { instrument: market, lots: 0n, cost: 0n, funding_index: quote.funding_index };
  const [position, profit] = tradePosition(positionIn(account, market) ?? fresh, lots, price);
  const after = {
    ...account,
    cash: account.cash - lots * price - fee,
    positions: withPosition(account.positions, position),
    ...realised(account, profit - fee, period),
  };
  return { account: after, profit };
}

/** Whether an account's cash and its lots in a market are in bounds (NUM-5). */
export const withinBounds = (account: Account, market: string): boolean =>
  abs(account.cash) <= MAX_ATOMS && abs(lotsIn(account, market)) <= MAX_LOTS;

/** Open interest after accounts changed: Σ of long lots (LEDGER-2). */
export function openInterestAfter(
  run: Run,
  market: string,
  changes: readonly (readonly [before: Account, after: Account])[],
): bigint {
  const long = (account: Account): bigint => max(0n, lotsIn(account, market));
  return changes.reduce(
    (interest, [before, after]) => interest + long(after) - long(before),
    run.ledger.markets.at(market).open_interest,
  );
}

/** Fees of a fill: ceiled; a rebate is floored and at most the taker's fee (BOOK-7). */
export function feesOf(quote: Quote, lots: bigint, price: bigint): { taker: bigint; maker: bigint } {
  const { taker_fee, maker_fee } = quote.instrument.parameters;
  const notional = lots * price;
  const taker = ceilDiv(notional * taker_fee, PPM);
  // ceiling a negative fee floors the rebate
  return { taker, maker: max(-taker, ceilDiv(notional * maker_fee, PPM)) };
}
