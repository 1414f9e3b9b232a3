import assert from "node:assert/strict";
import { test } from "node:test";
import { accused } from "../consensus/evidence.js";
import { MessageLog } from "../consensus/log.js";
import { checkCommit, checkMessage, PRECOMMIT, PREVOTE } from "../consensus/messages.js";
import { proposerOf } from "../consensus/proposer.js";
import { resume, takeStep } from "../consensus/step.js";
import { checkValidators, isQuorum, totalPower } from "../consensus/validators.js";
import {
  type Claim,
  type Commit,
  type Message,
  type Node,
  Proposal,
  type SignedMessage,
  Vote,
} from "../records/consensus.js";
import { signingBytes } from "../signatures/signing.js";
import { ascending, type Hex, hexOf, Rejection } from "../values.js";
import { signer } from "./signer.js";
import { forSeeds, type Generator } from "./generator.js";

const SIGNERS = [1, 2, 3, 4]
  .map((n) => signer(Buffer.alloc(32, n)))
  .map((each) => ({ ...each, hex: hexOf(each.key) }))
  .sort((a, b) => ascending(a.hex, b.hex));
const VALIDATORS = SIGNERS.map(({ hex: key }) => ({ key, power: 1n }));
const [A, B] = ["aa".repeat(32), "bb".repeat(32)];

const vote = (step: bigint, round: bigint, block_id: Hex): Vote => ({
  kind: "Vote",
  chain: "c",
  height: 5n,
  round,
  step,
  block_id,
  time: 0n,
  prices: [],
});

const proposal = (round: bigint, block_id: Hex, valid_round = -1n): Proposal => ({
  kind: "Proposal",
  chain: "c",
  height: 5n,
  round,
  block_id,
  valid_round,
});

function signed(who: number, message: Message): SignedMessage {
  const { hex: sender, sign } = SIGNERS[who]!;
  const bytes =
    message.kind === "Vote" ? signingBytes("Vote", Vote, message) : signingBytes("Proposal", Proposal, message);
  return { sender, message, signature: hexOf(sign(bytes)) };
}

const indexOfProposer = (round: bigint): number =>
  VALIDATORS.findIndex(({ key }) => key === proposerOf(VALIDATORS, 5n, round));
const proposed = (message: Proposal): SignedMessage => signed(indexOfProposer(message.round), message);

const NODE: Node = {
  chain: "c",
  height: 5n,
  key: VALIDATORS[0]!.key,
  total_power: 4n,
  round: 0n,
  step: -1n,
  locked_value: "",
  locked_round: -1n,
  valid_value: "",
  valid_round: -1n,
  decision: "",
};

const step = (node: Node, received: SignedMessage[], claim: Claim, candidate = "") =>
  takeStep(node, new MessageLog("c", 5n, VALIDATORS, received, { valid: [A, B], candidate }), claim);

const ruleOf = (check: () => void): string | undefined => {
  try {
    check();
    return undefined;
  } catch (fault) {
    assert.ok(fault instanceof Rejection);
    return fault.rule;
  }
};

test("a quorum is more than two thirds, not two thirds", () => {
  assert.ok(!isQuorum(2n, 3n));
  assert.ok(isQuorum(3n, 4n));
  assert.ok(!isQuorum(66n, 99n) && isQuorum(67n, 99n));
});

test("in W turns everybody has as many as its power", () =>
  forSeeds(40, (made: Generator) => {
    const validators = made
      .list(5, () => made.natural(5) + 1n)
      .concat(1n)
      .map((power, n) => ({ key: `${n}`, power }));
    const turns = new Map<string, bigint>();
    const total = totalPower(validators);
    for (let height = 1n; height <= total; height += 1n) {
      const key = proposerOf(validators, height, 3n);
      turns.set(key, (turns.get(key) ?? 0n) + 1n);
    }
    for (const { key, power } of validators) assert.equal(turns.get(key), power);
  }));

