import assert from "node:assert/strict";
import { test } from "node:test";
import { fromJson } from "../encoding/shapes.js";
import { stateRoot } from "../encoding/state-root.js";
import type { Perpetual } from "../records/instruments.js";
import { type Genesis, Snapshot } from "../records/state.js";
import { startChain } from "../state/genesis.js";
import { checkSnapshot } from "../state/snapshot.js";
import { compareTexts, Rejection } from "../values.js";

const PERPETUAL: Perpetual = {
  kind: "Perpetual",
  market: "XAU-PERP",
  pool: "metals",
  feed: "XAU",
  multiplier: 10n,
  parameters: {
    taker_fee: 500n,
    maker_fee: -100n,
    collar: 100_000n,
    max_open_interest: 1_000n,
    insurance_cap: 1_000n,
    initial_fraction: 100_000n,
    initial_fraction_limit: 500_000n,
    open_interest_low: 100n,
    open_interest_high: 200n,
    maintenance_fraction: 50_000n,
    profit_cap: 0n,
    funding_interval: 3_600_000n,
    funding_limit: 1_000n,
    interest: 0n,
    impact_lots: 5n,
  },
};

const GENESIS: Genesis = {
  chain: "test",
  time: 3_600_000n,
  validators: [{ key: "11".repeat(32), power: 3n }],
  parameters: {
    report_staleness: 1_000n,
    grace_blocks: 4n,
    parameter_delay: 1_000n,
    settlement_slot: 1_000n,
    settlement_slots: 10n,
    settlement_minimum: 5n,
    settlement_extension: 0n,
    max_transactions: 10n,
  },
  pools: [
    {
      pool: "metals",
      insurance: 77n,
      parameters: {
        insurance_target: 100n,
        insurance_window: 1_000n,
        unassigned_cap: 0n,
        liquidation_horizon: 1_000n,
        liquidation_buffer: 0n,
        discount_start: 10n,
        discount_limit: 20n,
        discount_ramp: 1_000n,
        penalty: 10n,
        max_orders: 3n,
      },
    },
  ],
  feeds: [{ feed: "XAU", index: 1_900n, max_move: 50_000n }],
  instruments: [PERPETUAL],
};

const ruleOf = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (fault) {
    assert.ok(fault instanceof Rejection);
    return fault.rule;
  }
};

test("a genesis makes a state that may be taken up again, to the same root", () => {
  const state = startChain(GENESIS);
  checkSnapshot(state);
  const again = fromJson(Snapshot, JSON.parse(JSON.stringify(Snapshot.toJson(state))));
  assert.deepEqual(again, state);
  assert.equal(stateRoot(again), stateRoot(state));
});

test("an interval that begins at genesis ends a whole interval later", () => {
  assert.equal(startChain(GENESIS).funding[0]?.[1].ends_at, 7_200_000n);
  assert.equal(startChain({ ...GENESIS, time: 3_599_999n }).funding[0]?.[1].ends_at, 3_600_000n);
});

test("the root notices every entry", () => {
  const state = startChain(GENESIS);
  const root = stateRoot(state);
  const changed: Snapshot[] = [
    { ...state, header: { ...state.header, height: 1n } },
    { ...state, chain: { ...state.chain, chain: "other" } },
    { ...state, deposits: [["00", 1n]] },
    { ...state, pools: state.pools.map(([id, pool]) => [id, { ...pool, residue: 1n }] as const) },
    { ...state, feeds: state.feeds.map(([id, feed]) => [id, { ...feed, median: 1n }] as const) },
  ];
  for (const each of changed) assert.notEqual(stateRoot(each), root);
  assert.equal(new Set(changed.map(stateRoot)).size, changed.length);
});

test("a genesis that contradicts itself is refused by the rule that it breaks", () => {
  const refuse = (change: Partial<Genesis>) => ruleOf(() => startChain({ ...GENESIS, ...change }));
  const perpetual = (change: Partial<Perpetual["parameters"]>) =>
    refuse({ instruments: [{ ...PERPETUAL, parameters: { ...PERPETUAL.parameters, ...change } }] });
  assert.equal(refuse({}), undefined);
  assert.equal(refuse({ chain: "a/b" }), "LEDGER-8");
  assert.equal(refuse({ time: -1n }), "NUM-5");
  assert.equal(refuse({ feeds: [] }), "LEDGER-8");
  assert.equal(refuse({ validators: [] }), "CONS-1");
  assert.equal(perpetual({ maker_fee: -501n }), "BOOK-7");
  assert.equal(perpetual({ maintenance_fraction: 100_000n }), "MARGIN-1");
  assert.equal(perpetual({ open_interest_high: 100n }), "MARGIN-5");
  assert.equal(perpetual({ impact_lots: 0n }), "LEDGER-8");
});

test("a snapshot in which something is missing is refused", () => {
  const state = startChain(GENESIS);
  const refuse = (change: Partial<Snapshot>) => ruleOf(() => checkSnapshot({ ...state, ...change }));
  assert.equal(refuse({ markets: [] }), "ENC-3");
  assert.equal(refuse({ funding: [] }), "ENC-3");
  assert.equal(refuse({ pools: [] }), "ENC-3");
  assert.equal(refuse({ feeds: [] }), "ENC-3");
  assert.equal(
    refuse({
      deposits: [
        ["b", 1n],
        ["a", 1n],
      ],
    }),
    "ENC-3",
  );
  assert.equal(
    refuse({
      deposits: [
        ["a", 1n],
        ["a", 1n],
      ],
    }),
    "ENC-3",
  );
  assert.equal(refuse({ chain: { ...state.chain, version: 2n } }), "LEDGER-8");
});

test("texts ascend by code point, not by UTF-16 unit", () => {
  assert.ok(compareTexts("\uffff", "😀") < 0);
  assert.ok("\uffff" > "😀");
  assert.ok(compareTexts("a", "b") < 0 && compareTexts("b", "a") > 0 && compareTexts("a", "a") === 0);
});
