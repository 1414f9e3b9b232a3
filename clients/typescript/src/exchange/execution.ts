/** One transaction: authentic or not, then its kind's own rules (LEDGER-6, LEDGER-7). */

import type { Body, Transaction } from "../records/transactions.js";
import { authenticate } from "./authentication.js";
import { deposit, openAccount, release, transfer, withdraw } from "./cash.js";
import { scheduleChange } from "./changes.js";
import { type BlockTerms, type Ledger, Run } from "./context.js";
import { liquidate } from "./liquidation.js";
import { cancel, place } from "./orders.js";
import { type Receipt, refusalOf, refused } from "./receipts.js";
import { settle } from "./settlement.js";

/** What is refused changes nothing, but that an authentic transaction uses up its nonce. */
export function execute(ledger: Ledger, terms: BlockTerms, transaction: Transaction): Receipt {
  const run = new Run(ledger, terms);
  const unauthentic = refusalOf(() => authenticate(run, transaction));
  if (unauthentic !== null) return refused(unauthentic);
  const { body } = transaction;
  if (ledger.accounts.has(body.account)) ledger.accounts.update(body.account, { nonce: body.nonce });
  const refusal = run.tentatively(() => refusalOf(() => dispatch(run, body)));
  return refusal === null ? run.log.receipt() : refused(refusal);
}

function dispatch(run: Run, { account, nonce, action }: Body): void {
  switch (action.kind) {
    case "OpenAccount":
      return openAccount(run, account, action);
    case "Deposit":
      return deposit(run, action);
    case "Withdraw":
      return withdraw(run, account, action);
    case "Release":
      return release(run, action);
    case "Transfer":
      return transfer(run, account, action);
    case "Place":
      return place(run, account, nonce, action);
    case "Cancel":
      return cancel(run, account, action);
    case "Liquidate":
      return liquidate(run, account, action);
    case "Settle":
      return settle(run, action);
    case "ChangeParameter":
      return scheduleChange(run, action);
  }
}
