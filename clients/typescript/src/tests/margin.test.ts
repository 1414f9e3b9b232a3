import assert from "node:assert/strict";
import { test } from "node:test";
import { abs, max, min } from "../arithmetic.js";
import { newAccount, withPosition } from "../exchange/accounts.js";
import { type Quote, quoteOption, quotePerpetual } from "../exchange/instruments.js";
import { healthEquity, initialHealth, initialRequirement, maintenanceRequirement } from "../exchange/margin.js";
import type { OptionSeries, Perpetual } from "../records/instruments.js";
import type { Account, Order } from "../records/state.js";
import { CALL, PERPETUAL } from "./chain.js";
import { type Generator, forSeeds } from "./generator.js";

const INDEX = 20_000n;
const NOW = CALL.expiry - 1n;

const series = (market: string, call: boolean, strike: bigint): OptionSeries => ({ ...CALL, market, call, strike });
const SERIES = [
  series("A", true, 18_000n),
  series("B", true, 21_000n),
  series("C", false, 19_000n),
  series("D", false, 25_000n),
];

const quotesAt = (index: bigint, reported: bigint, fresh = true): Map<string, Quote> =>
  new Map([
    [PERPETUAL.market, quotePerpetual(PERPETUAL, index, fresh, 500n, 0n)],
    ...SERIES.map((each) => [each.market, quoteOption(each, NOW, index, reported, fresh, null)] as const),
  ]);

function someAccount(draw: Generator): Account {
  let account: Account = { ...newAccount("00".repeat(32), "metals"), cash: draw.integer(24) };
  for (const instrument of [PERPETUAL.market, ...SERIES.map(({ market }) => market)]) {
    const lots = BigInt(draw.below(41) - 20);
    const position = { instrument, lots, cost: draw.integer(22), funding_index: 0n };
    if (draw.below(2) === 0) account = { ...account, positions: withPosition(account.positions, position) };
  }
  return account;
}

const someOrder = (draw: Generator, nonce: bigint): Order => ({
  nonce,
  market: draw.pick([PERPETUAL.market, "A", "D"]),
  buy: draw.below(2) === 0,
  lots: BigInt(1 + draw.below(30)),
  price: BigInt(15_000 + draw.below(10_000)),
  sequence: nonce,
  reduce_only: false,
});

test("initial margin is never below maintenance, and neither below zero", () => {
  forSeeds(400, (draw) => {
    const quotes = quotesAt(BigInt(1 + draw.below(40_000)), BigInt(1 + draw.below(9_000)), draw.below(4) > 0);
    const account = someAccount(draw);
    const maintenance = maintenanceRequirement(account, quotes);
    assert.ok(maintenance >= 0n && initialRequirement(account, quotes) >= maintenance);
  });
});

test("one order more never needs less", () => {
  forSeeds(300, (draw) => {
    const quotes = quotesAt(INDEX, BigInt(1 + draw.below(4_000)));
    let account = someAccount(draw);
    for (let nonce = 1n; nonce < 6n; nonce += 1n) {
      const before = initialRequirement(account, quotes);
      account = { ...account, orders: [...account.orders, someOrder(draw, nonce)] };
      assert.ok(initialRequirement(account, quotes) >= before);
    }
  });
});

test("a bought option backs nothing: its worth is taken back by the requirement", () => {
  const quotes = quotesAt(INDEX, 900n);
  const empty = { ...newAccount("00".repeat(32), "metals"), cash: 1_000_000n };
  const worth = 7n * quotes.get("B")!.mark;
  const bought: Account = {
    ...empty,
    cash: empty.cash - worth,
    positions: [{ instrument: "B", lots: 7n, cost: worth, funding_index: 0n }],
  };
  const free = (account: Account) => healthEquity(account, quotes) - initialRequirement(account, quotes);
  assert.equal(free(bought), free(empty) - worth);
});

