"""The finite instances that are quick to exhaust, and are asked of every change of the rules and of every mutant.

`clearstone check` explores those of `IN_CHECK`, a few seconds in all. A mutant is given a deeper one of its layer
besides, up to the first violation: `first_to_break` does it in the process at hand, `caught` in a fresh one.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

from clearstone.models.tendermint.instance import Instance
from clearstone.mutants import Mutant, current, run_in_fresh_process
from clearstone.reference.explore_consensus import explore_consensus, explore_forks, explore_good_network
from clearstone.reference.explore_exchange import explore_exchange
from clearstone.reference.explore_plan import FORKING
from clearstone.reference.explore_results import ExploreResult, explored

TWO_ROUNDS = Instance(rounds=2)
"""Four validators of equal power, one of them Byzantine, two values, rounds 0 and 1."""
HANGS = 120.0
"""After how many seconds a process that explores under a mutant counts as hung."""


@dataclass(frozen=True, slots=True)
class Small:
    """An instance that is quick to exhaust."""

    name: str
    """What it is called."""
    statement: str
    """What is shown, in a sentence."""
    layer: str
    """Part of the protocol that it is about."""
    explore: Callable[..., ExploreResult]
    """Explores it; with `quiet=True` it shows no progress."""


def consensus(name: str, statement: str, instance: Instance) -> Small:
    """An instance of consensus."""
    return Small(name, statement, "consensus", partial(explore_consensus, instance))


TWO_BLOCKS = Small(
    "exchange",
    "Every kind of transaction in every order in two blocks keeps every invariant.",
    "ledger",
    partial(explore_exchange, 2),
)
"""The exchange, as `clearstone check` explores it."""
IN_CHECK = (
    consensus("two-rounds", "Four validators, one of them Byzantine, agree, and obey the rules of voting.", TWO_ROUNDS),
    consensus(
        "weights",
        "Validators of unequal power agree, and decide on a quorum of the power.",
        replace(TWO_ROUNDS, rounds=1, powers=(2, 2, 1, 1), byzantine=frozenset({2})),
    ),
    consensus(
        "a-third-lies",
        "Liars with just a third of the power cannot take anybody to a later round.",
        replace(TWO_ROUNDS, powers=(1, 1, 1), byzantine=frozenset({2})),
    ),
    consensus(
        "crashes",
        "Validators of which each may crash once, after any action, agree and remember what they said.",
        replace(TWO_ROUNDS, crashes=1),
    ),
    consensus(
        "nothing-left-out",
        "Agreement holds with correct proposers, timers that the rules schedule, decisions and valid values.",
        Instance(rounds=1, proposers=(0,), timers_are_scheduled=True, keeps_decisions=True, symmetric=False),
    ),
    Small(
        "forks-are-blamed",
        "If two of four are Byzantine, every fork accuses more than a third of the power and nobody correct.",
        "evidence",
        partial(explore_forks, replace(TWO_ROUNDS, byzantine=FORKING)),
    ),
    Small(
        "termination",
        "In a good network all decide by the end of the first round of a correct proposer.",
        "consensus",
        explore_good_network,
    ),
    TWO_BLOCKS,
)
"""What `clearstone check` explores."""
THREE_ROUNDS = consensus(
    "three-rounds", "The same as in two rounds holds in rounds 0 to 2.", replace(TWO_ROUNDS, rounds=3)
)
"""What else is tried on a mutant of consensus."""
THREE_BLOCKS = Small(
    "exchange-three-blocks",
    "Every kind of transaction in every order in three blocks keeps every invariant.",
    "ledger",
    partial(explore_exchange, 3),
)
"""What else is tried on a mutant of the exchange."""
OF_CONSENSUS = frozenset(("consensus", "messages", "evidence"))
"""Layers whose mutants are those of consensus."""


def explore_small(small: Small, *, quiet: bool = False) -> ExploreResult:
    """Explore an instance that is quick to exhaust."""
    return explored(small.name, small.statement, partial(small.explore, quiet=quiet))


def suite_for(mutant: Mutant | None) -> tuple[Small, ...]:
    """What is tried on a mutant, in this order; everything if there is none.

    The instances of consensus run nothing of the ledger, so that mutants of it are tried on the exchange alone.
    """
    if mutant is None:
        return (*IN_CHECK, THREE_ROUNDS, THREE_BLOCKS)
    if mutant.layer in OF_CONSENSUS:
        return (*IN_CHECK, THREE_ROUNDS)
    return (TWO_BLOCKS, THREE_BLOCKS)


def suite_jobs() -> Iterator[Callable[[], ExploreResult]]:
    """What is to be done in the process at hand, one after the other."""
    return (partial(explore_small, small) for small in suite_for(current()))


def first_to_break() -> tuple[str, ExploreResult] | None:
    """The first instance in which something is wrong, by name, and what; None if all holds.

    It runs in the process at hand, which may be under a mutant. If nothing is wrong it takes the sum of all: half a
    minute.
    """
    for small in suite_for(current()):
        result = explore_small(small, quiet=True)
        if not result.holds:
            return small.name, result
    return None


@dataclass(frozen=True, slots=True)
class Caught:
    """What exploring came to under a mutant."""

    mutant: str
    """Name of the mutant."""
    instance: str
    """Name of the instance in which something is wrong; empty if all holds."""
    finding: str
    """What is wrong; why it is not known, if the process did not end well; empty if all holds."""
    steps: int
    """Steps of the trace that shows it."""
    seconds: float
    """Time until it was found, the start of a process included; or what everything took."""

    @property
    def is_caught(self) -> bool:
        """Whether something was found to be wrong."""
        return bool(self.instance)


def caught(mutant: Mutant | None, timeout: float = HANGS) -> Caught:
    """Explore in a fresh process under a mutant (None: the true rules) up to the first violation."""
    name, began = mutant.name if mutant is not None else "", perf_counter()
    try:
        ended = run_in_fresh_process(("explore", "--until-broken", "--json", "-"), mutant, timeout)
    except subprocess.TimeoutExpired:
        return Caught(name, "", f"no end after {timeout:.0f} s", 0, perf_counter() - began)
    seconds = perf_counter() - began
    try:
        data: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        told = (ended.stderr.strip().splitlines() or ["nothing was said"])[-1]
        return Caught(name, "", f"the process ended with {ended.returncode}: {told}", 0, seconds)
    last = data["results"][-1]
    if data["holds"]:
        return Caught(name, "", "", 0, seconds)
    broken = suite_for(mutant)[len(data["results"]) - 1].name
    finding = last["findings"][0] if last["findings"] else f"it ended before: {last['ended']}"
    return Caught(name, broken, finding, max(0, len(last["trace"]) - 1), seconds)
