/** Who is guilty if the chain forks: those who contradict themselves, or forget what they are locked on (CONS-5). */

import type { Proposal, SignedMessage, Validators, Vote } from "../records/consensus.js";
import { ascending, type Hex, Rejection } from "../values.js";
import { checkMessage, NIL, PRECOMMIT, PREVOTE } from "./messages.js";
import { isQuorum, powerOf, totalPower } from "./validators.js";

/** The keys of all whom the logs, taken together, prove guilty, ascending. */
export function accused(chain: string, validators: Validators, logs: readonly (readonly SignedMessage[])[]): Hex[] {
  const admitted = logs.flat().filter((each) => isAdmitted(chain, validators, each));
  const guilty = [...equivocators(admitted), ...new Amnesia(validators, admitted).guilty()];
  return [...new Set(guilty)].sort(ascending);
}

/** Nobody is convicted by what no correct validator would count. */
function isAdmitted(chain: string, validators: Validators, signed: SignedMessage): boolean {
  try {
    checkMessage(chain, validators, signed);
    return true;
  } catch (fault) {
    if (fault instanceof Rejection) return false;
    throw fault;
  }
}

/** Those with two different things to say where a correct validator says one. The extension is not what is voted on. */
function equivocators(messages: readonly SignedMessage[]): Hex[] {
  const said = new Map<string, string>();
  return messages.flatMap(({ sender, message }) => {
    const isVote = message.kind === "Vote";
    const place = [sender, message.height, message.round, isVote ? message.step : message.kind].join(" ");
    const content = isVote ? message.block_id : `${message.block_id} ${message.valid_round}`;
    const before = said.get(place) ?? content;
    said.set(place, content);
    return before === content ? [] : [sender];
  });
}

/** A vote for a block. */
interface Ballot {
  readonly voter: Hex;
  readonly vote: Vote;
}

const roundOf = (height: bigint, round: bigint, block: Hex): string => `${height} ${round} ${block}`;

class Amnesia {
  private readonly prevotes: readonly Ballot[];
  private readonly precommits: readonly Ballot[];
  private readonly proposals: readonly Proposal[];
  /** Where a quorum prevoted a block. */
  private readonly polkas: readonly Vote[];

  constructor(validators: Validators, messages: readonly SignedMessage[]) {
    const ballots = messages.flatMap(({ sender, message }) =>
      message.kind === "Vote" && message.block_id !== NIL ? [{ voter: sender, vote: message }] : [],
    );
    this.prevotes = ballots.filter(({ vote }) => vote.step === PREVOTE);
    this.precommits = ballots.filter(({ vote }) => vote.step === PRECOMMIT);
    this.proposals = messages.flatMap(({ message }) => (message.kind === "Proposal" ? [message] : []));
    this.polkas = polkasAmong(validators, this.prevotes);
  }

  /** The voters of prevotes that go against an earlier precommit of theirs, which nothing freed them from. */
  guilty(): Hex[] {
    return this.prevotes.filter((prevote) => this.isAmnesiac(prevote)).map(({ voter }) => voter);
  }

  private isAmnesiac({ voter, vote }: Ballot): boolean {
    return this.precommits.some(
      ({ voter: locked, vote: lock }) =>
        locked === voter &&
        lock.height === vote.height &&
        lock.round < vote.round &&
        lock.block_id !== vote.block_id &&
        !this.isFreed(voter, lock, vote),
    );
  }

  /** By a quorum of prevotes for the block, from the round of the lock on and before the vote. */
  private isFreed(voter: Hex, lock: Vote, vote: Vote): boolean {
    return this.polkas.some(
      (polka) =>
        polka.height === vote.height &&
        polka.block_id === vote.block_id &&
        lock.round <= polka.round &&
        polka.round < vote.round &&
        (this.isNamed(vote, polka.round) || (lock.round < polka.round && this.hasPrecommitted(voter, polka))),
    );
  }

  /** The proposal of the vote's round named the round of that quorum. */
  private isNamed(vote: Vote, round: bigint): boolean {
    return this.proposals.some(
      (each) =>
        each.height === vote.height &&
        each.round === vote.round &&
        each.block_id === vote.block_id &&
        each.valid_round === round,
    );
  }

  /** The voter's lock moved with that quorum. */
  private hasPrecommitted(voter: Hex, polka: Vote): boolean {
    return this.precommits.some(
      ({ voter: each, vote }) =>
        each === voter &&
        vote.height === polka.height &&
        vote.round === polka.round &&
        vote.block_id === polka.block_id,
    );
  }
}

function polkasAmong(validators: Validators, prevotes: readonly Ballot[]): Vote[] {
  const voters = new Map<string, { vote: Vote; keys: Set<Hex> }>();
  for (const { voter, vote } of prevotes) {
    const place = roundOf(vote.height, vote.round, vote.block_id);
    const entry = voters.get(place) ?? { vote, keys: new Set() };
    entry.keys.add(voter);
    voters.set(place, entry);
  }
  const total = totalPower(validators);
  return [...voters.values()]
    .filter(({ keys }) =>
      isQuorum(
        [...keys].reduce((sum, key) => sum + powerOf(validators, key), 0n),
        total,
      ),
    )
    .map(({ vote }) => vote);
}
