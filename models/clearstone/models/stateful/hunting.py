"""Hunting: let a machine make up programs until one breaks something, then make that one as short as can be.

Programs come in batches, each of a seed of its own that follows from the hunt's: so a long hunt keeps its memory small,
and is the same every time. Batches are small because Hypothesis makes up the first ten programs of a run afresh and
nearly all later ones by repeating parts of those: of many programs of one run few are new. After the tenth it goes on
from the one that came nearest to trouble. A hunt that is interrupted keeps what it has come to.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, TypeAlias, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import Tally
from clearstone.models.collector import collector_at_rest
from clearstone.models.stateful import exchange_program, exchange_run, network_program, network_run, price_recasting
from clearstone.models.stateful.drawing import drawn_from_the_seed_alone
from clearstone.models.stateful.exchange_machine import ExchangeMachine
from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.interrupts import InterruptsKept
from clearstone.models.stateful.network_machine import NetworkMachine
from clearstone.models.stateful.observed_machine import ObservedMachine
from clearstone.models.stateful.shrinking import Shrinker, altered

Run: TypeAlias = exchange_run.ExchangeRun | network_run.NetworkRun
"""A program on its way, whichever machine makes it up."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How much is hunted."""

    name: str
    """Short and stable."""
    programs: int
    """How many programs are made up, at least: Hypothesis adds one or two to a batch when it looks for trouble."""
    steps: int
    """Steps of each."""


BATCH = 12
"""Programs of one seed."""
PROFILES = {
    "quick": Profile("quick", 24, 25),
    "ci": Profile("ci", 400, 50),
    "long": Profile("long", 10_000, 50),
}
"""The profiles by name: in a check, before a change is taken in, and now and then."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine, with what its programs can be used for."""

    name: str
    """Short and stable."""
    statement: str
    """What must hold of its programs, in a sentence."""
    layer: str
    """Part of the protocol that it is about."""
    maker: type[RuleBasedStateMachine]
    """What makes programs up."""
    run: Callable[[Any, Tally | None], Run]
    """Runs one."""
    plainer: Callable[[Any], Any]
    """Steps that are plainer than one of its steps."""
    joined: Callable[[Any, Any], Any]
    """Steps that may do for two that follow each other."""
    recast: Callable[[Any], Any]
    """Programs that may do for a whole one."""


MACHINES = {
    "exchange": Machine(
        "exchange",
        "Whatever people, prices and time do, every invariant of states and steps holds after every block.",
        "ledger",
        ExchangeMachine,
        exchange_run.run_program,
        exchange_program.plainer,
        exchange_program.joined,
        price_recasting.as_if_unmoved,
    ),
    "network": Machine(
        "network",
        "Whatever the network delays or loses, whoever crashes, and whatever one of four signs, consensus holds.",
        "consensus",
        NetworkMachine,
        network_run.run_program,
        network_program.plainer,
        network_program.joined,
        lambda steps: (),
    ),
}
"""The machines by name."""

Ended: TypeAlias = Literal["done", "violation", "interrupted"]
"""Why a hunt ended."""


@dataclass(slots=True)
class Hunt:
    """What a hunt has come to so far."""

    machine: Machine
    """The machine."""
    profile: Profile
    """How much was to be hunted."""
    seed: int
    """From which everything was drawn."""
    programs: int = 0
    """Programs run, up to the first that broke something."""
    steps: int = 0
    """Their steps."""
    seconds: float = 0.0
    """What it took, shrinking included."""
    found_after: float | None = None
    """Seconds until the first program that broke something."""
    found_steps: int = 0
    """Its steps."""
    shrinking: int = 0
    """Programs run to make it shorter."""
    run: Run | None = None
    """The shortest program that breaks something, run to where it does."""
    ended: Ended = "interrupted"
    """Why it ended."""

    @property
    def holds(self) -> bool:
        """Whether all that was to be hunted was, and nothing was found."""
        return self.ended == "done"


Tell: TypeAlias = Callable[[Hunt], None]
"""Called after each program; whatever it raises ends the hunt, which `KeyboardInterrupt` does gently."""


def hunt(
    machine: Machine,
    profile: Profile,
    number: int = 1,
    tell: Tell = lambda hunt: None,
    *,
    first_batch: int = 0,
    shrinks: bool = True,
) -> Hunt:
    """Hunt with a machine, from a seed; possibly for a part of a hunt, which begins with a batch of this number."""
    done = Hunt(machine, profile, number)
    began, interrupts = perf_counter(), InterruptsKept()

    def observe(run: Run) -> None:
        done.programs += 1
        done.steps += run.length
        done.seconds = perf_counter() - began
        if run.violations and done.run is None:
            done.found_after, done.found_steps, done.run = done.seconds, run.length, run
        tell(done)
        interrupts.ask()

    try:
        with collector_at_rest(), interrupts:
            for batch, first in enumerate(range(0, profile.programs, BATCH), first_batch):
                programs = min(BATCH, profile.programs - first)
                make_up(machine, observe, programs, profile.steps, number * 1_000_003 + batch)
                gc.collect()  # the protocol's values hold no cycles, what Hypothesis keeps of a batch does
        done.ended = "done"
    except Broken:
        done.ended = "violation"
    except KeyboardInterrupt:
        done.ended = "interrupted" if done.run is None else "violation"
    if done.run is not None and shrinks:
        done.run, done.shrinking = shortest(machine, done.run)
    done.seconds = perf_counter() - began
    return done


def make_up(machine: Machine, observe: Callable[[Run], None], programs: int, steps: int, number: int) -> None:
    """Make up so many programs of so many steps, all from one seed; `Broken` ends it if one breaks something."""

    def begun() -> RuleBasedStateMachine:
        made = machine.maker()
        assert isinstance(made, ObservedMachine), "its programs can be looked at"
        made.observe = observe
        return made

    how = settings(
        max_examples=programs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate, Phase.target),  # `shrinking` does the rest, on the data and within bounds
        suppress_health_check=list(HealthCheck),
    )
    maker = cast(type[RuleBasedStateMachine], seed(number)(begun))  # whatever makes a machine will do, it is documented
    with drawn_from_the_seed_alone():
        run_state_machine_as_test(maker, settings=how)


def shortest(machine: Machine, run: Run) -> tuple[Run, int]:
    """The shortest program that breaks what a run broke, run to where it does, and how many were run to find it.

    Meanwhile only the invariant that broke first is asked; in the end all are.
    """
    program, broken = run.program, run.violations[0].invariant
    asked = {broken: INVARIANTS[broken]} if broken in INVARIANTS else {}

    def breaks(steps: tuple[Any, ...]) -> bool:
        tried = machine.run(altered(program, steps=steps), Tally(asked, thorough=True))
        return any(violation.invariant == broken for violation in tried.violations)

    shrinker = Shrinker()
    steps = shrinker.shrink(program.steps, breaks, machine.plainer, machine.joined, machine.recast)
    return machine.run(altered(program, steps=steps), None), shrinker.runs
