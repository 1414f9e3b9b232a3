/** Who may act: the checks that come before any rule of the ledger, in one order for every kind (LEDGER-6, ENC-2). */

import { MAX_TIME, sum } from "../arithmetic.js";
import { isQuorum, powerOf, totalPower } from "../consensus/validators.js";
import { type Action, Body, type Transaction } from "../records/transactions.js";
import { isSigned } from "../signatures/signing.js";
import type { Run } from "./context.js";
import { demand, refuse } from "./receipts.js";

/** The kinds that validators attest, instead of an owner's signature. */
const ATTESTED: ReadonlySet<Action["kind"]> = new Set(["Deposit", "Release", "ChangeParameter"]);

export function authenticate(run: Run, transaction: Transaction): void {
  const { chain, expires, nonce, action } = transaction.body;
  demand(chain === run.terms.chain, "LEDGER-6");
  demand(run.now <= expires && expires <= MAX_TIME, "LEDGER-6");
  demand(0n <= nonce && nonce <= MAX_TIME, "NUM-5");
  if (ATTESTED.has(action.kind)) checkAttestation(run, transaction);
  else checkOwner(run, transaction);
}

/** One signature, of the account's owner; for an account that is not there yet, of the owner that its opening names. */
function checkOwner(run: Run, { body, signatures }: Transaction): void {
  const { action, nonce } = body;
  const account = run.ledger.accounts.get(body.account);
  const owner = account?.owner ?? (action.kind === "OpenAccount" ? action.owner : refuse("LEDGER-4"));
  const [signature, ...more] = signatures;
  demand(signature !== undefined && more.length === 0 && signature.key === owner, "ENC-2");
  demand(isSigned(owner, "Body", Body, body, signature.signature), "ENC-2");
  demand(account === undefined ? nonce === 0n : nonce > account.nonce, "LEDGER-6");
}

/** Validators with more than 2/3 of the power, each once; every signature counts. */
function checkAttestation(run: Run, { body, signatures }: Transaction): void {
  const { validators } = run.terms;
  demand(body.account === "" && body.nonce === 0n, "LEDGER-6");
  demand(
    signatures.every(({ key }, at) => at === 0 || (signatures[at - 1]?.key ?? "") < key),
    "LEDGER-6",
  );
  const power = sum(signatures.map(({ key }) => powerOf(validators, key)));
  demand(isQuorum(power, totalPower(validators)), "LEDGER-5");
  for (const { key, signature } of signatures) demand(isSigned(key, "Body", Body, body, signature), "ENC-2");
}
