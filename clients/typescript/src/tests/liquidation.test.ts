import assert from "node:assert/strict";
import { test } from "node:test";
import { lotsIn } from "../exchange/accounts.js";
import { buffered, equity, maintenanceRequirement } from "../exchange/margin.js";
import type { Event } from "../exchange/receipts.js";
import type { BlockReceipt } from "../exchange/transition.js";
import { PERPETUAL, TestChain } from "./chain.js";

const { market } = PERPETUAL;
const LOTS = 40n;

/** Dora is long, Eve short, and the price has fallen by so many ticks; Finn stands by. */
function fallen(ticks: bigint, dora = 1_000_000n): TestChain {
  const chain = new TestChain();
  chain.fund("dora", dora);
  chain.fund("eve", 9_000_000n);
  chain.fund("finn", 9_000_000n);
  chain.apply([chain.order("dora", market, LOTS, 20_000n)]);
  chain.apply([chain.order("eve", market, -LOTS, 20_000n)]);
  chain.apply([], 1_000n, [["GOLD", 20_000n - ticks]]);
  return chain;
}

const liquidate = (chain: TestChain, lots: bigint, by = "finn", after = 1_000n): BlockReceipt =>
  chain.apply([chain.sent(by, { kind: "Liquidate", account: chain.id("dora"), market, lots })], after);

const figure = ({ details }: Event, name: string): bigint => details.find(([key]) => key === name)?.[1] as bigint;

const eventOf = (receipt: BlockReceipt, kind: string): Event | undefined =>
  receipt.transactions[0]?.events.find((event) => event.kind === kind);

test("who has maintenance margin is left alone, to the tick", () => {
  // E = 1,000,800 − 400 · fall, a rebate included; R = 5 % of 400 · (20,000 − fall)
  const refusalAfter = (fall: bigint) => liquidate(fallen(fall), 1n).transactions[0]?.rejection;
  assert.equal(refusalAfter(1_581n), "LIQ-1");
  assert.equal(refusalAfter(1_582n), null);
});

test("a takeover never lowers equity over requirement, and takes no more than restores the buffer", () => {
  for (const ticks of [1_600n, 1_900n, 2_200n, 2_400n, 2_480n])
    for (const asked of [1n, 7n, 1_000n]) {
      const chain = fallen(ticks);
      const { quotes } = chain.state.terms();
      const before = chain.account("dora");
      const taken = eventOf(liquidate(chain, asked), "liquidated");
      assert.ok(taken !== undefined);
      const after = chain.account("dora");
      const [held, required] = [equity(before, quotes), maintenanceRequirement(before, quotes)];
      assert.ok(equity(after, quotes) * required >= held * maintenanceRequirement(after, quotes));
      assert.ok(figure(taken, "discount") >= 0n && figure(taken, "penalty") >= 0n);
      const lots = figure(taken, market);
      assert.ok(lots <= asked && lotsIn(after, market) === LOTS - lots);
      if (lots === asked) continue;
      assert.ok(buffered(after, quotes, 100_000n) && after.flagged_at === null);
      const less = fallen(ticks);
      liquidate(less, lots - 1n);
      assert.ok(!buffered(less.account("dora"), quotes, 100_000n), "one lot less would have done");
    }
});

test("the discount rises with time since the flag, and dust does not set the clock back", () => {
  const chain = fallen(1_900n);
  const first = eventOf(liquidate(chain, 1n), "liquidated")!;
  const flagged = chain.account("dora").flagged_at;
  chain.pay("dora", 1n);
  assert.equal(chain.account("dora").flagged_at, flagged);
  const later = eventOf(liquidate(chain, 1n, "finn", 30_000n), "liquidated")!;
  assert.ok(figure(later, "discount") > figure(first, "discount"));
});

test("a liquidator must carry what it takes, and may not be the owner", () => {
  const chain = fallen(1_900n);
  chain.fund("gus", 1_000n);
  assert.equal(liquidate(chain, 20n, "gus").transactions[0]?.rejection, "MARGIN-6");
  assert.equal(liquidate(chain, 1n, "dora").transactions[0]?.rejection, "BOOK-4");
  assert.equal(chain.account("dora").flagged_at, null, "a refused takeover flags nobody");
});

test("open orders go with the first takeover, and off the book", () => {
  const chain = fallen(1_500n, 1_010_000n);
  chain.apply([chain.order("dora", market, -3n, 20_500n, { reduce_only: true })]);
  assert.equal(chain.account("dora").orders.length, 1);
  chain.apply([], 1_000n, [["GOLD", 18_200n]]);
  liquidate(chain, 1n);
  assert.equal(chain.account("dora").orders.length, 0);
  assert.deepEqual(chain.state.ledger.books.side(market, false), []);
});

test("nothing is taken over at a price that stands still, nor in the grace period after", () => {
  const chain = fallen(1_900n);
  chain.apply([], 70_000n, []);
  assert.equal(liquidate(chain, 1n).transactions[0]?.rejection, "ORACLE-5");
  assert.equal(liquidate(chain, 1n).transactions[0]?.rejection, null);
});
