"""Programs of the network, as plain data: who lies, then what arrives where, whose timer runs out, who crashes.

Nothing arrives and no timer runs out unless a step says so: loss is a message that never arrives, delay and reordering
are steps in another order. Validators go by their index, blocks by a letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from clearstone.models.directed_scenarios.stage import INVALID, OTHER, block_of
from clearstone.models.stateful.shrinking import altered
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import NO_ROUND

VALUES = {
    "nil": NIL,
    "a": block_of(0),
    "b": block_of(1),
    "c": block_of(2),
    "d": block_of(3),
    "other": OTHER,
    "invalid": INVALID,
}
"""What can be voted for, by name: nothing, the validators' own blocks, a liar's, one that breaks a rule."""
EQUAL = (1, 1, 1, 1)
"""Four validators of equal power: one may lie."""
UNEQUAL = (2, 2, 1, 1)
"""Two thirds of it is exactly what the first two have, and a third what one of them has: one of the others may lie."""


@dataclass(frozen=True, slots=True)
class Arrive:
    """What a correct validator has said arrives at some."""

    step: int
    """Which of its messages: its proposal (0), its prevote (1), its precommit (2)."""
    round: int
    """Of which round."""
    sender: int
    """Whose."""
    to: tuple[int, ...]
    """Where it arrives."""


@dataclass(frozen=True, slots=True)
class Lie:
    """A liar signs a vote and sends it to some."""

    liar: int
    """Which liar."""
    step: int
    """Prevote (1) or precommit (2)."""
    round: int
    """Of which round."""
    value: str
    """For what."""
    to: tuple[int, ...]
    """Where it arrives."""


@dataclass(frozen=True, slots=True)
class Propose:
    """A liar signs a proposal and sends it to some."""

    liar: int
    """Which liar."""
    round: int
    """Of which round."""
    value: str
    """What."""
    to: tuple[int, ...]
    """Where it arrives."""
    valid_round: int = NO_ROUND
    """In which round it says that a quorum prevoted it; −1 for none."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What all correct validators have said of a kind arrives at some."""

    step: int
    """Their proposals (0), prevotes (1) or precommits (2)."""
    round: int
    """Of which round."""
    to: tuple[int, ...]
    """Where it arrives."""


@dataclass(frozen=True, slots=True)
class Forge:
    """A liar makes messages that may not be counted, or that convict nobody, and shows them to everybody."""

    liar: int
    """Which liar."""
    how: str
    """What is wrong with it, in the words of `network_forgeries`."""
    round: int
    """Of which round."""
    value: str
    """For what, if it is for something."""


@dataclass(frozen=True, slots=True)
class TimeOut:
    """Timers run out, where they run."""

    step: int
    """Of which step."""
    who: tuple[int, ...]
    """At whom."""


@dataclass(frozen=True, slots=True)
class Crash:
    """A validator goes down."""

    who: int
    """Which."""
    after: int = 0
    """After how many more of its actions: 0 for at once."""


@dataclass(frozen=True, slots=True)
class Restart:
    """A validator comes back with what is on its disk."""

    who: int
    """Which."""


@dataclass(frozen=True, slots=True)
class Talk:
    """Some tell each other all that they have heard; after that their timers may run out, as on a quick network."""

    among: tuple[int, ...]
    """Who."""
    rounds: int = 0
    """For how many rounds."""


@dataclass(frozen=True, slots=True)
class Calm:
    """The network is quick from now on, and all correct validators are up: each must decide."""


Step: TypeAlias = Arrive | Poll | Lie | Propose | Forge | TimeOut | Crash | Restart | Talk | Calm
"""What can happen."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program."""

    liars: tuple[int, ...]
    """Who lies, of four validators."""
    steps: tuple[Step, ...]
    """What happens, after all correct validators have begun."""
    powers: tuple[int, ...] = EQUAL
    """The power of each."""


def plainer(step: Step) -> Iterator[Step]:
    """Steps that are a little plainer than one."""
    for name in ("to", "who", "among"):
        held = getattr(step, name, ())
        if isinstance(held, tuple) and len(held) > 1:
            for index in held:
                yield altered(step, **{name: tuple(other for other in held if other != index)})
    if isinstance(step, Poll):
        yield from (Arrive(step.step, step.round, sender, step.to) for sender in range(4))
    if isinstance(step, Talk) and step.rounds > 0:
        yield replace(step, rounds=step.rounds - 1)
    if isinstance(step, Crash) and step.after > 0:
        yield replace(step, after=0)


def joined(first: Step, second: Step) -> Iterator[Step]:
    """Steps that may do for two: the same with both groups."""
    if type(first) is type(second):
        for name in ("to", "who", "among"):
            one, other = getattr(first, name, 0), getattr(second, name, 0)
            if isinstance(one, tuple) and isinstance(other, tuple) and altered(second, **{name: one}) == first:
                yield altered(first, **{name: tuple(sorted({*one, *other}))})
