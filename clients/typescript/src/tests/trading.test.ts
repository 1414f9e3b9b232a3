import assert from "node:assert/strict";
import { test } from "node:test";
import { apportion, sum } from "../arithmetic.js";
import { lockedProfit, newAccount, realised, tradePosition } from "../exchange/accounts.js";
import { Books } from "../exchange/book.js";
import { advanceFunding, samplePremium, settledAccount } from "../exchange/funding.js";
import { quotePerpetual } from "../exchange/instruments.js";
import { sampleExpiry } from "../exchange/settlement.js";
import { Journal, Table } from "../exchange/table.js";
import { feesOf } from "../exchange/trades.js";
import type { Account, Expiry, Funding, Order, Position } from "../records/state.js";
import { PERPETUAL, TestChain } from "./chain.js";
import { forSeeds } from "./generator.js";

const FLAT: Position = { instrument: "X", lots: 0n, cost: 0n, funding_index: 0n };
const ACCOUNT = newAccount("00".repeat(32), "metals");

test("however a position is closed in parts, its profits add up to what closing it at once realises", () => {
  forSeeds(300, (draw) => {
    const lots = BigInt(1 + draw.below(50)) * draw.pick([1n, -1n]);
    const [entry, exit] = [draw.natural(30), draw.natural(30)];
    let [position, profit] = tradePosition(FLAT, lots, entry);
    const direction = lots > 0n ? 1n : -1n;
    while (position.lots !== 0n) {
      const part = BigInt(1 + draw.below(Number(position.lots * direction)));
      const [after, realisedNow] = tradePosition(position, -part * direction, exit);
      [position, profit] = [after, profit + realisedNow];
    }
    assert.equal(position.cost, 0n);
    assert.equal(profit, lots * (exit - entry));
  });
});

test("a flip closes all of the old cost, and the new one is exact", () => {
  const [long] = tradePosition(FLAT, 3n, 10n);
  assert.deepEqual(tradePosition(long, -5n, 12n), [{ ...FLAT, lots: -2n, cost: -24n }, 6n]);
});

test("profit is locked for one to two horizons, and a loss takes what unlocks first", () => {
  const earlier: Account = { ...ACCOUNT, ...realised(ACCOUNT, 100n, 7n) };
  const both: Account = { ...earlier, ...realised(earlier, 10n, 8n) };
  assert.equal(lockedProfit(both, 8n), 110n);
  assert.equal(lockedProfit(both, 9n), 10n);
  assert.equal(lockedProfit(both, 10n), 0n);
  const lossy: Account = { ...both, ...realised(both, -104n, 8n) };
  assert.deepEqual([lossy.locked_earlier, lossy.locked_recent], [0n, 6n]);
  assert.equal(lockedProfit({ ...lossy, ...realised(lossy, -999n, 8n) }, 8n), 0n);
});

test("fees are ceiled, a rebate is floored and never more than the taker pays", () => {
  const quote = quotePerpetual(PERPETUAL, 20_000n, true, 0n, 0n);
  assert.deepEqual(feesOf(quote, 1n, 2_001n), { taker: 2n, maker: 0n });
  assert.deepEqual(feesOf(quote, 1n, 20_001n), { taker: 11n, maker: -2n });
  const generous = { ...PERPETUAL, parameters: { ...PERPETUAL.parameters, maker_fee: -9_000n } };
  assert.deepEqual(feesOf({ ...quote, instrument: generous }, 1n, 20_001n), { taker: 11n, maker: -11n });
});

const order = (nonce: bigint, buy: boolean, price: bigint): Order => ({
  nonce,
  market: "X",
  buy,
  lots: 1n,
  price,
  sequence: nonce,
  reduce_only: false,
});

test("a book is best price first, then oldest, and takes back what the journal takes back", () => {
  forSeeds(100, (draw) => {
    const journal = new Journal();
    const books = new Books(journal);
    const standing: Order[] = [];
    for (let nonce = 1n; nonce < 30n; nonce += 1n) {
      const gone = draw.below(3) === 0 ? standing.splice(draw.below(Math.max(1, standing.length)), 1) : [];
      for (const each of gone) books.remove("somebody", each);
      const placed = order(nonce, draw.below(2) === 0, BigInt(1 + draw.below(5)));
      standing.push(placed);
      books.add("somebody", placed);
      const mark = journal.mark();
      books.remove("somebody", draw.pick(standing));
      books.add("another", order(99n, true, 3n));
      journal.rollBack(mark);
    }
    for (const buy of [true, false]) {
      const expected = standing
        .filter((each) => each.buy === buy)
        .sort((a, b) => Number((buy ? b.price - a.price : a.price - b.price) || a.sequence - b.sequence));
      assert.deepEqual(
        books.side("X", buy).map(({ nonce }) => nonce),
        expected.map(({ nonce }) => nonce),
      );
    }
  });
});

