"""Telling a program of the network: what arrived where, which claims were made, what the validators then held."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.models.stateful.network_program import (
    Arrive,
    Calm,
    Crash,
    Forge,
    Lie,
    Poll,
    Propose,
    Restart,
    Step,
    Talk,
    TimeOut,
)
from clearstone.models.stateful.network_run import NetworkRun
from clearstone.models.stateful.telling import Moment, unique

MESSAGES = ("proposal", "prevote", "precommit")
"""What the three kinds of messages are called."""


def moments(run: NetworkRun) -> Iterator[Moment]:
    """The beginning of a run, and each of its steps."""
    liars = ", ".join(map(str, run.liars)) or "nobody"
    yield Moment(f"four validators begin, of whom {liars} lies", ("CONS-2",), (), {"validators": run.first})
    for taken in run.taken:
        rules = unique([rule for _, _, rule in taken.claims]) or ("CONS-2",)
        outcomes = tuple(f"{who} claims {claim} ({rule})" for who, claim, rule in taken.claims)
        yield Moment(told_step(taken.step), rules, outcomes, {"validators": taken.after}, taken.violations)


def told_step(step: Step) -> str:
    """A step in a line."""
    match step:
        case Arrive():
            return f"the {MESSAGES[step.step]} of round {step.round} of {step.sender} arrives at {told(step.to)}"
        case Poll():
            return f"all {MESSAGES[step.step]}s of round {step.round} that were said arrive at {told(step.to)}"
        case Forge():
            return f"{step.liar} makes a message {step.how}, about round {step.round}"
        case Lie():
            kind = MESSAGES[step.step]
            return f"{step.liar} sends {told(step.to)} a {kind} of round {step.round} for {step.value}"
        case Propose():
            polka = f", with a polka of round {step.valid_round}" if step.valid_round >= 0 else ""
            return f"{step.liar} proposes {step.value} to {told(step.to)} in round {step.round}{polka}"
        case TimeOut():
            return f"the timers of the {MESSAGES[step.step]} run out at {told(step.who)}"
        case Crash():
            return f"{step.who} goes down" + (f" after {step.after} more actions" if step.after else "")
        case Restart():
            return f"{step.who} comes back"
        case Talk():
            passes = f" and pass {step.rounds} rounds" if step.rounds else ""
            return f"{told(step.among)} tell each other all they have heard{passes}"
        case Calm():
            return "the network is quick and everybody is up, until all have decided"


def told(indexes: tuple[int, ...]) -> str:
    """Validators, in a few characters."""
    return ", ".join(map(str, indexes))
