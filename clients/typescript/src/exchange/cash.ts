/** Cash in, out and across (LEDGER-4, LEDGER-5, LEDGER-7). The first rule that refuses is the one reported. */

import { MAX_ATOMS } from "../arithmetic.js";
import type { Account } from "../records/state.js";
import type { Deposit, OpenAccount, Release, Transfer, Withdraw } from "../records/transactions.js";
import { accountId, lockedProfit, newAccount } from "./accounts.js";
import type { Run } from "./context.js";
import { settleFunding } from "./funding.js";
import type { Quotes } from "./instruments.js";
import { initialHealth, withdrawable } from "./margin.js";
import { accountBalance, demand } from "./receipts.js";

const MAX_NUMBER = (1n << 32n) - 1n;
const ID_DIGITS = 64;

const isAmount = (amount: bigint): boolean => 1n <= amount && amount <= MAX_ATOMS;

export function openAccount(run: Run, named: string, { owner, pool, number }: OpenAccount): void {
  const { accounts, pools } = run.ledger;
  demand(pools.has(pool), "LEDGER-4");
  demand(0n <= number && number <= MAX_NUMBER, "LEDGER-4");
  demand(named === accountId(owner, pool, number) && !accounts.has(named), "LEDGER-4");
  accounts.set(named, newAccount(owner, pool));
  run.log.note("opened", named, { pool });
}

/** Credit exactly what the vault received, once per id. */
export function deposit(run: Run, { deposit_id, account: id, amount }: Deposit): void {
  const { accounts, pools, deposits } = run.ledger;
  demand(isAmount(amount), "NUM-5");
  demand(accounts.has(id), "LEDGER-4");
  demand(deposit_id.length === ID_DIGITS && !deposits.has(deposit_id), "LEDGER-5");
  settleFunding(run, id);
  const { cash, pool } = accounts.at(id);
  const { vault } = pools.at(pool);
  demand(cash + amount <= MAX_ATOMS && vault + amount <= MAX_ATOMS, "NUM-5");
  accounts.update(id, { cash: cash + amount });
  pools.update(pool, { vault: vault + amount });
  deposits.set(deposit_id, amount);
  run.log.post(pool, "outside", accountBalance(id), amount, "deposit");
}

/** What is withdrawn stands in escrow under its id, until a release; an id belongs to its account. */
const withdrawalKey = (account: string, id: string): string => `${account}/${id}`;

export function withdraw(run: Run, id: string, { withdrawal_id, amount }: Withdraw): void {
  const { accounts, pools, withdrawals } = run.ledger;
  const key = withdrawalKey(id, withdrawal_id);
  demand(isAmount(amount), "NUM-5");
  demand(withdrawal_id.length === ID_DIGITS && !withdrawals.has(key), "LEDGER-5");
  settleFunding(run, id);
  const debited = accounts.update(id, { cash: accounts.at(id).cash - amount });
  checkLeaving(run, debited);
  // `accountsCash` is read off the pots, so the amount is still in it here
  demand(run.accountsCash(debited.pool) - amount + run.clearingOverdraft(debited.pool) >= 0n, "LEDGER-5");
  pools.update(debited.pool, { escrow: pools.at(debited.pool).escrow + amount });
  withdrawals.set(key, { pool: debited.pool, account: id, amount, status: "escrowed" });
  run.log.post(debited.pool, accountBalance(id), "escrow", amount, "withdrawal");
}

/** What an account keeps when cash leaves must cover initial margin: without profit, at every price that may hold. */
function checkLeaving(run: Run, debited: Account): void {
  const { pending, quotes, unclamped } = run.terms;
  demand(!pending.has(debited.pool), "OPT-4");
  const locked = lockedProfit(debited, run.horizon(debited.pool));
  const spare = (at: Quotes): bigint => withdrawable(initialHealth(debited, at, false), locked);
  demand(initialHealth(debited, quotes, false).fresh, "ORACLE-5");
  demand(spare(quotes) >= 0n, "MARGIN-4");
  demand(unclamped === quotes || spare(unclamped) >= 0n, "ORACLE-4");
}

/** An escrowed withdrawal was paid outside: it leaves the vault, once. */
export function release(run: Run, { account, withdrawal_id }: Release): void {
  const { pools, withdrawals } = run.ledger;
  const key = withdrawalKey(account, withdrawal_id);
  const withdrawal = withdrawals.get(key);
  demand(withdrawal?.status === "escrowed", "LEDGER-5");
  const { pool, amount } = withdrawal;
  const { vault, escrow } = pools.at(pool);
  pools.update(pool, { vault: vault - amount, escrow: escrow - amount });
  withdrawals.set(key, { ...withdrawal, status: "released" });
  run.log.post(pool, "escrow", "outside", amount, "release");
}

export function transfer(run: Run, from: string, { to, amount }: Transfer): void {
  const { accounts } = run.ledger;
  const { pool } = accounts.at(from);
  demand(isAmount(amount), "NUM-5");
  demand(accounts.get(to)?.pool === pool && to !== from, "LEDGER-4");
  settleFunding(run, from);
  settleFunding(run, to);
  checkLeaving(run, accounts.update(from, { cash: accounts.at(from).cash - amount }));
  const credited = accounts.update(to, { cash: accounts.at(to).cash + amount });
  demand(credited.cash <= MAX_ATOMS, "NUM-5");
  run.log.post(pool, accountBalance(from), accountBalance(to), amount, "transfer");
}
