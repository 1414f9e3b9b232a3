"""Running a program of the network: validators on a stage, every invariant of consensus asked after each step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clearstone.invariants.checking import Tally
from clearstone.invariants.registry import Violation
from clearstone.models.directed_scenarios.stage import HEIGHT, Stage
from clearstone.models.stateful.exchange_run import TOTALITY
from clearstone.models.stateful.network_forgeries import forged, turn
from clearstone.models.stateful.network_guards import EXACT_RULES, inexact
from clearstone.models.stateful.network_program import (
    EQUAL,
    VALUES,
    Arrive,
    Calm,
    Crash,
    Forge,
    Lie,
    Poll,
    Program,
    Propose,
    Restart,
    Step,
    Talk,
    TimeOut,
)
from clearstone.models.stateful.telling import rules_of
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import Proposal, SignedMessage, Vote
from clearstone.spec.consensus.node import Node

TERMINATION = "termination"
"""What is violated if a validator does not decide on a quick network."""
TURNS = "turns-by-power"
"""What is violated if in twice as many rounds as there is power somebody does not propose twice as often as he has."""
NEEDS_TWO_THIRDS = ("agreement", "same-roots")
"""The invariants that liars with a third of the power can break; that they are blamed for it is another one."""
ROUNDS_TO_DECIDE = 12
"""In how many rounds of a quick network all decide: each of four has its turn, and a liar wastes his."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    step: Step
    """The step."""
    before: dict[str, Node]
    """The correct validators before it, by name."""
    after: dict[str, Node]
    """The correct validators after it."""
    claims: tuple[tuple[str, str, str], ...]
    """The claims that led to something, in order: who made it, which, and the rule behind it."""
    violations: tuple[Violation, ...]
    """What was wrong."""