test("a spread needs no more than the distance of its strikes, and both legs no more than each alone", () => {
  const quotes = quotesAt(INDEX, 2_500n);
  const needs = (positions: readonly (readonly [string, bigint])[]): bigint =>
    maintenanceRequirement(
      {
        ...newAccount("00".repeat(32), "metals"),
        positions: positions.map(([instrument, lots]) => ({ instrument, lots, cost: 0n, funding_index: 0n })),
      },
      quotes,
    );
  const [lower, higher] = [quotes.get("A")!.mark, quotes.get("B")!.mark];
  const distance = 3_000n * CALL.multiplier;
  assert.ok(needs([["A", -1n], ["B", 1n]]) <= max(0n, distance - lower + higher));
  assert.ok(needs([["A", -1n], ["B", 1n]]) < needs([["A", -1n]]) + higher);
});

test("what the legs gain at every price that is tried makes room for the calls that none covers", () => {
  const quotes = quotesAt(INDEX, 100n);
  const legs = [
    ["A", 4n],
    ["B", -5n],
    ["D", 2n],
  ] as const;
  const positions = legs.map(([instrument, lots]) => ({ instrument, lots, cost: 0n, funding_index: 0n }));
  const account = { ...newAccount("00".repeat(32), "metals"), positions };
  // they gain least at 25,000, 8,000 ticks; the one naked call needs 1,600
  assert.equal(maintenanceRequirement(account, quotes), healthEquity(account, quotes));
});

test("on a frozen feed a bought option counts for nothing and a perpetual for its last index", () => {
  const [fresh, frozen] = [quotesAt(INDEX, 2_500n), quotesAt(INDEX, 2_500n, false)];
  for (const { market } of SERIES) {
    assert.equal(frozen.get(market)!.long_mark, 0n);
    assert.ok(frozen.get(market)!.short_mark >= fresh.get(market)!.short_mark);
  }
  assert.equal(frozen.get(PERPETUAL.market)!.long_mark, INDEX * PERPETUAL.multiplier);
});

test("profit beyond the cap does not count, none where cash leaves", () => {
  const quotes = quotesAt(INDEX, 900n);
  const value = 10n * INDEX * PERPETUAL.multiplier;
  const profit = PERPETUAL.parameters.profit_cap + 321n;
  const account: Account = {
    ...newAccount("00".repeat(32), "metals"),
    positions: [{ instrument: PERPETUAL.market, lots: 10n, cost: value - profit, funding_index: 0n }],
  };
  assert.equal(initialHealth(account, quotes, true).excluded, 321n);
  assert.equal(initialHealth(account, quotes, false).excluded, profit);
});

test("initial margin rises with open interest between its two caps, and margin is whole per lot", () => {
  const at = (interest: bigint): bigint => quotePerpetual(PERPETUAL, INDEX, true, interest, 0n).initial;
  const { open_interest_low, open_interest_high } = PERPETUAL.parameters;
  assert.equal(at(0n), at(open_interest_low));
  assert.equal(at(open_interest_high), at(open_interest_high * 9n));
  for (let interest = open_interest_low; interest < open_interest_high; interest += 97n)
    assert.ok(at(interest) <= at(interest + 97n) && at(interest) >= at(0n));
  const odd: Perpetual = { ...PERPETUAL, multiplier: 7n };
  const { maintenance } = quotePerpetual(odd, 20_001n, true, 0n, 0n);
  assert.equal(maintenance, (20_001n * 7n * 50_000n + 999_999n) / 1_000_000n);
});

test("the mark of an option stays between exercising it now and what it could ever pay", () => {
  forSeeds(200, (draw) => {
    const each = draw.pick(SERIES);
    const index = BigInt(1 + draw.below(60_000));
    const { mark } = quoteOption(each, NOW, index, draw.natural(32) + 1n, true, null);
    const intrinsic = max(0n, each.call ? index - each.strike : each.strike - index) * each.multiplier;
    assert.ok(mark >= intrinsic && mark <= (each.call ? index : each.strike) * each.multiplier);
    assert.ok(abs(mark) === mark && min(mark, intrinsic) === intrinsic);
  });
});
