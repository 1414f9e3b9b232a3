/** A small chain of one's own: keys from names, blocks as its validators would make them. */

import { createHash } from "node:crypto";
import { accountId } from "../exchange/accounts.js";
import { blockTime } from "../exchange/oracle.js";
import { ChainState } from "../exchange/state.js";
import { type BlockReceipt, applyBlock } from "../exchange/transition.js";
import type { Commit, Validators } from "../records/consensus.js";
import { Vote } from "../records/consensus.js";
import type { Instrument, OptionSeries, Perpetual, PoolParameters } from "../records/instruments.js";
import type { Account, Genesis } from "../records/state.js";
import { type Action, type Block, Body, type Place, type Transaction } from "../records/transactions.js";
import { signingBytes } from "../signatures/signing.js";
import { startChain } from "../state/genesis.js";
import { type Hex, ascending } from "../values.js";
import { type Signer, signer } from "./signer.js";

const FOREVER = 1n << 53n;
const PRECOMMIT = 2n;
const START = 1_700_000_000_000n;

const named = (name: string): Signer => signer(createHash("sha256").update(name).digest());
const keyOf = ({ key }: Signer): Hex => key.toString("hex");

const VOTERS = ["ann", "bo", "cy"].map(named).sort((one, other) => ascending(keyOf(one), keyOf(other)));
const VALIDATORS: Validators = VOTERS.map((each) => ({ key: keyOf(each), power: 1n }));

const MARKET = {
  taker_fee: 500n,
  maker_fee: -100n,
  collar: 200_000n,
  max_open_interest: 100_000n,
  insurance_cap: 50_000_000n,
};

export const PERPETUAL: Perpetual = {
  kind: "Perpetual",
  market: "GOLD-PERP",
  pool: "metals",
  feed: "GOLD",
  multiplier: 10n,
  parameters: {
    ...MARKET,
    initial_fraction: 100_000n,
    initial_fraction_limit: 500_000n,
    open_interest_low: 200n,
    open_interest_high: 2_000n,
    maintenance_fraction: 50_000n,
    profit_cap: 10_000n,
    funding_interval: 3_600_000n,
    funding_limit: 5_000n,
    interest: 100n,
    impact_lots: 3n,
  },
};

export const CALL: OptionSeries = {
  kind: "OptionSeries",
  market: "GOLD-C",
  pool: "metals",
  feed: "GOLD",
  mark_feed: "GOLD-C-MARK",
  multiplier: 10n,
  call: true,
  strike: 21_000n,
  expiry: START + 120_000n,
  parameters: {
    ...MARKET,
    initial_fraction: 150_000n,
    initial_floor: 100_000n,
    maintenance_fraction: 75_000n,
    put_ratio: 1_050_000n,
  },
};

const POOL: PoolParameters = {
  insurance_target: 1_000_000n,
  insurance_window: 3_600_000n,
  unassigned_cap: 1_000n,
  liquidation_horizon: 60_000n,
  liquidation_buffer: 100_000n,
  discount_start: 5_000n,
  discount_limit: 50_000n,
  discount_ramp: 60_000n,
  penalty: 5_000n,
  max_orders: 20n,
};

const GENESIS: Genesis = {
  chain: "test",
  time: START,
  validators: VALIDATORS,
  parameters: {
    report_staleness: 60_000n,
    grace_blocks: 2n,
    parameter_delay: 10_000n,
    settlement_slot: 4_000n,
    settlement_slots: 100n,
    settlement_minimum: 5n,
    settlement_extension: 20_000n,
    max_transactions: 50n,
  },
  pools: [{ pool: "metals", insurance: 300_000n, parameters: POOL }],
  feeds: [
    { feed: "GOLD", index: 20_000n, max_move: 150_000n },
    { feed: "GOLD-C-MARK", index: 800n, max_move: 500_000n },
  ],
  instruments: [PERPETUAL, CALL],
};

export type Prices = readonly (readonly [feed: string, price: bigint])[];

export class TestChain {
  readonly state: ChainState;
  readonly blocks: Block[] = [];
  private readonly people = new Map<string, Signer>();
  private deposits = 0;

