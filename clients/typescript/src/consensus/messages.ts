/** Which messages may be counted, and what a commit must be to prove a decision (CONS-2, CONS-6). */

import { MAX_TEXT, MAX_TICKS, MAX_TIME } from "../arithmetic.js";
import {
  type Commit,
  type CommitSignature,
  type Message,
  type Prices,
  Proposal,
  type SignedMessage,
  type Validators,
  Vote,
} from "../records/consensus.js";
import { isSigned } from "../signatures/signing.js";
import { compareTexts, type Hex, Rejection } from "../values.js";
import { proposerOf } from "./proposer.js";
import { isQuorum, powerOf, totalPower } from "./validators.js";

export const PROPOSE = 0n;
export const PREVOTE = 1n;
export const PRECOMMIT = 2n;

/** The empty id: no block. */
export const NIL: Hex = "";
/** In place of a round: never. */
export const NO_ROUND = -1n;

const MAX_HEIGHT = 1n << 53n;
const MAX_ROUND = 1n << 31n;
const MAX_PRICES = 1 << 12;
const ID_LENGTH = 64;

const outOfBounds = (what: string) => new Rejection("NUM-5", `${what} is out of bounds`);
const illFormed = (what: string) => new Rejection("CONS-2", what);

/** Throws the first reason why a message may not be counted; the signature is judged last, as it costs most. */
export function checkMessage(chain: string, validators: Validators, signed: SignedMessage): void {
  const { sender, message, signature } = signed;
  if (message.chain !== chain) throw illFormed("a message of another chain");
  if (message.kind === "Vote") checkVote(message);
  else checkProposal(message);
  if (powerOf(validators, sender) === 0n) throw new Rejection("CONS-1", "a sender without power");
  if (message.kind === "Proposal" && proposerOf(validators, message.height, message.round) !== sender) {
    throw new Rejection("CONS-4", "a proposal out of turn");
  }
  if (!isMessageSigned(sender, message, signature)) throw new Rejection("ENC-2", "a bad signature");
}

function isMessageSigned(sender: Hex, message: Message, signature: Hex): boolean {
  return message.kind === "Vote"
    ? isSigned(sender, "Vote", Vote, message, signature)
    : isSigned(sender, "Proposal", Proposal, message, signature);
}

function checkPlace(height: bigint, round: bigint): void {
  if (height < 1n || height > MAX_HEIGHT) throw outOfBounds("the height");
  if (round < 0n || round > MAX_ROUND) throw outOfBounds("the round");
}

function checkProposal({ height, round, block_id, valid_round }: Proposal): void {
  checkPlace(height, round);
  if (block_id.length !== ID_LENGTH) throw illFormed("a proposal of no block");
  if (valid_round < NO_ROUND || valid_round >= round) throw illFormed("a valid round that is not an earlier one");
}

function checkVote({ height, round, step, block_id, time, prices }: Vote): void {
  checkPlace(height, round);
  if (step !== PREVOTE && step !== PRECOMMIT) throw illFormed("a vote of no kind");
  if (block_id !== NIL && block_id.length !== ID_LENGTH) throw illFormed("an id has 32 bytes");
  if (step === PRECOMMIT && block_id !== NIL) checkExtension(time, prices);
  else if (time !== 0n || prices.length > 0) throw illFormed("only a precommit for a block has an extension");
}

/** The clock and the prices of a precommit: within bounds, feeds ascending. What a price is worth the oracle says. */
function checkExtension(time: bigint, prices: Prices): void {
  if (time < 0n || time > MAX_TIME) throw outOfBounds("the clock");
  if (prices.length > MAX_PRICES) throw outOfBounds("the number of prices");
  for (const [feed, price] of prices) {
    if (Buffer.byteLength(feed, "utf8") > MAX_TEXT) throw outOfBounds("the name of a feed");
    if (price > MAX_TICKS || price < -MAX_TICKS) throw outOfBounds("a price");
  }
  prices.forEach(([feed], at) => {
    const before = prices[at - 1];
    if (before !== undefined && compareTexts(before[0], feed) >= 0) throw illFormed("feeds do not ascend");
  });
}

/** Throws the first reason why a commit does not prove its decision. */
export function checkCommit(chain: string, validators: Validators, commit: Commit): void {
  const { height, round, block_id, signatures } = commit;
  checkPlace(height, round);
  if (block_id.length !== ID_LENGTH) throw new Rejection("CONS-6", "a commit of no block");
  signatures.forEach(({ validator }, at) => {
    const before = signatures[at - 1];
    if (before !== undefined && before.validator >= validator) throw new Rejection("CONS-6", "signers do not ascend");
  });
  for (const { time, prices } of signatures) checkExtension(time, prices);
  const powers = signatures.map(({ validator }) => powerOf(validators, validator));
  if (powers.includes(0n)) throw new Rejection("CONS-1", "a signer without power");
  const power = powers.reduce((sum, each) => sum + each, 0n);
  if (!isQuorum(power, totalPower(validators))) throw new Rejection("CONS-1", "too little power");
  for (const signature of signatures) {
    const vote = precommitOf(chain, commit, signature);
    if (!isSigned(signature.validator, "Vote", Vote, vote, signature.signature)) {
      throw new Rejection("ENC-2", "a bad signature");
    }
  }
}

/** What a validator signed whose signature is in a commit. */
function precommitOf(chain: string, commit: Commit, { time, prices }: CommitSignature): Vote {
  const { height, round, block_id } = commit;
  return { kind: "Vote", chain, height, round, step: PRECOMMIT, block_id, time, prices };
}