test("a table forgets nothing that it was told to keep, and restores what it was told to take back", () => {
  const journal = new Journal();
  const table = new Table<number>(journal, [["b", 2], ["a", 1]]);
  const mark = journal.mark();
  table.set("c", 3);
  table.set("a", 9);
  table.remove("b");
  assert.deepEqual(table.items(), [["a", 9], ["c", 3]]);
  journal.rollBack(mark);
  assert.deepEqual(table.items(), [["a", 1], ["b", 2]]);
  assert.deepEqual([...table.written].sort(), ["a", "b", "c"]);
});

const FUNDING: Funding = { index: 0n, rate: -1_234n, remainder: 0n, ends_at: 1n << 50n, samples: [] };

test("accruing over two spans is accruing over both at once, to the remainder", () => {
  forSeeds(200, (draw) => {
    const [a, b] = [BigInt(draw.below(5_000)), BigInt(draw.below(5_000))];
    const start: Funding = { ...FUNDING, rate: draw.integer(12), remainder: BigInt(draw.below(3_600_000)) };
    const step = (from: Funding, before: bigint, now: bigint): Funding => ({
      ...advanceFunding(from, PERPETUAL, 20_123n, before, now, 0n),
      samples: [],
    });
    assert.deepEqual(step(step(start, 0n, a), a, a + b), step(start, 0n, a + b));
  });
});

test("the next rate is the lower median of the samples plus interest, within its limit", () => {
  const turn = (samples: readonly bigint[]): bigint =>
    advanceFunding({ ...FUNDING, ends_at: 100n, samples }, PERPETUAL, 20_000n, 99n, 100n, 0n).rate;
  const { interest, funding_limit } = PERPETUAL.parameters;
  assert.equal(turn([]), interest);
  assert.equal(turn([40n, 10n, 30n, 20n]), 20n + interest);
  assert.equal(turn([9_999n]), funding_limit);
  assert.equal(samplePremium(20_000n, 19_999n, null), 0n);
  assert.equal(samplePremium(20_000n, 19_998n, 20_001n), -25n);
});

test("payers pay the ceiling and receivers get the floor", () => {
  const quotes = new Map([[PERPETUAL.market, quotePerpetual(PERPETUAL, 20_000n, true, 0n, 1_500_000n)]]);
  const credit = (lots: bigint): bigint => {
    const positions = [{ ...FLAT, instrument: PERPETUAL.market, lots }];
    return settledAccount({ ...ACCOUNT, positions }, quotes, 0n).account.cash;
  };
  assert.deepEqual([credit(1n), credit(-1n), credit(3n), credit(-3n)], [-2n, 1n, -5n, 4n]);
});

test("a settlement price is the floored mean, needs its samples, and in the end is the last index", () => {
  const { parameters } = new TestChain().state.chain;
  let expiry: Expiry = { feed: "GOLD", time: 400_000n, total: 0n, count: 0n, last_slot: -1n, price: null };
  const at = (now: bigint, index: bigint, fresh = true) => sampleExpiry(expiry, parameters, now, index, fresh);
  for (const [now, index] of [[380_000n, 10n], [381_000n, 99n], [384_000n, 11n], [388_000n, 11n], [392_000n, 11n]] as const)
    expiry = at(now, index);
  assert.deepEqual([expiry.count, expiry.total], [4n, 43n]);
  assert.equal(at(400_000n, 50n, false).price, null);
  assert.equal(at(400_000n, 12n).price, 11n);
  assert.equal(at(419_999n, 50n, false).price, null);
  assert.equal(at(420_000n, 50n, false).price, 50n);
});

test("shares add up, and none exceeds its cap", () => {
  forSeeds(200, (draw) => {
    const caps = draw.list(8, () => draw.natural(40));
    const amount = sum(caps) === 0n ? 0n : draw.natural(60) % (sum(caps) + 1n);
    const shares = apportion(amount, caps);
    assert.equal(sum(shares), amount);
    shares.forEach((share, at) => assert.ok(share >= 0n && share <= caps[at]!));
  });
});