test("a height that goes well: propose, prevote, lock, decide, and silence", () => {
  const start = step(NODE, [], { kind: "Start" });
  assert.deepEqual(start.actions, [{ kind: "Schedule", step: 0n, round: 0n }]);
  const p = proposal(0n, A);
  const log = [proposed(p)];
  const prevoted = step(start.node, log, { kind: "Proposed", proposal: p });
  assert.deepEqual(
    prevoted.actions.map(({ kind }) => kind),
    ["Persist", "Broadcast"],
  );
  for (const who of [0, 1, 2]) log.push(signed(who, vote(PREVOTE, 0n, A)));
  const locked = step(prevoted.node, log, { kind: "Polka", proposal: p });
  assert.deepEqual([locked.node.locked_value, locked.node.locked_round, locked.node.step], [A, 0n, PRECOMMIT]);
  for (const who of [1, 2, 3]) log.push(signed(who, vote(PRECOMMIT, 0n, A)));
  const decided = step(locked.node, log, { kind: "Commit", proposal: p });
  assert.deepEqual(
    decided.actions.map(({ kind }) => kind),
    ["Persist", "Decide"],
  );
  const after = step(decided.node, log, { kind: "Timeout", step: PRECOMMIT, round: 0n });
  assert.deepEqual(after, { node: decided.node, actions: [] });
});

test("a lock holds against a fresh proposal and against an older quorum, and yields to a younger one", () => {
  const locked: Node = {
    ...NODE,
    round: 4n,
    step: 0n,
    locked_value: A,
    locked_round: 2n,
    valid_value: A,
    valid_round: 2n,
  };
  const votedFor = (valid_round: bigint): Hex => {
    const p = proposal(4n, B, valid_round);
    const polka = valid_round < 0n ? [] : [0, 1, 2].map((who) => signed(who, vote(PREVOTE, valid_round, B)));
    const { actions } = step(locked, [proposed(p), ...polka], { kind: "Proposed", proposal: p });
    const [, sent] = actions;
    assert.ok(sent?.kind === "Broadcast" && sent.message.kind === "Vote");
    return sent.message.block_id;
  };
  assert.deepEqual([votedFor(-1n), votedFor(1n), votedFor(2n), votedFor(3n)], ["", "", B, B]);
});

test("no claim fires without its guard", () => {
  const node: Node = { ...NODE, step: PREVOTE };
  const p = proposal(0n, A);
  const claims: Claim[] = [
    { kind: "Start" },
    { kind: "Proposed", proposal: p },
    { kind: "Polka", proposal: p },
    { kind: "Commit", proposal: p },
    { kind: "NilPolka" },
    { kind: "Split", step: PREVOTE },
    { kind: "Split", step: PRECOMMIT },
    { kind: "Ahead", round: 1n },
    { kind: "Timeout", step: 0n, round: 0n },
    { kind: "Timeout", step: PREVOTE, round: 1n },
  ];
  const two = [
    proposed(p),
    signed(1, vote(PREVOTE, 0n, A)),
    signed(1, vote(PREVOTE, 0n, A)),
    signed(2, vote(PREVOTE, 0n, A)),
  ];
  for (const claim of claims) assert.deepEqual(step(node, two, claim), { node, actions: [] }, claim.kind);
});

test("before its start a validator does nothing else, and after a restart it awaits a proposal again", () => {
  const three = [1, 2, 3].map((who) => signed(who, vote(PREVOTE, 2n, A)));
  assert.deepEqual(step(NODE, three, { kind: "Ahead", round: 2n }).actions, []);
  assert.deepEqual(step({ ...NODE, step: 0n }, three, { kind: "Ahead", round: 2n }).node.round, 2n);
  assert.deepEqual(resume({ ...NODE, step: 0n, round: 3n }).actions, [{ kind: "Schedule", step: 0n, round: 3n }]);
  assert.deepEqual(resume({ ...NODE, step: 0n, decision: A }).actions, []);
});

