/** What validators sign and send, and what a validator keeps (CONS-1 to CONS-6). */

import { type Infer, integer, list, octets, optional, pair, record, text, union, variant } from "../encoding/shapes.js";

export const Validator = record({ key: octets, power: integer });
export type Validator = Infer<typeof Validator>;
export const Validators = list(Validator);
export type Validators = Infer<typeof Validators>;

/** A price that a precommit reports: feed and ticks. */
export const Prices = list(pair(text, integer));
export type Prices = Infer<typeof Prices>;

/** A prevote (step 1) or precommit (step 2); an empty block id votes for nil. */
export const Vote = variant("Vote", {
  chain: text,
  height: integer,
  round: integer,
  step: integer,
  block_id: octets,
  time: integer,
  prices: Prices,
});
export type Vote = Infer<typeof Vote>;

export const Proposal = variant("Proposal", {
  chain: text,
  height: integer,
  round: integer,
  block_id: octets,
  valid_round: integer,
});
export type Proposal = Infer<typeof Proposal>;

export const Message = union(Proposal, Vote);
export type Message = Infer<typeof Message>;

export const SignedMessage = record({ sender: octets, message: Message, signature: octets });
export type SignedMessage = Infer<typeof SignedMessage>;

/** One validator's precommit in a commit: what its vote does not share with the others. */
export const CommitSignature = record({ validator: octets, time: integer, prices: Prices, signature: octets });
export type CommitSignature = Infer<typeof CommitSignature>;

export const Commit = record({ height: integer, round: integer, block_id: octets, signatures: list(CommitSignature) });
export type Commit = Infer<typeof Commit>;

/** A validator's own state at one height; an empty value is none, and round −1 is none. */
export const Node = record({
  chain: text,
  height: integer,
  key: octets,
  total_power: integer,
  round: integer,
  step: integer,
  locked_value: octets,
  locked_round: integer,
  valid_value: octets,
  valid_round: integer,
  decision: octets,
});
export type Node = Infer<typeof Node>;

/** A claim that the guard of one rule holds. */
export const Claim = union(
  variant("Start", {}),
  variant("Proposed", { proposal: Proposal }),
  variant("Polka", { proposal: Proposal }),
  variant("Commit", { proposal: Proposal }),
  variant("NilPolka", {}),
  variant("Split", { step: integer }),
  variant("Ahead", { round: integer }),
  variant("Timeout", { step: integer, round: integer }),
);
export type Claim = Infer<typeof Claim>;

/** What a validator does, in order: nothing is sent before what it rests on is on disk. */
export const ConsensusAction = union(
  variant("Persist", { node: Node, message: optional(Message) }),
  variant("Broadcast", { message: Message }),
  variant("Schedule", { step: integer, round: integer }),
  variant("Decide", { round: integer, block_id: octets }),
);
export type ConsensusAction = Infer<typeof ConsensusAction>;

export const Outcome = record({ node: Node, actions: list(ConsensusAction) });
export type Outcome = Infer<typeof Outcome>;
