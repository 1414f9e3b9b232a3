"""The machine that makes up programs of the network: an adversary that is scheduler, wire, and one of the validators.

It chooses what arrives where and when, whose timers run out, who crashes between which two actions, and what its own
validator signs. It may let whole groups talk, as else hardly a round would ever pass.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis import target
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.network_program import (
    VALUES,
    Arrive,
    Calm,
    Crash,
    Lie,
    Propose,
    Restart,
    Step,
    Talk,
    TimeOut,
)
from clearstone.models.stateful.network_run import NetworkRun, kind_of
from clearstone.spec.consensus.messages import NO_ROUND, SignedMessage

EVERYBODY = (0, 1, 2, 3)
"""The validators, by index."""
GROUPS = (EVERYBODY, *combinations(EVERYBODY, 3), *combinations(EVERYBODY, 2), *((index,) for index in EVERYBODY))
"""All groups of them, the large ones first."""

group = st.sampled_from(GROUPS)
someone = st.sampled_from(EVERYBODY)
value = st.sampled_from(tuple(VALUES))
rounds = st.integers(0, 3)


def unheard(run: NetworkRun) -> list[tuple[SignedMessage, int]]:
    """What was said and has not arrived, with where it has not."""
    return [
        (signed, index)
        for signed in run.stage.said
        for index, actor in run.stage.actors.items()
        if actor.running and signed not in actor.known
    ]


class NetworkMachine(RuleBasedStateMachine):
    """Makes up a program while it runs."""

    observe: ClassVar[Callable[[NetworkRun], None]] = staticmethod(lambda run: None)
    """Called with each program that has come to its end."""

    def __init__(self) -> None:
        super().__init__()
        self.run: NetworkRun | None = None

    @property
    def now(self) -> NetworkRun:
        """The run so far."""
        assert self.run is not None, "a program starts with its liars"
        return self.run

    def take(self, step: Step) -> None:
        """Take a step, and end the program if anything is wrong."""
        violations = self.now.take(step).violations
        if violations:
            raise Broken(violations)

    def teardown(self) -> None:
        """Say how many rounds and how many locks there were."""
        if self.run is not None:
            type(self).observe(self.run)
            nodes = self.run.nodes().values()
            target(float(max(node.round for node in nodes)), label="rounds")
            target(float(len({node.locked_value for node in nodes})), label="different locks")

    @initialize(liar=someone)
    def start(self, liar: int) -> None:
        """Begin."""
        self.run = NetworkRun((liar,))

    @precondition(lambda self: bool(unheard(self.now)))
    @rule(which=st.integers(0, 31), to=group)
    def something_arrives(self, which: int, to: tuple[int, ...]) -> None:
        """Something that was said arrives, at one who lacks it and perhaps at others."""
        lacking = unheard(self.now)
        signed, index = lacking[which % len(lacking)]
        sender = [key.public for key in self.now.stage.keys].index(signed.sender)
        self.take(Arrive(kind_of(signed), signed.message.round, sender, tuple(sorted({index, *to}))))

    @rule(step=st.sampled_from((1, 2)), ahead=st.integers(-1, 1), value=value, to=group)
    def the_liar_votes(self, step: int, ahead: int, value: str, to: tuple[int, ...]) -> None:
        """The liar votes, about the round in which somebody is."""
        self.take(Lie(self.now.liars[0], step, self._round(to) + ahead, value, to))

    @rule(value=value, to=group, valid_round=st.integers(NO_ROUND, 2))
    def the_liar_proposes(self, value: str, to: tuple[int, ...], valid_round: int) -> None:
        """The liar proposes in its turn: its own round, or four later."""
        liar = self.now.liars[0]
        self.take(Propose(liar, liar + 4 * (self._round(to) // 4), value, to, valid_round))

    @rule(step=st.sampled_from((0, 1, 2)), who=group)
    def timers_run_out(self, step: int, who: tuple[int, ...]) -> None:
        """Timers run out at some."""
        self.take(TimeOut(step, who))

    @rule(among=group, rounds=st.integers(0, 1))
    def some_talk(self, among: tuple[int, ...], rounds: int) -> None:
        """For a while the network is quick among some."""
        self.take(Talk(among, rounds))

    @rule(among=group)
    def a_round_is_lost(self, among: tuple[int, ...]) -> None:
        """Timers run out before anything arrives, and only then do some talk: mostly the round passes undecided."""
        for step in (0, 1, 2):
            self.take(TimeOut(step, EVERYBODY))
            self.take(Talk(among))

    @rule(who=someone, after=st.integers(0, 3))
    def one_crashes(self, who: int, after: int) -> None:
        """One goes down, now or between two of its next actions."""
        self.take(Crash(who, after))

    @precondition(lambda self: any(not actor.running for actor in self.now.stage.actors.values()))
    @rule()
    def the_fallen_come_back(self) -> None:
        """Who is down comes back."""
        for index, actor in self.now.stage.actors.items():
            if not actor.running:
                self.take(Restart(index))

    @rule()
    def the_network_calms_down(self) -> None:
        """From now on everything arrives: all must decide."""
        self.take(Calm())

    def _round(self, among: tuple[int, ...]) -> int:
        """The round in which the first of these is."""
        actors = self.now.stage.actors
        return next((actors[index].node.round for index in among if index in actors), 0)