class NetworkRun:
    """A program on its way."""

    def __init__(self, liars: tuple[int, ...], tally: Tally | None = None, powers: tuple[int, ...] = EQUAL) -> None:
        """Let all correct validators begin."""
        self.liars = liars
        self.powers = powers
        self.stage = Stage(powers, liars=liars)
        self.tally = Tally() if tally is None else tally
        self.taken: list[Taken] = []
        self.stage.start()
        self.first = self.nodes()

    @property
    def program(self) -> Program:
        """What has been done so far."""
        return Program(self.liars, tuple(taken.step for taken in self.taken), self.powers)

    @property
    def outvoted(self) -> bool:
        """Whether liars have a third of the power or more: then correct validators may disagree, or never decide."""
        return 3 * sum(self.powers[liar] for liar in self.liars) >= sum(self.powers)

    @property
    def length(self) -> int:
        """How many steps have been taken."""
        return len(self.taken)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What was wrong at the last step."""
        return self.taken[-1].violations if self.taken else ()

    def nodes(self) -> dict[str, Node]:
        """The correct validators, by name."""
        return {f"validator {index}": actor.node for index, actor in self.stage.actors.items()}

    def messages(self, step: int, round: int, sender: int) -> tuple[SignedMessage, ...]:
        """What a correct validator has said of a kind, in a round."""
        key = self.stage.keys[sender].public
        return tuple(
            signed
            for signed in self.stage.said
            if signed.sender == key and signed.message.round == round and kind_of(signed) == step
        )

    def take(self, step: Step) -> Taken:
        """Take a step; nothing that the spec does ends in an exception here."""
        before, done = self.nodes(), len(self.stage.trace().steps)
        try:
            violations = (*self._carried_out(step), *self._judged(), *self._exact())
        except Exception as error:  # whatever it is, the spec should have answered
            violations = (Violation(TOTALITY, HEIGHT, f"{type(error).__name__}: {error}"),)
        names = {key.public: f"validator {index}" for index, key in enumerate(self.stage.keys)}
        moves = self.stage.trace().steps[done:]
        claims = tuple((names[move.validator], type(move.claim).__name__, rules_of(type(move.claim))) for move in moves)
        self.taken.append(Taken(step, before, self.nodes(), claims, violations))
        return self.taken[-1]

    def _judged(self) -> Iterator[Violation]:
        """What invariants find, but for what liars can do that have a third of the power."""
        found = self.tally.check_trace(self.stage.trace())
        return (each for each in found if not (self.outvoted and each.invariant in NEEDS_TWO_THIRDS))

    def _exact(self) -> Iterator[Violation]:
        """The rules that do not fire exactly when they must, and turns that are not shared out by power."""
        stage = self.stage
        turns = [] if self.taken else [turn(stage, round) for round in range(2 * sum(self.powers))]
        for validator in stage.validators if turns else ():
            if turns.count(validator.key) != 2 * validator.power:
                yield Violation(
                    TURNS, HEIGHT, f"power {validator.power} has {turns.count(validator.key)} of {len(turns)} turns"
                )
        for index, actor in stage.actors.items():
            for finding in inexact(actor.node)[:1]:
                yield Violation(EXACT_RULES, HEIGHT, f"validator {index}: {finding}")

    def _carried_out(self, step: Step) -> tuple[Violation, ...]:
        stage = self.stage
        match step:
            case Arrive():
                stage.give(self.messages(step.step, step.round, step.sender), *self._correct(step.to))
            case Poll():
                for index in stage.actors:
                    stage.give(self.messages(step.step, step.round, index), *self._correct(step.to))
            case Forge():
                return forged(stage, step)
            case Lie():
                lie = stage.vote(step.liar, step.step, step.round, VALUES[step.value])
                stage.give((lie,), *self._correct(step.to))
            case Propose():
                proposal = stage.proposal(step.liar, step.round, VALUES[step.value], step.valid_round)
                stage.give((proposal,), *self._correct(step.to))
            case TimeOut():
                for index in self._correct(step.who):
                    if stage.actors[index].has_timer(step.step):
                        stage.actors[index].time_out(step.step)
            case Crash():
                actor = stage.actors.get(step.who)
                if actor is not None and step.after:
                    actor.actions_left = step.after
                elif actor is not None:
                    actor.crash()
            case Restart():
                if step.who in stage.actors:
                    self._come_up(step.who)
            case Talk():
                stage.talk(*self._correct(step.among))
                for _ in range(step.rounds):
                    stage.pass_round(*self._correct(step.among))
            case Calm():
                return () if self.outvoted else self._calmed()
        return ()

    def _correct(self, indexes: tuple[int, ...]) -> tuple[int, ...]:
        """Those of these that are correct and up."""
        return tuple(index for index in indexes if index in self.stage.actors and self.stage.actors[index].running)

    def _come_up(self, index: int) -> None:
        """Let a validator that is down come back; if nothing is on its disk it begins the height."""
        actor = self.stage.actors[index]
        if not actor.running:
            actor.restart()
            if not actor.started:
                actor.start()

    def _calmed(self) -> tuple[Violation, ...]:
        stage = self.stage
        for index, actor in stage.actors.items():
            actor.actions_left = None
            self._come_up(index)
        for _ in range(ROUNDS_TO_DECIDE):
            if NIL not in stage.decisions():
                break
            stage.pass_round(*stage.actors)
        late = [index for index in stage.actors if stage.decision(index) == NIL]
        detail = (
            f"after {ROUNDS_TO_DECIDE} rounds of a quick network validator {late[0]} has not decided" if late else ""
        )
        return (Violation(TERMINATION, HEIGHT, detail),) if late else ()


def kind_of(signed: SignedMessage) -> int:
    """Which message it is: a proposal (0), a prevote (1), a precommit (2)."""
    message = signed.message
    if isinstance(message, Proposal):
        return 0
    assert isinstance(message, Vote), "a message is a proposal or a vote"
    return message.step


def run_program(program: Program, tally: Tally | None = None) -> NetworkRun:
    """Run a program to its end, or to the first step at which something is wrong."""
    run = NetworkRun(program.liars, tally, program.powers)
    for step in program.steps:
        if run.take(step).violations:
            break
    return run
