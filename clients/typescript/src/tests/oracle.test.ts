import assert from "node:assert/strict";
import { test } from "node:test";
import { abs } from "../arithmetic.js";
import { blockTime, isFresh, updateFeed } from "../exchange/oracle.js";
import type { Commit } from "../records/consensus.js";
import type { Feed } from "../records/state.js";
import { TestChain } from "./chain.js";
import { forSeeds } from "./generator.js";

const { validators, parameters } = new TestChain().state.chain;
const NOW = 1_000_000n;
const FEED: Feed = { max_move: 50_000n, index: 1_000n, median: 1_000n, fresh_blocks: 2n, reports: [] };

const commit = (prices: readonly (bigint | null)[], time = NOW): Commit => ({
  height: 1n,
  round: 0n,
  block_id: "00".repeat(32),
  signatures: prices.map((price, at) => ({
    validator: validators[at]!.key,
    time,
    prices: price === null ? [] : [["GOLD", price] as const],
    signature: "",
  })),
});

const update = (feed: Feed, given: Commit, now = NOW): Feed =>
  updateFeed(feed, "GOLD", given, validators, parameters, now);

test("whatever one of three reports, the index stays between the two others or moves towards them", () => {
  forSeeds(200, (draw) => {
    const honest = [990n + BigInt(draw.below(20)), 990n + BigInt(draw.below(20))];
    const { median } = update(FEED, commit([honest[0]!, draw.natural(40), honest[1]!]));
    assert.ok(median === FEED.median || (median >= 990n && median < 1_010n));
  });
});

test("the index follows the median by bounded steps, and what is left is carried", () => {
  let feed = FEED;
  const steps: bigint[] = [];
  for (let block = 0n; feed.index !== 1_200n; block += 1n) {
    const after = update(feed, commit([1_200n, 1_200n, 1_200n], NOW + block), NOW + block);
    assert.equal(after.median, 1_200n);
    assert.ok(abs(after.index - feed.index) <= (feed.index * 50_000n) / 1_000_000n);
    steps.push(after.index - feed.index);
    feed = after;
  }
  assert.deepEqual(steps, [50n, 52n, 55n, 43n]);
  assert.equal(update({ ...FEED, index: 1n, median: 1n }, commit([9n, 9n, 9n])).index, 2n);
});

test("without reports of more than two thirds of the power a feed is frozen, and its index stands", () => {
  const frozen = update(FEED, commit([1_010n, 1_010n, null]));
  assert.deepEqual([frozen.fresh_blocks, frozen.index, frozen.median], [0n, 1_000n, 1_000n]);
  assert.equal(isFresh(frozen, parameters), false);
  const thawed = update(frozen, commit([1_010n, 1_010n, 1_010n], NOW + 1n), NOW + 1n);
  assert.deepEqual([thawed.fresh_blocks, isFresh(thawed, parameters)], [1n, false]);
  const again = update(thawed, commit([1_010n, 1_010n, 1_010n], NOW + 2n), NOW + 2n);
  assert.equal(isFresh(again, parameters), true);
});

test("reports are kept until they are stale, and an older one does not replace a newer", () => {
  const kept = update(FEED, commit([1_010n, 1_011n, 1_012n]));
  const late = NOW + parameters.report_staleness;
  assert.equal(update(kept, commit([], late), late).median, 1_011n);
  assert.equal(update(kept, commit([], late), late + 1n).fresh_blocks, 0n);
  assert.deepEqual(update(kept, commit([5n, 5n, 5n])).reports, kept.reports);
});

test("block time is the middle clock, and always goes on", () => {
  const clocks = (times: readonly bigint[]): Commit => ({
    ...commit([null, null, null]),
    signatures: times.map((time, at) => ({ validator: validators[at]!.key, time, prices: [], signature: "" })),
  });
  assert.equal(blockTime(clocks([7n, 1_000_000n, 9n]), validators, 5n), 9n);
  assert.equal(blockTime(clocks([7n, 8n, 9n]), validators, 8n), 9n);
  assert.equal(blockTime(clocks([1n, 1n, 1n]), validators, 50n), 51n);
  assert.equal(blockTime(clocks([]), validators, 50n), 51n);
});
