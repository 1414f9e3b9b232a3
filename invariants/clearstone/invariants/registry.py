"""The registry: every invariant with its sentence, its place, what taught it, and a predicate that can fail.

An invariant is a function of one observation that yields a line for each thing that is wrong, saying where and with
which figures, and nothing if all is well. Its docstring's first paragraph is the statement. `rules` names the rules of
the protocol that it states, `incidents` the real failures that it would have caught.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypeVar

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.observations import ConsensusTrace
from clearstone.invariants.snapshot import Snapshot

Kind: TypeAlias = Literal["state", "step", "trace"]
Layer: TypeAlias = Literal[
    "encoding", "consensus", "oracle", "ledger", "trading", "instruments", "margin", "liquidation"
]
Severity: TypeAlias = Literal["critical", "high", "medium"]
Seen = TypeVar("Seen", Snapshot, BlockStep, ConsensusTrace)

_KINDS: dict[type, Kind] = {Snapshot: "state", BlockStep: "step", ConsensusTrace: "trace"}


@dataclass(frozen=True, slots=True)
class Invariant:
    """One thing that must hold, whatever happens."""

    id: str
    """Short and stable: how reports name it."""
    statement: str
    """One sentence."""
    kind: Kind
    """What it is judged on: a state, a block's step, a height of consensus."""
    layer: Layer
    """Part of the protocol that it is about."""
    severity: Severity
    """What a violation means: money or agreement lost; a rule broken; a wrong figure."""
    rules: tuple[str, ...]
    """Rules of the protocol that it states, wholly or in part."""
    incidents: tuple[int, ...]
    """Incidents that it answers."""
    every: int
    """It is asked at heights that are multiples of this: 1 unless it costs as much as a whole block."""
    findings: Callable[[Any], Iterable[str]]
    """The predicate: what is wrong with an observation."""

    def holds(self, observation: Snapshot | BlockStep | ConsensusTrace) -> bool:
        """Whether nothing is wrong with the observation."""
        return next(iter(self.findings(observation)), None) is None


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that did not hold."""

    invariant: str
    """Its id."""
    height: int
    """Height at which it broke."""
    detail: str
    """Where and with which figures."""


REGISTRY: dict[str, Invariant] = {}
"""Every invariant by its id; filled by importing `clearstone.invariants.catalogue`."""


def invariant(
    identifier: str,
    *,
    of: type[Seen],
    layer: Layer,
    severity: Severity,
    rules: tuple[str, ...],
    incidents: tuple[int, ...] = (),
    every: int = 1,
) -> Callable[[Callable[[Seen], Iterable[str]]], Callable[[Seen], Iterable[str]]]:
    """Enter a predicate into the registry under an id that nothing else has."""

    def register(predicate: Callable[[Seen], Iterable[str]]) -> Callable[[Seen], Iterable[str]]:
        if identifier in REGISTRY:
            raise ValueError(f"two invariants are called {identifier}")
        statement = " ".join((inspect.getdoc(predicate) or "").partition("\n\n")[0].split())
        REGISTRY[identifier] = Invariant(
            identifier, statement, _KINDS[of], layer, severity, rules, incidents, every, predicate
        )
        return predicate

    return register
