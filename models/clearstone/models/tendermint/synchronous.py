"""Termination: once messages arrive in time, everybody decides within a known number of rounds.

Here the network is good. What a correct validator sends, and what a Byzantine one says to anybody, reaches all the
correct before any of their timers runs out. So a step is either of these, and whatever follows from it without a timer
follows at once, every validator making all claims that have an effect:

- a Byzantine validator says one more thing, of a round that somebody is in or has been in: a vote for anything, or, in
  its turn, a proposal of anything; it may contradict itself, and it may say nothing, for ever;
- a timer runs out that the rules have scheduled: one of the earliest round and step in which any runs, since all start
  within a message's delay and grow with the rounds; whose of those is up to chance.

If no timer runs and somebody has not decided, he never will: that is what is wrong with a state. Rounds are bounded by
the instance, so a validator that would have to enter one more is such a one too; and so is how much the Byzantine say.
Correct proposers propose a value of their own, or the valid one that they remember.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from clearstone.models.exploration.system import Expansion, Step
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.local_states import LocalState, LocalStates
from clearstone.models.tendermint.safety import every_vote
from clearstone.models.tendermint.soup import Soup
from clearstone.models.tendermint.traces import claim_text, message_text, named
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Schedule
from clearstone.spec.consensus.claims import Claim, Split, Timeout
from clearstone.spec.consensus.messages import PROPOSE, Message
from clearstone.spec.consensus.step import step

SynchronousState: TypeAlias = tuple[tuple[int, ...], frozenset[Message]]
"""The number of each correct validator's local state, and what the Byzantine have said."""


@dataclass(frozen=True, slots=True)
class RanOut:
    """CONS-2. A timer of a correct validator ran out."""

    validator: int
    """Which validator, by place."""
    claim: Timeout
    """The timer."""


@dataclass(frozen=True, slots=True)
class Said:
    """CONS-2. A Byzantine validator said something to everybody."""

    message: Message
    """What it said."""


Event: TypeAlias = RanOut | Said
"""What can happen in a good network."""


def event_text(event: Event) -> str:
    """An event in a line."""
    if isinstance(event, RanOut):
        return f"{named(event.validator)} {claim_text(event.claim)}"
    return f"a Byzantine validator {message_text(event.message)} in round {event.message.round}"


class SynchronousSystem:
    """An instance with real proposers, in a good network."""

    def __init__(self, instance: Instance, most_said: int = 3) -> None:
        """Explore this instance, which has proposers, keeps decisions, and has no crashes.

        The Byzantine say at most `most_said` things, which bounds the number of their combinations.
        """
        self.most_said = most_said
        if instance.proposers is None or not instance.keeps_decisions or instance.crashes:
            raise ValueError("the instance has to have proposers and decisions, and no crashes")
        self.instance = instance
        self.locals = LocalStates(instance)
        self.soup = Soup(instance, liars_said_all=False)
        self.filled: SynchronousState | None = None
        self.prompt = [claim for claim in instance.claims if not isinstance(claim, Timeout)]
        timeouts = [claim for claim in instance.claims if isinstance(claim, Timeout)]
        self.timeouts = sorted(timeouts, key=lambda claim: (claim.round, claim.step))
        self.powers = [*(instance.powers[place] for place in instance.correct), instance.byzantine_power]

    def initial(self) -> Iterator[SynchronousState]:
        """Everybody begins."""
        yield self.settled(self.locals.starts, frozenset())

    def canonical(self, state: SynchronousState) -> SynchronousState:
        """No two states count as one."""
        return state

    def expand(self, state: SynchronousState) -> Expansion[SynchronousState, Event]:
        """Let a timer run out, or a Byzantine validator say something."""
        locals, said = state
        steps: list[Step[SynchronousState, Event]] = []
        for claim in self.timeouts:
            if steps:
                break  # those of an earlier round or step run out first
            for index in range(len(locals)):
                after = self.claimed(locals, said, index, claim)
                if after is not None:
                    steps.append(Step(RanOut(self.instance.correct[index], claim), self.settled(after, said)))
        nodes = [self.locals.all[number].node for number in locals]
        late = [place for place, node in zip(self.instance.correct, nodes, strict=True) if node.decision == NIL]
        if late and not steps:
            rounds = self.instance.rounds
            return Expansion((), (f"termination: {named(late[0])} has not decided within {rounds} rounds",))
        if late and len(said) < self.most_said:
            reached = max(node.round for node in nodes)
            for message in self.sayable(reached):
                if message not in said:
                    steps.append(Step(Said(message), self.settled(locals, said | {message})))
        decided = {node.decision for node in nodes} - {NIL}
        return Expansion(steps, ("agreement: two values were decided",) if len(decided) > 1 else ())

    def after(self, state: SynchronousState, event: Event) -> SynchronousState:
        """Where an event leads; to the same state if it cannot happen."""
        locals, said = state
        if isinstance(event, Said):
            return self.settled(locals, said | {event.message})
        moved = self.claimed(locals, said, self.instance.correct.index(event.validator), event.claim)
        return state if moved is None else self.settled(moved, said)

    def sayable(self, reached: int) -> list[Message]:
        """What a Byzantine validator can say of rounds up to this one."""
        turns = [round for round, who in enumerate(self.instance.proposers or ()) if who in self.instance.byzantine]
        proposals = [each for each in self.instance.proposals if each.round in turns]
        return [each for each in (*proposals, *every_vote(self.instance)) if each.round <= reached]

    def settled(self, locals: tuple[int, ...], said: frozenset[Message]) -> SynchronousState:
        """Where everybody is once all claims that need no timer have been made."""
        moving = True
        while moving:
            moving = False
            for index in range(len(locals)):
                for claim in self.prompt:
                    after = self.claimed(locals, said, index, claim)
                    if after is not None:
                        locals, moving = after, True
        return locals, said

    def claimed(
        self, locals: tuple[int, ...], said: frozenset[Message], index: int, claim: Claim
    ) -> tuple[int, ...] | None:
        """Where everybody is after a claim; None if it has no effect."""
        if self.filled != (locals, said):
            self.fill([self.locals.all[number] for number in locals], said)
            self.filled = (locals, said)
        place, local = self.instance.correct[index], self.locals.all[locals[index]]
        turns = self.instance.turns(place)
        self.soup.own_candidate = dict.fromkeys(turns, self.instance.names[place % self.instance.values])
        if isinstance(claim, Timeout) and not self.is_running(local, claim, turns):
            return None
        outcome = step(local.node, self.soup, claim)
        if outcome.node is local.node:
            return None
        after = self.locals.number(self.locals.after(local, outcome.node, outcome.actions))
        return None if after == locals[index] else (*locals[:index], after, *locals[index + 1 :])

    def is_running(self, local: LocalState, claim: Timeout, turns: Sequence[int]) -> bool:
        """Whether this timer was scheduled, the log being filled: whoever proposes awaits no proposal."""
        if claim.step == PROPOSE:
            return claim.round not in turns
        return Schedule(claim.step, claim.round) in step(local.node, self.soup, Split(claim.step)).actions

    def fill(self, everybody: Sequence[LocalState], said: frozenset[Message]) -> None:
        """Put into the log what everybody has said."""
        liars = LocalState(everybody[0].node, everybody[0].stored, said, 0)
        self.soup.fill(self.powers, [self.soup.contributions(each) for each in (*everybody, liars)])
