"""Making up programs of the exchange that a client follows, and making one that it gets wrong as short as can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from clearstone.conformance.live.budget import Clock, Enough, ended_from_outside
from clearstone.conformance.live.client import ClientGone, LiveClient
from clearstone.conformance.live.program_run import LiveRun, run_live
from clearstone.models.stateful.exchange_machine import ExchangeMachine
from clearstone.models.stateful.exchange_program import Program, Step, joined, plainer
from clearstone.models.stateful.exchange_run import Taken
from clearstone.models.stateful.exchange_world import WORLDS
from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.hunting import MACHINES, make_up
from clearstone.models.stateful.price_recasting import as_if_unmoved
from clearstone.models.stateful.shrinking import Shrinker

FOR_THE_WHOLE = 5.0
"""Seconds more, at the end of the time, to see the client get the whole of a shorter program wrong."""


def live_machine(client: LiveClient, clock: Clock) -> type[RuleBasedStateMachine]:
    """The machine of the exchange, with a client that follows each program, until the time is over."""

    class LiveMachine(ExchangeMachine):
        """Makes up a program while both sides run it."""

        follower: ClassVar[LiveClient] = client

        @initialize(world=st.sampled_from(WORLDS))
        def start(self, world: str) -> None:
            """Begin on both sides."""
            begun = LiveRun(world, self.follower)
            self.run = begun
            if begun.mismatch is not None:
                raise Broken(())

        def take(self, step: Step) -> Taken:
            """Take a step on both sides."""
            if clock.over:
                raise Enough
            return super().take(step)

        @precondition(lambda self: any(taken.step.acts for taken in self.now.taken))
        @rule(back=st.sampled_from((0, 1, 2, 3, 5, 8, 13)))
        def do_again(self, back: int) -> None:
            """What was done a while ago is done again, with a nonce of its own: its ids come a second time."""
            done = [act for taken in self.now.taken for act in taken.step.acts]
            self.take(Step((replace(done[-1 - back % len(done)], nonce=None),)))

    return LiveMachine


def hunt_programs(
    client: LiveClient, clock: Clock, programs: int, steps: int, seed: int, observe: Callable[[LiveRun], None]
) -> LiveRun | None:
    """Make up so many programs; the first that the client gets wrong, run to where it does. Raises Enough."""
    found: list[LiveRun] = []

    def see(run: object) -> None:
        assert isinstance(run, LiveRun), "the machine runs its programs live"
        observe(run)
        if run.mismatch is not None:
            found.append(run)

    machine = replace(MACHINES["exchange"], maker=live_machine(client, clock))
    try:
        with ended_from_outside():
            make_up(machine, see, programs, steps, seed)
    except Broken:
        if not found:
            raise
    return found[0] if found else None


def shortest_program(run: LiveRun, client: LiveClient, clock: Clock) -> tuple[LiveRun, int]:
    """The shortest program found in the time that the client gets wrong in the same way, and how many were tried.

    Mostly a client that opens the state before the last step gets that step wrong too. Then the spec takes the steps
    before it alone, which is several times as quick; what comes out must be wrong when the client follows all of it.
    """
    shrinking = _Shrinking(run, client, clock)
    try:
        if not shrinking.wrong((), False):
            if shrinking.wrong(run.program.steps, True):
                shrinking.shrink(True)
            shrinking.shrink(False)
    except (ClientGone, KeyboardInterrupt):  # what was found until then stands
        pass
    return shrinking.best, shrinking.tried


class _Shrinking:
    """Looks for shorter programs, and keeps the shortest that is wrong when the client follows all of it."""

    def __init__(self, run: LiveRun, client: LiveClient, clock: Clock) -> None:
        assert run.mismatch is not None, "only what is wrong is made shorter"
        self.kind = run.mismatch.kind
        self.best = run
        self.client = client
        self.clock = clock
        self.tried = 0

    def wrong(self, steps: tuple[Step, ...], last_only: bool) -> bool:
        """Whether the client gets these steps wrong, of which it follows the last one or all."""
        if self.clock.over:
            return False
        self.tried += 1
        program = Program(self.best.world, steps)
        run = run_live(program, self.client, len(steps) - 1 if last_only else 0)
        wrong = run.mismatch is not None and run.mismatch.kind == self.kind
        if wrong and not last_only:
            self.best = run
        return wrong

    def shrink(self, last_only: bool) -> None:
        """Make the best one so far shorter."""

        def still(steps: tuple[Step, ...]) -> bool:
            return self.wrong(steps, last_only)

        steps = Shrinker().shrink(self.best.program.steps, still, plainer, joined, as_if_unmoved)
        if last_only and steps != self.best.program.steps:
            self.clock = replace(self.clock, seconds=self.clock.seconds + FOR_THE_WHOLE)
            self.wrong(steps, False)
