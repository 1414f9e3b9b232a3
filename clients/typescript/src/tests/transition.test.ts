import assert from "node:assert/strict";
import { test } from "node:test";
import { abs, sum } from "../arithmetic.js";
import { stateRoot } from "../encoding/state-root.js";
import { lotsIn } from "../exchange/accounts.js";
import { ChainState } from "../exchange/state.js";
import { applyBlock } from "../exchange/transition.js";
import type { Place, Transaction } from "../records/transactions.js";
import { CALL, PERPETUAL, type Prices, TestChain } from "./chain.js";
import { Generator, forSeeds } from "./generator.js";

const PEOPLE = ["dora", "eve", "finn", "gus"];

/** Everything that holds of a state after every block, whatever happened. */
function checkState(chain: TestChain): void {
  const snapshot = chain.state.snapshot();
  const accounts = snapshot.accounts.map(([, account]) => account);
  for (const [, pool] of snapshot.pools) {
    const { vault, insurance, fees, escrow, residue } = pool;
    const clearing = sum(snapshot.markets.map(([, market]) => market.clearing));
    const cash = sum(accounts.map((account) => account.cash));
    assert.equal(vault, cash + insurance + fees + escrow + residue + clearing, "conservation");
    for (const pot of [insurance, fees, escrow, residue]) assert.ok(pot >= 0n, "a pot below zero");
  }
  for (const [market, { open_interest }] of snapshot.markets) {
    const lots = accounts.map((account) => lotsIn(account, market));
    const quote = chain.state.terms().quotes.get(market);
    if (quote?.phase !== "settle") assert.equal(sum(lots), 0n, "lots sum to zero");
    assert.equal(open_interest, sum(lots.filter((each) => each > 0n)), "open interest");
  }
  for (const { locked_recent, locked_earlier } of accounts) assert.ok(locked_recent >= 0n && locked_earlier >= 0n);
  for (const market of chain.state.instruments.keys()) {
    const [bid] = chain.state.ledger.books.side(market, true);
    const [ask] = chain.state.ledger.books.side(market, false);
    assert.ok(bid === undefined || ask === undefined || bid.price < ask.price, "a crossed book");
  }
  assert.equal(chain.state.root(), stateRoot(snapshot), "the root that was kept up to date");
}

function something(chain: TestChain, draw: Generator, name = draw.pick(PEOPLE)): Transaction {
  switch (draw.below(10)) {
    case 0:
      return chain.sent(name, { kind: "Transfer", to: chain.id(draw.pick(PEOPLE)), amount: BigInt(draw.below(20_000)) });
    case 1:
      return chain.sent(name, {
        kind: "Withdraw",
        withdrawal_id: draw.natural(200).toString(16).padStart(64, "0"),
        amount: draw.natural(21),
      });
    case 2:
      return chain.sent(name, { kind: "Cancel", nonce: BigInt(draw.below(12)) });
    case 3:
    case 4:
      return chain.sent(name, {
        kind: "Liquidate",
        account: chain.id(draw.pick(PEOPLE)),
        market: draw.pick([PERPETUAL.market, CALL.market]),
        lots: BigInt(1 + draw.below(30)),
      });
    case 5:
      return chain.sent(name, { kind: "Settle", account: chain.id(draw.pick(PEOPLE)), market: CALL.market });
    default:
      return someOrder(chain, draw, name);
  }
}

function someOrder(chain: TestChain, draw: Generator, name: string): Transaction {
  const market = draw.pick([PERPETUAL.market, PERPETUAL.market, CALL.market]);
  const quote = chain.state.terms().quotes.get(market);
  const around = quote === undefined ? 1n : quote.mark / quote.instrument.multiplier;
  const lots = BigInt(1 + draw.below(40)) * draw.pick([1n, -1n]);
  const price = around + BigInt(draw.below(600) - 300);
  const more: Partial<Place> = {
    time_in_force: draw.pick(["gtc", "gtc", "ioc", "fok", "post-only"]),
    reduce_only: draw.below(6) === 0,
    self_trade: draw.pick(["cancel-maker", "cancel-taker", "decrement"]),
  };
  return chain.order(name, market, lots, price > 0n ? price : 1n, more);
}

function somePrices(draw: Generator, now: bigint): Prices {
  if (draw.below(8) === 0) return []; // silence: feeds freeze once reports are stale
  const moved = (now * BigInt(850 + draw.below(320))) / 1000n;
  return [
    ["GOLD", moved > 0n ? moved : 1n],
    ["GOLD-C-MARK", BigInt(1 + draw.below(3000))],
  ];
}

function begun(draw: Generator): TestChain {
  const chain = new TestChain([PERPETUAL, CALL]);
  for (const name of PEOPLE) chain.fund(name, BigInt(200_000 + draw.below(1_000_000)));
  return chain;
}

