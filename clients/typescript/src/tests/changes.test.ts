import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChangeParameter } from "../records/transactions.js";
import { PERPETUAL, TestChain } from "./chain.js";

const change = (number: bigint, scope: string, name: string, value: bigint): ChangeParameter => ({
  kind: "ChangeParameter",
  number,
  scope,
  name,
  value,
});

/** The rule that refuses each of some changes, given one after the other, or null. */
const tried = (...changes: readonly ChangeParameter[]): readonly (string | null)[] => {
  const chain = new TestChain();
  const { transactions } = chain.apply(changes.map((each) => chain.attested(each)));
  return transactions.map(({ rejection }) => rejection);
};

const MARKET = `market/${PERPETUAL.market}`;

test("a change moves a parameter by a tenth at most, one number after the other", () => {
  assert.deepEqual(tried(change(1n, "pool/metals", "penalty", 5_500n)), [null]);
  assert.deepEqual(tried(change(1n, "pool/metals", "penalty", 5_501n)), ["LEDGER-8"]);
  assert.deepEqual(tried(change(2n, "pool/metals", "penalty", 5_500n)), ["LEDGER-8"]);
  const [one, two] = [change(1n, "pool/metals", "penalty", 5_400n), change(2n, MARKET, "taker_fee", 450n)];
  assert.deepEqual(tried(one, one, two), [null, "LEDGER-8", null]);
});

test("what is not there, or fixed, or excluded by the rest is not changed", () => {
  assert.deepEqual(tried(change(1n, "pool/nowhere", "penalty", 5_000n)), ["LEDGER-8"]);
  assert.deepEqual(tried(change(1n, "metals", "penalty", 5_000n)), ["LEDGER-8"]);
  assert.deepEqual(tried(change(1n, "pool/metals", "toString", 5_000n)), ["LEDGER-8"]);
  assert.deepEqual(tried(change(1n, "pool/metals", "liquidation_horizon", 60_000n)), ["LEDGER-8"]);
  assert.deepEqual(tried(change(1n, MARKET, "put_ratio", 1_050_000n)), ["LEDGER-8"]);
  const chain = new TestChain([{ ...PERPETUAL, parameters: { ...PERPETUAL.parameters, maker_fee: -500n } }]);
  const { transactions } = chain.apply([chain.attested(change(1n, MARKET, "taker_fee", 499n))]);
  assert.equal(transactions[0]?.rejection, "BOOK-7");
});

test("a change binds at the end of the first block after its delay, by a step from what then holds", () => {
  const chain = new TestChain();
  chain.apply([
    chain.attested(change(1n, "pool/metals", "penalty", 5_500n)),
    chain.attested(change(2n, "pool/metals", "penalty", 4_500n)),
  ]);
  const penalty = () => chain.state.ledger.pools.at("metals").parameters.penalty;
  chain.apply([], 9_999n);
  assert.equal(penalty(), 5_000n);
  const { steps } = chain.apply([], 1n);
  assert.equal(penalty(), 4_950n, "the second binds a tenth below the first");
  assert.deepEqual(
    steps.map(({ events }) => events[0]?.details),
    [[["penalty", 5_500n]], [["penalty", 4_950n]]],
  );
  assert.deepEqual(chain.state.ledger.changes.keys(), []);
});

test("a change that was accepted but is refused as a whole leaves no trace", () => {
  const chain = new TestChain();
  const root = chain.state.root();
  chain.apply([]);
  const before = chain.state.snapshot().pools;
  chain.apply([chain.attested(change(1n, "pool/metals", "penalty", 9_999n))]);
  assert.deepEqual(chain.state.snapshot().pools, before);
  assert.equal(chain.state.ledger.lastChange, 0n);
  assert.notEqual(chain.state.root(), root, "blocks go on all the same");
});
