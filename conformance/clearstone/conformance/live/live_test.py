"""A live test: programs, questions and altered vectors in turns until the time is over or the client is wrong.

The turns grow: the first one asks a little of everything, so that what is badly wrong is found in a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, TypeAlias

from clearstone.conformance import wire
from clearstone.conformance.live.alterations.hunt import SpecificationRaised, ask_altered
from clearstone.conformance.live.alterations.kinds import ALTERED
from clearstone.conformance.live.alterations.stock import Stock, vectors_of
from clearstone.conformance.live.budget import Budget, Clock, Enough
from clearstone.conformance.live.client import ClientGone, LiveClient
from clearstone.conformance.live.finding import Finding, of_altered, of_program, of_question
from clearstone.conformance.live.program_hunt import hunt_programs, shortest_program
from clearstone.conformance.live.program_run import LiveRun, LiveSkipped, run_live
from clearstone.conformance.live.question_hunt import ask_questions
from clearstone.conformance.live.questions import ASKED, Asked, Material
from clearstone.conformance.live.signed_chain import signing
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.models.chain import keys_made_by
from clearstone.models.stateful.exchange_program import Program
from clearstone.models.stateful.exchange_world import WORLDS, world_chain

Ended: TypeAlias = Literal["done", "mismatch", "interrupted", "gone"]
"""Why a live test ended: the budget is spent, the client got something wrong, it was stopped, or it can't go on."""

GROWTH = (1, 6, 10)
"""How many times as much as the first turn the second and all later ones ask."""
PROGRAMS, QUESTIONS = 6, 4
"""What the first turn asks: programs, and questions of a kind."""
MOST_PROGRAMS = 12
"""Programs of one seed: of more, Hypothesis would make up most by repeating parts of earlier ones."""
PARTS = (72, 2)
"""What part of a suite's vectors, times the weight, are altered in the first turn, and in all later ones."""
LEAST_ALTERED = 4
"""Vectors of a suite that are altered in a turn at least, if it has any."""
SUITE_OF_PROGRAMS = "blocks"
"""Who does not support this suite is given no programs."""


@dataclass(slots=True)
class LiveTest:
    """What a live test has come to so far."""

    command: tuple[str, ...]
    """What starts the client."""
    budget: Budget
    """What it may cost."""
    clock: Clock
    """Runs from its beginning."""
    client: wire.Hello | None = None
    """How the client introduced itself."""
    starts: int = 0
    """How often it was started."""
    programs: int = 0
    """Programs that both sides ran."""
    steps: int = 0
    """Their steps."""
    questions: dict[str, int] = field(default_factory=dict)
    """Questions answered rightly, by the name of their kind."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Why the client does not answer a kind, by name; programs are `programs`."""
    finding: Finding | None = None
    """What it gets wrong."""
    ended: Ended = "done"
    """Why it ended."""
    reason: str = ""
    """More about that, if there is more to say."""
    stderr: str = ""
    """The end of the client's standard error, if it can't go on."""
    replayed: bool = False
    """Whether it was one program again, and nothing else."""
    seconds: float = 0.0
    """What all of it took, making the finding smaller included."""


Tell: TypeAlias = Callable[[LiveTest], None]
"""Called after each program and each turn of questions."""


def live_test(
    command: Sequence[str], budget: Budget, limits: Limits, tell: Tell = lambda test: None, only: Sequence[str] = ()
) -> LiveTest:
    """Test a client live. `only` names the kinds of questions to ask, and `programs`; without it all are asked."""
    test = LiveTest(tuple(command), budget, Clock(budget.seconds))
    with keys_made_by(RING.named), LiveClient(command, limits) as client:
        try:
            test.client = client.introduce()
            test.clock = Clock(budget.seconds)  # it has what it takes to start for itself
            _take_turns(test, client, tell, only)
        except Enough:
            pass
        except KeyboardInterrupt:
            test.ended = "interrupted" if test.finding is None else "mismatch"
        except ClientGone as gone:
            test.ended, test.reason, test.stderr = "gone", gone.reason, gone.stderr
        except SpecificationRaised as raised:
            test.ended, test.reason = "gone", str(raised)
        test.starts = client.starts
    test.seconds = test.clock.spent
    return test


def replay(command: Sequence[str], program: Program, limits: Limits) -> LiveTest:
    """Run one program again with a client: what is wrong with it now, as it stands."""
    test = LiveTest(tuple(command), Budget(), Clock(0.0), replayed=True)
    with keys_made_by(RING.named), LiveClient(command, limits) as client:
        try:
            test.client = client.introduce()
            run = run_live(program, client)
            test.programs, test.steps = 1, run.length
            if run.mismatch is not None:
                test.ended = "mismatch"
                test.finding = of_program(run, run, 0, test.clock.spent, test.budget.seed, client)
        except LiveSkipped as reason:
            test.skipped["programs"] = str(reason)
        except KeyboardInterrupt:
            test.ended = "interrupted"
        except ClientGone as gone:
            test.ended, test.reason, test.stderr = "gone", gone.reason, gone.stderr
        test.starts = client.starts
    test.seconds = test.clock.spent
    return test


