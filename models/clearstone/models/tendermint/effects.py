"""What claims lead to, remembered: each local state, claim and outcome is followed up and judged once.

`step` is a pure function of a node, a claim, and what it asks of the log. If it asks nothing that depends on the state,
its outcome is the same in all states, and it is called once; else it is called in every state, whatever it said in
others, and only what follows from an outcome that was seen before (the new local state, the invariants' verdict) is
looked up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from clearstone.models.tendermint import safety
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.local_states import LocalState, LocalStates
from clearstone.models.tendermint.soup import CountingLog, Soup
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide, Outcome
from clearstone.spec.consensus.claims import Ahead, Claim, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PREVOTE, SignedMessage, Vote
from clearstone.spec.consensus.step import step

Heard: TypeAlias = Callable[[], tuple[SignedMessage, ...]]
"""The messages of others that a validator may have had."""


class Happening(NamedTuple):
    """One correct validator's claim, or crash."""

    validator: int
    """Which validator, by place."""
    claim: Claim | None
    """The claim; None if it crashed between two."""
    candidate: bytes
    """The block that it would propose, if it is its turn; else NIL."""
    carried_out: int | None
    """After how many of the claim's actions it crashed; None if it did not crash."""


class Way(NamedTuple):
    """One way in which a claim can end."""

    carried_out: int | None
    """After how many actions it crashed; None if it did not."""
    after: int
    """Where the validator is then: the number of its local state."""
    findings: tuple[str, ...]
    """What is wrong with that."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a claim led to."""

    claim: Claim | None
    """The claim; None for a crash between two."""
    candidate: bytes
    """The block that the validator would propose, if it is its turn; else NIL."""
    outcome: Outcome
    """What `step` said."""
    ways: tuple[Way, ...]
    """How it can end: carried out, or cut short by a crash."""
    decides: frozenset[tuple[int, bytes]]
    """What is decided: the round of the commit, and the block."""
    findings: tuple[str, ...] | None
    """What is wrong with the step; None if that depends on who else voted, and must be asked of their votes."""
    values: frozenset[bytes] = frozenset()
    """The blocks that are decided."""
    verdicts: dict[tuple[object, ...], tuple[str, ...]] = field(default_factory=dict)
    """What is wrong with the step, where that depends on others: by who claims and how the others voted."""


class Asking(NamedTuple):
    """A claim that must be made in every state."""

    claim: Claim
    """The claim."""
    candidate: bytes
    """The block that the validator would propose, if it is its turn; else NIL."""
    led_to: list[Effect]
    """What it has led to so far, each effect once."""
    joins: int | None
    """The later round that it is to lead to once enough are in that; None if it is no such claim."""


@dataclass(slots=True)
class Prospects:
    """What one validator in one local state can do."""

    fixed: list[Effect] = field(default_factory=list)
    """What it can do in any state."""
    asking: list[Asking] = field(default_factory=list)
    """Claims that must be made in every state."""


class Effects:
    """All that was seen of what claims lead to."""

    def __init__(self, instance: Instance, locals: LocalStates, soup: Soup, judges: bool) -> None:
        """Nothing has been seen yet."""
        self.instance = instance
        self.locals = locals
        self.soup = soup
        self.judges = judges
        self.prospects: dict[int, Prospects] = {}
        self.turns = {place: instance.turns(place) for place in instance.correct}

    def of(self, place: int, number: int) -> Prospects:
        """What a validator can do; validators that never propose are not told apart."""
        known = self.prospects.get(number)
        if known is None:
            known = self.prospects[number] = self._found(place, number, self.turns[place])
        return known

    def _found(self, place: int, number: int, rounds: tuple[int, ...]) -> Prospects:
        found, log = Prospects(), CountingLog(self.soup)
        local = self.locals.all[number]
        for candidate in self.instance.names if rounds else (NIL,):
            self.soup.own_candidate = dict.fromkeys(rounds, candidate)
            for claim in self.instance.claims:
                log.asked = 0
                outcome = step(local.node, log, claim)
                if log.asked or (self.instance.timers_are_scheduled and isinstance(claim, Timeout)):
                    due = self.judges and safety.left_behind(self.instance, local.node, claim, self.instance.total)
                    joins = claim.round if due and isinstance(claim, Ahead) else None
                    found.asking.append(Asking(claim, candidate, [], joins))
                elif outcome.actions or outcome.node is not local.node:
                    found.fixed.append(self.follow(place, local, claim, candidate, outcome))
        if local.crashes < self.instance.crashes:
            after = self.locals.crashed(local, ())
            way = Way(0, self.locals.number(after), safety.crashed(after) if self.judges else ())
            found.fixed.append(Effect(None, NIL, Outcome(local.node), (way,), frozenset(), ()))
        return found

    def effect(self, asking: Asking, place: int, number: int, outcome: Outcome) -> Effect:
        """What follows from an outcome."""
        for effect in asking.led_to:
            if effect.outcome == outcome:
                return effect
        asking.led_to.append(self.follow(place, self.locals.all[number], asking.claim, asking.candidate, outcome))
        return asking.led_to[-1]

    def follow(self, place: int, local: LocalState, claim: Claim, candidate: bytes, outcome: Outcome) -> Effect:
        """Follow up an outcome that is new."""
        after = self.locals.after(local, outcome.node, outcome.actions)
        ways = [Way(None, self.locals.number(after), ())]
        if local.crashes < self.instance.crashes:
            for done in range(1, len(outcome.actions)):
                left = self.locals.crashed(local, outcome.actions[:done])
                ways.append(Way(done, self.locals.number(left), safety.crashed(left) if self.judges else ()))
        decides = frozenset((action.round, action.block_id) for action in outcome.actions if isinstance(action, Decide))
        findings: tuple[str, ...] | None = ()
        depends = goes_against_lock(local, outcome) or safety.skips(local.node, claim, outcome.node)
        if self.judges and (decides or depends):
            findings = None
        elif self.judges:
            findings = safety.claimed(self.instance, place, local, claim, outcome, after, ())
        values = frozenset(value for _, value in decides)
        return Effect(claim, candidate, outcome, tuple(ways), decides, findings, values)


def goes_against_lock(local: LocalState, outcome: Outcome) -> bool:
    """Whether the validator prevotes another block than it is locked on: then it matters who else prevoted that."""
    lock = local.node
    return lock.locked_round != NO_ROUND and any(
        isinstance(action, Broadcast)
        and isinstance(action.message, Vote)
        and action.message.step == PREVOTE
        and action.message.block_id not in (NIL, lock.locked_value)
        for action in outcome.actions
    )
