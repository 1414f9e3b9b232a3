"""A run: a trace once more from the start, with nothing left out, and what each validator needed to have received.

The exploration leaves out of its states what makes no difference to what can happen. Here the trace is run again on
`step` with whole records, and at its end the decisions are taken that the last state allows. That is a check of the
exploration by itself: each claim must have the effect that it had there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from clearstone.models.tendermint.effects import Happening
from clearstone.models.tendermint.instance import CHAIN, HEIGHT, Instance
from clearstone.models.tendermint.local_states import LocalState
from clearstone.models.tendermint.soup import Soup
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Outcome, Persist
from clearstone.spec.consensus.claims import Claim, Commit, Polka, Proposed, Start
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Message, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.node import NEW
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.rules import resume
from clearstone.spec.consensus.step import step


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of a run."""

    happening: Happening | None
    """What happened; None at the start."""
    outcome: Outcome | None
    """What `step` said; None at the start and for a crash between two claims."""
    validators: tuple[LocalState, ...]
    """The correct validators afterwards, in the order of their places."""
    needed: tuple[SignedMessage, ...] = ()
    """Messages that the validator acted on: with as little from the Byzantine as had the same effect."""


class Run:
    """A run on its way."""

    def __init__(self, instance: Instance) -> None:
        """Begin with fresh validators."""
        self.instance = instance
        self.soup = Soup(instance)
        keys = ((place, instance.validators[place].key) for place in instance.correct)
        fresh = (replace(instance.fresh_node(place), key=key) for place, key in keys)
        self.moments = [Moment(None, None, tuple(LocalState(node, node, frozenset(), 0) for node in fresh))]

    @property
    def now(self) -> tuple[LocalState, ...]:
        """The correct validators as they are."""
        return self.moments[-1].validators

    def fill(self, byzantine: Iterable[int]) -> None:
        """Put into the log what the correct have sent, and what these of the Byzantine could."""
        powers = [self.instance.powers[place] for place in self.instance.correct]
        self.soup.bare = [sum(self.instance.powers[place] for place in byzantine)] * len(self.soup.bare)
        self.soup.fill(powers, [self.soup.contributions(local) for local in self.now])

    def outcome(self, happening: Happening, byzantine: Iterable[int]) -> Outcome:
        """What `step` says to a claim if so many of the Byzantine take part."""
        assert happening.claim is not None, "a crash is no claim"
        self.fill(byzantine)
        turns = self.instance.turns(happening.validator)
        self.soup.own_candidate = dict.fromkeys(turns, happening.candidate)
        return step(self.now[self.instance.correct.index(happening.validator)].node, self.soup, happening.claim)

    def go(self, happening: Happening, *, must_act: bool = True) -> None:
        """Let something happen; a claim must have an effect unless what is to be shown is that it has none."""
        index = self.instance.correct.index(happening.validator)
        local, outcome = self.now[index], None
        needed: tuple[SignedMessage, ...] = ()
        done = happening.carried_out
        if happening.claim is not None:
            outcome = self.outcome(happening, self.instance.byzantine)
            acts = outcome.actions or outcome.node != local.node
            assert acts or not must_act, "a claim of a trace has an effect"
            needed = self.needed(happening, outcome)
        actions = () if outcome is None else outcome.actions if done is None else outcome.actions[:done]
        said, stored = local.said, local.stored
        for action in actions:
            if isinstance(action, Persist):
                stored = action.node
                said = said | {action.message} if done is not None and action.message is not None else said
            elif isinstance(action, Broadcast):
                said = said | {action.message}
        if done is None:
            assert outcome is not None, "what has no claim is a crash"
            after = LocalState(outcome.node, stored, said, local.crashes)
        else:
            after = LocalState(resume(stored).node, stored, said, local.crashes + 1)
        validators = (*self.now[:index], after, *self.now[index + 1 :])
        self.moments.append(Moment(happening, outcome, validators, needed))

    def needed(self, happening: Happening, outcome: Outcome) -> tuple[SignedMessage, ...]:
        """The messages behind a claim: its proposal, the votes that it asks about, as few Byzantine as will do."""
        liars = sorted(self.instance.byzantine)
        subsets = [each for size in range(len(liars) + 1) for each in combinations(liars, size)]
        subsets.sort(key=lambda each: sum(self.instance.powers[place] for place in each))
        chosen = next(each for each in subsets if self.outcome(happening, each) == outcome)
        messages = [signed_proposal(self.instance, p) for p in named(happening.claim)]
        for vote in asked(self.instance, happening.claim):
            messages += [self.signed(place, vote) for place in chosen]
            said_by = zip(self.instance.correct, self.now, strict=True)
            messages += [self.signed(place, vote) for place, local in said_by if vote in local.said]
        return tuple(messages)

    def signed(self, place: int, message: Message) -> SignedMessage:
        """A message of a validator."""
        return SignedMessage(self.instance.validators[place].key, message, bytes(64))

    def take_decisions(self) -> None:
        """Let validators decide differently, if the state as it is allows it."""
        decided = {local.node.decision for local in self.now} - {NIL}
        have_begun = sorted(range(len(self.now)), key=lambda index: self.now[index].node.step == NEW)
        for index in have_begun:
            place, local = self.instance.correct[index], self.now[index]
            if local.node.decision != NIL or len(decided) > 1:
                continue
            before = len(self.moments)
            if local.node.step == NEW:
                self.go(Happening(place, Start(), NIL, None))
            for proposal in self.instance.proposals:
                commit = Happening(place, Commit(proposal), NIL, None)
                if proposal.block_id not in decided and self.outcome(commit, self.instance.byzantine).actions:
                    self.go(commit)
                    decided.add(proposal.block_id)
                    break
            else:
                del self.moments[before:]  # it need not have begun


def run(instance: Instance, happenings: Sequence[Happening]) -> list[Moment]:
    """Run a trace from the start, and take the decisions that it leads to."""
    made = Run(instance)
    for number, happening in enumerate(happenings, 1):
        made.go(happening, must_act=number < len(happenings))
    made.take_decisions()
    return made.moments


def named(claim: Claim | None) -> tuple[Proposal, ...]:
    """The proposal that a claim is about."""
    return (claim.proposal,) if isinstance(claim, (Proposed, Polka, Commit)) else ()


def asked(instance: Instance, claim: Claim | None) -> tuple[Message, ...]:
    """The votes that a claim rests on, as far as they can free from a lock or prove a decision."""
    if not isinstance(claim, (Proposed, Polka, Commit)):
        return ()
    about = claim.proposal
    round = about.valid_round if isinstance(claim, Proposed) else about.round
    if round < 0:
        return ()
    kind = PRECOMMIT if isinstance(claim, Commit) else PREVOTE
    return (Vote(CHAIN, HEIGHT, round, kind, about.block_id, 0, ()),)


def signed_proposal(instance: Instance, proposal: Proposal) -> SignedMessage:
    """A proposal, signed by the validator whose turn it is."""
    return SignedMessage(proposer(instance.validators, HEIGHT, proposal.round), proposal, bytes(64))