def _take_turns(test: LiveTest, client: LiveClient, tell: Tell, only: Sequence[str]) -> None:
    supported = set(() if test.client is None else test.client.suites)
    material = first_material()
    kinds, altered = (
        [asked for asked in all_kinds if asked.suite in supported and (not only or asked.name in only)]
        for all_kinds in (ASKED, ALTERED)
    )
    stock = Stock(vectors_of({asked.suite for asked in altered}) if altered else (), test.budget.seed)
    programs = SUITE_OF_PROGRAMS in supported and (not only or "programs" in only)
    turn = 0
    while (kinds or altered or programs) and not test.clock.over:
        turn += 1
        small, large = (
            [
                partial(_take_questions, test, client, asked, material, turn)
                for asked in kinds
                if asked.whole_states == it
            ]
            for it in (False, True)
        )
        between = [partial(_take_programs, test, client, material, turn, tell)] if programs else []
        vectors = [partial(_take_altered, test, client, asked, stock, turn) for asked in altered]
        for part in (*small, *between, *vectors, *large):  # a program is easier to read than a whole state
            part()
            tell(test)
            if test.finding is not None:
                return
        if programs and test.programs >= test.budget.programs:
            return
        if all(asked.name in test.skipped for asked in (*kinds, *altered)) and (
            not programs or "programs" in test.skipped
        ):
            return


def first_material() -> Material:
    """The first block of every world, for questions that come before any program."""
    material = Material()
    material.blocks.extend(signing(world_chain(world)).block() for world in WORLDS)
    return material


def size_of(turn: int) -> int:
    """How many times as much as the first turn a turn asks; turns are counted from 1."""
    return GROWTH[min(turn, len(GROWTH)) - 1]


def _seed(test: LiveTest, turn: int) -> int:
    return test.budget.seed * 1_000_003 + turn


def _take_questions(test: LiveTest, client: LiveClient, asked: Asked, material: Material, turn: int) -> None:
    name = asked.name
    if name in test.skipped:
        return
    most = size_of(turn) * asked.weight * QUESTIONS
    done = ask_questions(client, asked, material, test.clock, most, _seed(test, turn), test.budget.shrink_seconds)
    test.questions[name] = test.questions.get(name, 0) + done.questions
    if done.skipped:
        test.skipped[name] = done.skipped
    if done.mismatch is not None:
        test.ended = "mismatch"
        test.finding = of_question(done, done.found_after(test.clock), test.budget.seed, client)


def _take_altered(test: LiveTest, client: LiveClient, asked: Asked, stock: Stock, turn: int) -> None:
    name, suite, shrink_seconds = asked.name, asked.suite, test.budget.shrink_seconds
    if name in test.skipped or not stock.count(suite):
        return
    most = max(LEAST_ALTERED, stock.count(suite) * asked.weight // PARTS[min(turn, len(PARTS)) - 1])
    done = ask_altered(client, suite, stock, test.clock, most, _seed(test, turn), shrink_seconds)
    test.questions[name] = test.questions.get(name, 0) + done.questions
    if done.skipped and not done.asked:
        test.skipped[name] = next(iter(done.skipped.values()))
    if done.mismatch is not None:
        test.ended = "mismatch"
        test.finding = of_altered(done, done.found_after(test.clock), test.budget.seed, client)


def _take_programs(test: LiveTest, client: LiveClient, material: Material, turn: int, tell: Tell) -> None:
    if "programs" in test.skipped:
        return

    def observe(run: LiveRun) -> None:
        test.programs += 1
        test.steps += run.length
        material.blocks.extend(taken.applied for taken in run.taken if taken.applied is not None)
        tell(test)

    found, batches = None, -(-PROGRAMS * size_of(turn) // MOST_PROGRAMS)
    try:
        for batch in range(batches):
            most = min(PROGRAMS * size_of(turn) // batches, test.budget.programs - test.programs)
            number = _seed(test, turn) * 1_009 + batch
            if found is None and most > 0:
                found = hunt_programs(client, test.clock, most, test.budget.steps, number, observe)
    except LiveSkipped as reason:
        test.skipped["programs"] = str(reason)
        return
    if found is not None:
        after = test.clock.spent
        test.ended = "mismatch"
        shortest, tried = shortest_program(found, client, Clock(test.budget.shrink_seconds))
        test.finding = of_program(shortest, found, tried, after, test.budget.seed, client)
