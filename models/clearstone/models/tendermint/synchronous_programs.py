"""A trace of a good network as a program: what it takes to run it again, on the rules as they are, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clearstone.models.exploration.replayed import Replayed, violations_of
from clearstone.models.itf import ItfState, ItfTrace, Record
from clearstone.models.stateful.telling import Moment
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.synchronous import Event, RanOut, SynchronousState, SynchronousSystem, event_text
from clearstone.models.tendermint.traces import named, rule_of, sent, shown

VARIABLES = ("happened", "validators", "messages", "said")
"""What a state shows."""


@dataclass(frozen=True, slots=True)
class Program:
    """A trace, to be run again."""

    powers: tuple[int, ...]
    """Power of each validator."""
    byzantine: tuple[int, ...]
    """Which of them are Byzantine, by place."""
    values: int
    """How many blocks can be proposed."""
    proposers: tuple[int, ...]
    """Who proposes in each round, by place: there are as many rounds."""
    most_said: int
    """How much the Byzantine say at most."""
    steps: tuple[Event, ...]
    """What happens."""

    def system(self) -> SynchronousSystem:
        """The system that it is a trace of."""
        instance = Instance(
            self.powers,
            frozenset(self.byzantine),
            self.values,
            len(self.proposers),
            self.proposers,
            keeps_decisions=True,
            symmetric=False,
        )
        return SynchronousSystem(instance, self.most_said)


def program_of(system: SynchronousSystem, events: Sequence[Event]) -> Program:
    """The program of a trace."""
    instance = system.instance
    liars = tuple(sorted(instance.byzantine))
    proposers = instance.proposers or ()
    return Program(instance.powers, liars, instance.values, proposers, system.most_said, tuple(events))


def faults(program: Program) -> Iterator[str]:
    """What a program refers to that is not there."""
    count, places = len(program.powers), range(len(program.powers))
    if not 2 <= count <= 10 or not all(1 <= power <= 1_000 for power in program.powers):
        yield "it has 2 to 10 validators, each of a power from 1 to 1,000"
    elif not all(place in places for place in (*program.byzantine, *program.proposers)):
        yield "Byzantine validators and proposers are named by their places"
    elif len(set(program.byzantine)) >= count or not 1 <= len(program.proposers) <= 8 or not 1 <= program.values <= 4:
        yield "its validators, rounds or values are out of bounds"
    else:
        system = program.system()
        sayable = frozenset(system.sayable(len(program.proposers)))
        for number, step in enumerate(program.steps, 1):
            if isinstance(step, RanOut):
                if step.validator not in system.instance.correct or step.claim not in system.timeouts:
                    yield f"step {number} is of a timer that is not there"
            elif step.message not in sayable:
                yield f"step {number} says what nobody Byzantine can say"


def run_program(program: Program) -> Replayed:
    """Run a trace again, and judge each of its states."""
    system = program.system()
    state = next(iter(system.initial()))
    told = [_told(system, state, "all have begun", (), ())]
    states = [_state(system, state, "all have begun", "")]
    findings: list[str] = []
    for event in program.steps:
        after = system.after(state, event)
        rule = rule_of(event.claim) if isinstance(event, RanOut) else "CONS-2"
        outcome = ("nothing comes of it",) if after == state else ()
        state = after
        told.append(_told(system, state, event_text(event), (rule,), outcome))
        states.append(_state(system, state, event_text(event), rule))
        findings += system.expand(state).findings
    meta = {"source": "clearstone explore", "description": "; ".join(findings)}
    return Replayed(tuple(told), ItfTrace(VARIABLES, states, meta=meta))


def _told(
    system: SynchronousSystem, state: SynchronousState, text: str, rules: tuple[str, ...], outcome: tuple[str, ...]
) -> Moment:
    """A state with what led to it."""
    places = zip(system.instance.correct, state[0], strict=True)
    validators = {named(place): shown(system.locals.all[number]) for place, number in places}
    return Moment(text, rules, outcome, validators, violations_of(system.expand(state).findings))


def _state(system: SynchronousSystem, state: SynchronousState, text: str, rule: str) -> ItfState:
    """A state of the trace for viewers."""
    numbers, said = state
    locals = {named(p): system.locals.all[n] for p, n in zip(system.instance.correct, numbers, strict=True)}
    values = {
        "happened": Record(text=text, rule=rule),
        "validators": {name: shown(local) for name, local in locals.items()},
        "messages": frozenset(sent(name, message) for name, local in locals.items() for message in local.said),
        "said": frozenset(sent("Byzantine", message) for message in said),
    }
    return ItfState(values, {"action": text, "rule": rule})
