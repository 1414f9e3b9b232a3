"""Making up programs of the exchange that a client follows, and making one that it gets wrong as short as can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from clearstone.conformance.live.budget import Clock, Enough, ended_from_outside
from clearstone.conformance.live.client import ClientGone, LiveClient
from clearstone.conformance.live.program_run import LiveRun, run_live
from clearstone.models.stateful.exchange_machine import ExchangeMachine
from clearstone.models.stateful.exchange_program import Program, Step, joined, plainer
from clearstone.models.stateful.exchange_run import Taken
from clearstone.models.stateful.exchange_world import WORLDS
from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.hunting import MACHINES, make_up
from clearstone.models.stateful.shrinking import Shrinker


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
    """The shortest program found in the time that the client gets wrong in the same way, and how many were tried."""
    assert run.mismatch is not None, "only what is wrong is made shorter"
    kind, best, tried = run.mismatch.kind, run, 0

    def still_wrong(steps: tuple[Step, ...]) -> bool:
        nonlocal best, tried
        if clock.over:
            return False
        tried += 1
        again = run_live(Program(run.world, steps), client)
        wrong = again.mismatch is not None and again.mismatch.kind == kind
        if wrong:
            best = again
        return wrong

    try:
        if not still_wrong(()):
            Shrinker().shrink(run.program.steps, still_wrong, plainer, joined)
    except (ClientGone, KeyboardInterrupt):  # what was found until then stands
        pass
    return best, tried