test("what may be counted: signed, in turn, well-formed, of a validator", () => {
  const admit = (each: SignedMessage) => ruleOf(() => checkMessage("c", VALIDATORS, each));
  const good = signed(0, vote(PREVOTE, 0n, A));
  assert.equal(admit(good), undefined);
  assert.equal(admit({ ...good, sender: VALIDATORS[1]!.key }), "ENC-2");
  assert.equal(admit({ ...good, sender: "00".repeat(32) }), "CONS-1");
  assert.equal(admit({ ...good, message: vote(PREVOTE, 1n, A) }), "ENC-2");
  assert.equal(admit(signed(0, { ...vote(PREVOTE, 0n, A), chain: "d" })), "CONS-2");
  assert.equal(admit(signed(0, vote(PREVOTE, -1n, A))), "NUM-5");
  assert.equal(admit(proposed(proposal(2n, A, 1n))), undefined);
  assert.equal(admit(proposed(proposal(2n, A, 2n))), "CONS-2");
  assert.equal(admit(signed((indexOfProposer(0n) + 1) % 4, proposal(0n, A))), "CONS-4");
});

test("a commit proves a decision with a quorum of good signatures, and not with one bad one among them", () => {
  const commit = (signers: number[]): Commit => ({
    height: 5n,
    round: 0n,
    block_id: A,
    signatures: signers.map((who) => {
      const message: Vote = { ...vote(PRECOMMIT, 0n, A), time: 7n, prices: [["x", 1n]] };
      const { sender: validator, signature } = signed(who, message);
      return { validator, time: 7n, prices: message.prices, signature };
    }),
  });
  const judge = (each: Commit) => ruleOf(() => checkCommit("c", VALIDATORS, each));
  assert.equal(judge(commit([0, 1, 2])), undefined);
  assert.equal(judge(commit([0, 1])), "CONS-1");
  assert.equal(judge(commit([1, 0, 2])), "CONS-6");
  const spoilt = commit([0, 1, 2, 3]);
  assert.equal(
    judge({ ...spoilt, signatures: spoilt.signatures.map((each, n) => (n === 3 ? { ...each, time: 8n } : each)) }),
    "ENC-2",
  );
});

test("who votes twice is guilty, and so is who forgets its lock; who was freed is not", () => {
  const guilty = (...log: SignedMessage[]) => accused("c", VALIDATORS, [log]);
  const me = VALIDATORS[0]!.key;
  assert.deepEqual(guilty(signed(0, vote(PREVOTE, 0n, A)), signed(0, vote(PREVOTE, 0n, ""))), [me]);
  assert.deepEqual(guilty(signed(0, vote(PREVOTE, 0n, A)), signed(0, vote(PRECOMMIT, 0n, B))), []);
  const forgets = [signed(0, vote(PRECOMMIT, 0n, A)), signed(0, vote(PREVOTE, 2n, B))];
  const polka = [1, 2, 3].map((who) => signed(who, vote(PREVOTE, 1n, B)));
  assert.deepEqual(guilty(...forgets), [me]);
  assert.deepEqual(guilty(...forgets, ...polka), [me]);
  assert.deepEqual(guilty(...forgets, ...polka, proposed(proposal(2n, B, 1n))), []);
  assert.deepEqual(guilty(...forgets, ...polka, signed(0, vote(PRECOMMIT, 1n, B))), []);
  const later = [signed(0, vote(PRECOMMIT, 2n, A)), signed(0, vote(PREVOTE, 3n, B)), proposed(proposal(3n, B, 1n))];
  assert.deepEqual(guilty(...later, ...polka), [me], "a quorum before the lock frees nobody");
});

test("a set of validators ascends by key, has power and not too much", () => {
  const judge = (powers: bigint[]) =>
    ruleOf(() => checkValidators(powers.map((power, n) => ({ key: `0${n}`.repeat(32), power }))));
  assert.equal(judge([1n, 1n]), undefined);
  assert.equal(judge([]), "CONS-1");
  assert.equal(judge([1n, 0n]), "CONS-1");
  assert.equal(judge([(1n << 53n) - 1n, 1n]), undefined);
  assert.equal(judge([1n << 53n, 1n]), "NUM-5");
});
