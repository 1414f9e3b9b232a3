/** The transition: a state and a block give the next state and its receipts (CONS-6, LEDGER-7, LEDGER-9). */

import { MAX_TIME, max, min } from "../arithmetic.js";
import { checkCommit } from "../consensus/messages.js";
import { powerOf } from "../consensus/validators.js";
import { idOf } from "../encoding/hashing.js";
import type { Commit } from "../records/consensus.js";
import type { Perpetual } from "../records/instruments.js";
import { Block } from "../records/transactions.js";
import { bindChanges } from "./changes.js";
import { type BlockTerms, type Ledger, Run } from "./context.js";
import { resolveFlagged } from "./defaults.js";
import { execute } from "./execution.js";
import { advanceFunding, samplePremium } from "./funding.js";
import { blockTime, isFresh, updateFeed } from "./oracle.js";
import { type Receipt, demand, refusalOf } from "./receipts.js";
import { sampleExpiry } from "./settlement.js";
import type { ChainState } from "./state.js";

/** What a block did. */
export interface BlockReceipt {
  readonly rejection: string | null;
  readonly transactions: readonly Receipt[];
  /** Of the block's own steps after the transactions: defaults, fees, parameter changes. */
  readonly steps: readonly Receipt[];
}

/** Apply a block, or refuse it and leave the state as it was. */
export function applyBlock(state: ChainState, block: Block): BlockReceipt {
  const rejection = refusalOf(() => checkBlock(state, block));
  if (rejection !== null) return { rejection, transactions: [], steps: [] };
  beginBlock(state, block);
  const terms = state.terms();
  const transactions = block.transactions.map((transaction) => execute(state.ledger, terms, transaction));
  return { rejection: null, transactions, steps: endBlock(state.ledger, terms) };
}

/** Whether a block may follow a state; the first rule that refuses is the one reported. */
function checkBlock(state: ChainState, block: Block): void {
  const { chain, header } = state;
  demand(block.version === chain.version, "LEDGER-8");
  const follows =
    block.chain === chain.chain && block.height === header.height + 1n && block.previous === header.block_id;
  demand(follows && powerOf(chain.validators, block.proposer) > 0n && block.root === state.root(), "CONS-6");
  checkPreviousCommit(state, block.commit);
  const { max_transactions } = chain.parameters;
  demand(block.time <= MAX_TIME && BigInt(block.transactions.length) <= max_transactions, "NUM-5");
  demand(block.time === blockTime(block.commit, chain.validators, header.time), "ORACLE-6");
}

/** Whether a commit decided the block before; genesis has an empty one. */
function checkPreviousCommit({ chain, header }: ChainState, commit: Commit): void {
  demand(commit.height === header.height && commit.block_id === header.block_id, "CONS-6");
  if (header.height === 0n) demand(commit.round === 0n && commit.signatures.length === 0, "CONS-6");
  else checkCommit(chain.chain, chain.validators, commit);
}

/** Time, oracle, funding and expiry: all that a block does before its first transaction. */
function beginBlock(state: ChainState, block: Block): void {
  const { feeds, funding, expiries, instruments } = state;
  const { validators, parameters } = state.chain;
  const before = state.header.time;
  const now = block.time;
  for (const [id, feed] of feeds.items())
    feeds.set(id, updateFeed(feed, id, block.commit, validators, parameters, now));
  state.header = { height: block.height, time: now, block_id: idOf(Block, block) };
  for (const [id, instrument] of instruments.items()) {
    if (instrument.kind !== "Perpetual") continue;
    const { index } = feeds.at(instrument.feed);
    const sample = premiumOf(state, instrument, index);
    funding.set(id, advanceFunding(funding.at(id), instrument, index, before, now, sample));
  }
  for (const [key, expiry] of expiries.items()) {
    const feed = feeds.at(expiry.feed);
    const sampled = sampleExpiry(expiry, parameters, now, feed.index, isFresh(feed, parameters));
    if (sampled !== expiry) expiries.set(key, sampled);
  }
  state.requote();
}

/** The premium of the book as the block before left it. */
function premiumOf({ ledger }: ChainState, { market, parameters }: Perpetual, index: bigint): bigint {
  const price = (buy: boolean): bigint | null =>
    ledger.books.impactPrice(ledger.accounts, market, buy, parameters.impact_lots);
  return samplePremium(index, price(true), price(false));
}

/** Defaults, fees, parameter changes: all that a block does after its last transaction. */
function endBlock(ledger: Ledger, terms: BlockTerms): Receipt[] {
  return [...resolveFlagged(ledger, terms), ...collectFees(ledger, terms), ...bindChanges(ledger, terms)];
}

/** Fees fill up each pool's fund while it is below its target; the rest stays in fees. */
function collectFees(ledger: Ledger, terms: BlockTerms): Receipt[] {
  return ledger.pools.items().flatMap(([id, { fees, insurance, parameters }]) => {
    const moved = max(0n, min(fees, parameters.insurance_target - insurance));
    if (moved === 0n) return [];
    ledger.pools.update(id, { fees: fees - moved, insurance: insurance + moved });
    const run = new Run(ledger, terms);
    run.log.post(id, "fees", "insurance", moved, "fees");
    return [run.log.receipt()];
  });
}