  constructor(instruments: readonly Instrument[] = [PERPETUAL]) {
    this.state = ChainState.restore(startChain({ ...GENESIS, instruments }));
  }

  /** The account of somebody, by name: its id, whether it is open or not. */
  id(name: string): string {
    return accountId(keyOf(this.person(name)), "metals", 0n);
  }

  account(name: string): Account {
    return this.state.ledger.accounts.at(this.id(name));
  }

  private person(name: string): Signer {
    const known = this.people.get(name) ?? named(name);
    this.people.set(name, known);
    return known;
  }

  /** What somebody sends, signed. */
  sent(name: string, action: Action): Transaction {
    const nonce = this.state.ledger.accounts.get(this.id(name))?.nonce;
    const body: Body = {
      chain: "test",
      account: this.id(name),
      nonce: nonce === undefined ? 0n : nonce + 1n,
      expires: FOREVER,
      action,
    };
    return { body, signatures: [signed(this.person(name), body)] };
  }

  attested(action: Action): Transaction {
    const body: Body = { chain: "test", account: "", nonce: 0n, expires: FOREVER, action };
    return { body, signatures: VOTERS.map((voter) => signed(voter, body)) };
  }

  /** Open an account for somebody and pay so much in. */
  fund(name: string, amount: bigint): void {
    const owner = keyOf(this.person(name));
    this.apply([this.sent(name, { kind: "OpenAccount", owner, pool: "metals", number: 0n })]);
    this.pay(name, amount);
  }

  pay(name: string, amount: bigint): void {
    this.deposits += 1;
    const deposit_id = this.deposits.toString(16).padStart(64, "0");
    this.apply([this.attested({ kind: "Deposit", deposit_id, account: this.id(name), amount })]);
  }

  order(name: string, market: string, lots: bigint, price: bigint, more: Partial<Place> = {}): Transaction {
    return this.sent(name, {
      kind: "Place",
      market,
      side: lots > 0n ? "buy" : "sell",
      lots: lots > 0n ? lots : -lots,
      price,
      time_in_force: "gtc",
      reduce_only: false,
      self_trade: "cancel-maker",
      ...more,
    });
  }

  /** The next block: the last one's commit reports prices after some ms; nobody reports what is left out. */
  block(transactions: readonly Transaction[], after = 1_000n, prices: Prices = []): Block {
    const { chain, header } = this.state;
    const commit = this.commit(header.time + after, prices);
    return {
      chain: chain.chain,
      version: 1n,
      height: header.height + 1n,
      time: blockTime(commit, VALIDATORS, header.time),
      proposer: VALIDATORS[0]!.key,
      previous: header.block_id,
      commit,
      transactions,
      root: this.state.root(),
    };
  }

  apply(transactions: readonly Transaction[], after?: bigint, prices?: Prices): BlockReceipt {
    const block = this.block(transactions, after, prices ?? this.pricesNow());
    this.blocks.push(block);
    const receipt = applyBlock(this.state, block);
    if (receipt.rejection !== null) throw new Error(`the block is refused by ${receipt.rejection}`);
    return receipt;
  }

  /** What the feeds say now, so that they go on saying it. */
  private pricesNow(): Prices {
    return this.state.feeds.items().map(([feed, { median }]) => [feed, median] as const);
  }

  private commit(time: bigint, prices: Prices): Commit {
    const { height, block_id } = this.state.header;
    if (height === 0n) return { height, round: 0n, block_id, signatures: [] };
    const vote: Vote = { kind: "Vote", chain: "test", height, round: 0n, step: PRECOMMIT, block_id, time, prices };
    const message = signingBytes("Vote", Vote, vote);
    const signatures = VOTERS.map((voter) => ({
      validator: keyOf(voter),
      time,
      prices,
      signature: voter.sign(message).toString("hex"),
    }));
    return { height, round: 0n, block_id, signatures };
  }
}

const signed = (by: Signer, body: Body) => ({
  key: keyOf(by),
  signature: by.sign(signingBytes("Body", Body, body)).toString("hex"),
});
