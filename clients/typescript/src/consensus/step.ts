/**
 * One step of a validator: a claim that the guard of a rule holds, and the rule, which checks it and fires or stays
 * (CONS-2, CONS-3). The line numbers are those of algorithm 1 of the Tendermint paper (arXiv 1807.04938).
 */

import type { Claim, ConsensusAction, Message, Node, Outcome, Proposal } from "../records/consensus.js";
import type { Hex } from "../values.js";
import type { MessageLog } from "./log.js";
import { NIL, NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE } from "./messages.js";
import { exceedsThird, isQuorum } from "./validators.js";

/** The step of a validator that has not begun the height. */
const NEW = -1n;

export function takeStep(node: Node, log: MessageLog, claim: Claim): Outcome {
  return node.decision === NIL ? (new Turn(node, log).follow(claim) ?? stay(node)) : stay(node);
}

/** What a validator does first after a restart: it awaits a proposal again, as the timer did not outlast it. */
export function resume(node: Node): Outcome {
  if (node.decision !== NIL || node.step !== PROPOSE) return stay(node);
  return { node, actions: [schedule(PROPOSE, node.round)] };
}

const stay = (node: Node): Outcome => ({ node, actions: [] });

const schedule = (step: bigint, round: bigint): ConsensusAction => ({ kind: "Schedule", step, round });

/** What is to be said is on disk first, with the state that it leaves the validator in. */
const say = (node: Node, message: Message): Outcome => ({
  node,
  actions: [
    { kind: "Persist", node, message },
    { kind: "Broadcast", message },
  ],
});

/** What a rule did, or nothing where its guard does not hold. */
type Effect = Outcome | undefined;

class Turn {
  constructor(
    private readonly node: Node,
    private readonly log: MessageLog,
  ) {}

  /** The first claim of a height is `Start`, whatever else may hold: before it nothing fires. */
  follow(claim: Claim): Effect {
    if ((this.node.step === NEW) !== (claim.kind === "Start")) return undefined;
    switch (claim.kind) {
      case "Start":
        return this.enter(0n);
      case "Proposed":
        return this.prevoteOn(claim.proposal);
      case "Polka":
        return this.precommitOn(claim.proposal);
      case "Commit":
        return this.decide(claim.proposal);
      case "NilPolka":
        return this.precommitNil();
      case "Split":
        return this.awaitMoreVotes(claim.step);
      case "Ahead":
        return this.skipTo(claim.round);
      case "Timeout":
        return this.timeOut(claim.step, claim.round);
    }
  }

  /** Lines 11 to 21: propose what a quorum prevoted before, else a block of one's own; or await a proposal. */
  private enter(round: bigint): Outcome {
    const { chain, height, valid_value, valid_round } = this.node;
    const node: Node = { ...this.node, round, step: PROPOSE };
    if (this.log.candidate === NIL) return { node, actions: [schedule(PROPOSE, round)] };
    const block_id = valid_value === NIL ? this.log.candidate : valid_value;
    return say(node, { kind: "Proposal", chain, height, round, block_id, valid_round });
  }

  /** Lines 22 to 33: for a valid block that the lock allows, else for nothing. */
  private prevoteOn(proposal: Proposal): Effect {
    const { node, log } = this;
    if (node.step !== PROPOSE || !this.isOfThisRound(proposal)) return undefined;
    const { block_id, valid_round } = proposal;
    const fresh = valid_round === NO_ROUND;
    if (!fresh) {
      const earlier = 0n <= valid_round && valid_round < node.round;
      if (!earlier || !this.isQuorum(log.powerFor(PREVOTE, valid_round, block_id))) return undefined;
    }
    // A quorum in an earlier round frees from a lock of that round or an older one.
    const free = fresh ? node.locked_round === NO_ROUND : node.locked_round <= valid_round;
    const accepted = log.isValid(block_id) && (free || node.locked_value === block_id);
    return this.vote(PREVOTE, accepted ? block_id : NIL);
  }

  /** Lines 36 to 43: remember what a quorum prevoted; lock and precommit it unless that is done already. */
  private precommitOn(proposal: Proposal): Effect {
    const { node, log } = this;
    const { block_id } = proposal;
    if (node.step < PREVOTE || !this.isOfThisRound(proposal) || !log.isValid(block_id)) return undefined;
    if (!this.isQuorum(log.powerFor(PREVOTE, node.round, block_id))) return undefined;
    const seen: Node = { ...node, valid_value: block_id, valid_round: node.round };
    if (node.step !== PREVOTE) return stay(seen);
    return this.vote(PRECOMMIT, block_id, { ...seen, locked_value: block_id, locked_round: node.round });
  }

  /** Lines 44 to 46. */
  private precommitNil(): Effect {
    const { node, log } = this;
    if (node.step !== PREVOTE || !this.isQuorum(log.powerFor(PREVOTE, node.round, NIL))) return undefined;
    return this.vote(PRECOMMIT, NIL);
  }

  /** Lines 34, 35, 47 and 48: a quorum voted, perhaps not for the same; the others get a while. */
  private awaitMoreVotes(step: bigint): Effect {
    const { node, log } = this;
    const due = step === PREVOTE ? node.step === PREVOTE : step === PRECOMMIT;
    if (!due || !this.isQuorum(log.powerOfAnyVote(step, node.round))) return undefined;
    return { node, actions: [schedule(step, node.round)] };
  }

  /** Lines 49 to 54: a decision of any round. */
  private decide(proposal: Proposal): Effect {
    const { log } = this;
    const { round, block_id } = proposal;
    if (!this.isProposed(proposal) || !log.isValid(block_id)) return undefined;
    if (!this.isQuorum(log.powerFor(PRECOMMIT, round, block_id))) return undefined;
    const node: Node = { ...this.node, decision: block_id };
    return {
      node,
      actions: [
        { kind: "Persist", node, message: null },
        { kind: "Decide", round, block_id },
      ],
    };
  }

  /** Lines 55 and 56: somebody honest is in a later round. */
  private skipTo(round: bigint): Effect {
    const { node, log } = this;
    return round > node.round && exceedsThird(log.powerHeard(round), node.total_power) ? this.enter(round) : undefined;
  }

  /** Lines 57 to 67: a timer matters to the round and the step that it was set in. */
  private timeOut(step: bigint, round: bigint): Effect {
    const { node } = this;
    if (round !== node.round) return undefined;
    if (step === PRECOMMIT) return this.enter(round + 1n);
    if (step !== node.step) return undefined;
    if (step === PROPOSE) return this.vote(PREVOTE, NIL);
    return step === PREVOTE ? this.vote(PRECOMMIT, NIL) : undefined;
  }

  private isQuorum(power: bigint): boolean {
    return isQuorum(power, this.node.total_power);
  }

  private isProposed(proposal: Proposal): boolean {
    const { chain, height } = this.node;
    return (
      proposal.chain === chain &&
      proposal.height === height &&
      proposal.block_id !== NIL &&
      this.log.hasProposal(proposal)
    );
  }

  private isOfThisRound(proposal: Proposal): boolean {
    return proposal.round === this.node.round && this.isProposed(proposal);
  }

  /** The extension of a precommit is left empty: whoever signs fills it in. */
  private vote(step: bigint, block_id: Hex, from: Node = this.node): Outcome {
    const { chain, height, round } = from;
    return say({ ...from, step }, { kind: "Vote", chain, height, round, step, block_id, time: 0n, prices: [] });
  }
}
