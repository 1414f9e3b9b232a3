"""The machine that makes up programs of the network: an adversary that is scheduler, wire, and one of the validators.

It chooses what arrives where and when, whose timers run out, who crashes between which two actions, and what its own
validator signs. It may let whole groups talk, as else hardly a round would ever pass; `network_stories` has more of
what takes several steps.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clearstone.models.stateful.network_base import group, someone, value
from clearstone.models.stateful.network_program import Arrive, Calm, Crash, Lie, Propose, Restart, Talk, TimeOut
from clearstone.models.stateful.network_run import NetworkRun, kind_of
from clearstone.models.stateful.network_stories import NetworkStories
from clearstone.spec.consensus.messages import NO_ROUND, SignedMessage


def unheard(run: NetworkRun) -> list[tuple[SignedMessage, int]]:
    """What was said and has not arrived, with where it has not."""
    return [
        (signed, index)
        for signed in run.stage.said
        for index, actor in run.stage.actors.items()
        if actor.running and signed not in actor.known
    ]


class NetworkMachine(NetworkStories):
    """Makes up a program while it runs."""

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
        self.take(Lie(self.now.liars[0], step, self.round_of(to) + ahead, value, to))

    @rule(value=value, to=group, valid_round=st.integers(NO_ROUND, 2))
    def the_liar_proposes(self, value: str, to: tuple[int, ...], valid_round: int) -> None:
        """The liar proposes in its turn."""
        liar = self.now.liars[0]
        self.take(Propose(liar, self.turn_of(liar, self.round_of(to)), value, to, valid_round))

    @rule(step=st.sampled_from((0, 1, 2)), who=group)
    def timers_run_out(self, step: int, who: tuple[int, ...]) -> None:
        """Timers run out at some."""
        self.take(TimeOut(step, who))

    @rule(among=group, rounds=st.integers(0, 1))
    def some_talk(self, among: tuple[int, ...], rounds: int) -> None:
        """For a while the network is quick among some."""
        self.take(Talk(among, rounds))

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
