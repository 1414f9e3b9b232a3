/** What a validator has received at one height, as the rules ask about it (CONS-2). */

import type { Message, Proposal, SignedMessage, Validators } from "../records/consensus.js";
import type { Hex } from "../values.js";
import { NIL } from "./messages.js";
import { powerOf } from "./validators.js";

export interface BlocksKnown {
  /** Blocks that may follow the last decided one. */
  readonly valid: readonly Hex[];
  /** What this validator would propose, if it is its turn; else none. */
  readonly candidate: Hex;
}

export class MessageLog {
  private readonly messages: readonly SignedMessage[];

  /** Messages that were admitted (`checkMessage`); one of another height, or of no round, answers nothing. */
  constructor(
    chain: string,
    height: bigint,
    private readonly validators: Validators,
    received: readonly SignedMessage[],
    private readonly blocks: BlocksKnown,
  ) {
    this.messages = received.filter(
      ({ message }) => message.chain === chain && message.height === height && message.round >= 0n,
    );
  }

  /** Power of the senders, each counted once, of messages like this. */
  private powerWhere(matches: (message: Message) => boolean): bigint {
    const senders = new Set(this.messages.filter(({ message }) => matches(message)).map(({ sender }) => sender));
    return [...senders].reduce((sum, sender) => sum + powerOf(this.validators, sender), 0n);
  }

  /** Who votes for two blocks counts for each of them. */
  powerFor(step: bigint, round: bigint, block: Hex): bigint {
    return this.powerWhere(
      (each) => each.kind === "Vote" && each.step === step && each.round === round && each.block_id === block,
    );
  }

  powerOfAnyVote(step: bigint, round: bigint): bigint {
    return this.powerWhere((each) => each.kind === "Vote" && each.step === step && each.round === round);
  }

  powerHeard(round: bigint): bigint {
    return this.powerWhere((each) => each.round === round);
  }

  /** Whether this very proposal is there; that it came from the proposer of its round was asked when it was admitted. */
  hasProposal(sought: Proposal): boolean {
    return this.messages.some(
      ({ message }) =>
        message.kind === "Proposal" &&
        message.round === sought.round &&
        message.block_id === sought.block_id &&
        message.valid_round === sought.valid_round,
    );
  }

  isValid(block: Hex): boolean {
    return block !== NIL && this.blocks.valid.includes(block);
  }

  get candidate(): Hex {
    return this.blocks.candidate;
  }
}