test("whatever is sent, money is conserved, lots sum to zero, books are not crossed and the root is that of the content", () => {
  const kinds = new Set<string>();
  forSeeds(10, (draw) => {
    const chain = begun(draw);
    for (let height = 0; height < 30; height += 1) {
      const prices = somePrices(draw, chain.state.feeds.at("GOLD").index);
      const sent = PEOPLE.map((name) => something(chain, draw, name));
      const receipt = chain.apply(sent, draw.pick([1_000n, 7_000n, 20_000n]), prices);
      for (const { events } of [...receipt.transactions, ...receipt.steps]) for (const { kind } of events) kinds.add(kind);
      checkState(chain);
    }
  });
  for (const kind of ["fill", "rested", "liquidated", "defaulted", "absorbed", "settled"])
    assert.ok(kinds.has(kind), `no program came to anything ${kind}`);
});

test("a state that is written out and read back goes on just the same", () => {
  forSeeds(3, (draw) => {
    const chain = begun(draw);
    for (let height = 0; height < 12; height += 1) chain.apply([something(chain, draw)], 5_000n);
    const again = ChainState.restore(chain.state.snapshot());
    assert.equal(again.root(), chain.state.root());
    for (let height = 0; height < 8; height += 1) {
      const block = chain.block([something(chain, draw)], 5_000n, somePrices(draw, chain.state.feeds.at("GOLD").index));
      assert.deepEqual(applyBlock(again, block), applyBlock(chain.state, block));
      assert.equal(again.root(), chain.state.root());
    }
  });
});

test("what is refused changes nothing but the nonce of whoever sent it", () => {
  let refused = 0;
  forSeeds(6, (draw) => {
    const chain = begun(draw);
    for (let height = 0; height < 15; height += 1) {
      const sent = something(chain, draw);
      const before = new Map(chain.state.snapshot().accounts);
      const cash = chain.state.ledger.pools.at("metals");
      const { transactions } = chain.apply([sent], 1_000n);
      if (transactions[0]?.rejection === null) continue;
      refused += 1;
      assert.deepEqual(transactions[0]?.postings, []);
      for (const [id, account] of chain.state.ledger.accounts.items()) {
        const own = id === sent.body.account ? { nonce: account.nonce } : {};
        assert.deepEqual(account, { ...before.get(id), ...own });
      }
      assert.equal(chain.state.ledger.pools.at("metals").vault, cash.vault);
    }
  });
  assert.ok(refused > 10, "next to nothing was refused");
});

test("a block that does not follow is refused and leaves the state as it was", () => {
  const chain = new TestChain();
  chain.fund("dora", 100n);
  const good = chain.block([], 1_000n, []);
  const root = chain.state.root();
  const bad = [
    ["LEDGER-8", { ...good, version: 2n }],
    ["CONS-6", { ...good, chain: "another" }],
    ["CONS-6", { ...good, height: good.height + 1n }],
    ["CONS-6", { ...good, root: "00".repeat(32) }],
    ["ORACLE-6", { ...good, time: good.time + 1n }],
    ["CONS-1", { ...good, commit: { ...good.commit, signatures: good.commit.signatures.slice(1) } }],
  ] as const;
  for (const [rule, block] of bad) {
    assert.equal(applyBlock(chain.state, block).rejection, rule);
    assert.equal(chain.state.root(), root);
  }
  assert.equal(applyBlock(chain.state, good).rejection, null);
});

test("a transaction acts once, for its signer, on its chain", () => {
  const chain = new TestChain();
  chain.fund("dora", 1_000n);
  chain.fund("eve", 1_000n);
  const sent = chain.sent("dora", { kind: "Transfer", to: chain.id("eve"), amount: 1n });
  const forged: Transaction = { ...sent, body: { ...sent.body, action: { ...sent.body.action, amount: 2n } as never } };
  const { transactions } = chain.apply([sent, sent, forged]);
  assert.deepEqual(
    transactions.map(({ rejection }) => rejection),
    [null, "LEDGER-6", "ENC-2"],
  );
  assert.equal(chain.account("eve").cash, 1_001n);
});

test("a default leaves the account with nothing, and nobody else below zero", () => {
  const chain = new TestChain();
  chain.fund("dora", 250_000n);
  chain.fund("eve", 3_000_000n);
  chain.apply([chain.order("dora", PERPETUAL.market, 10n, 20_000n)]);
  chain.apply([chain.order("eve", PERPETUAL.market, -10n, 20_000n)]);
  assert.equal(abs(lotsIn(chain.account("dora"), PERPETUAL.market)), 10n);
  for (const price of [17_500n, 15_500n, 13_500n]) chain.apply([], 1_000n, [["GOLD", price]]);
  const { steps } = chain.apply([
    chain.sent("eve", { kind: "Liquidate", account: chain.id("dora"), market: PERPETUAL.market, lots: 1n }),
  ]);
  const kinds = steps.flatMap(({ events }) => events.map(({ kind }) => kind));
  assert.ok(kinds.includes("defaulted") && kinds.includes("absorbed"));
  const { cash, positions, flagged_at } = chain.account("dora");
  assert.deepEqual([cash, positions, flagged_at], [0n, [], null]);
  assert.ok(chain.account("eve").cash > 3_000_000n);
  checkState(chain);
});
