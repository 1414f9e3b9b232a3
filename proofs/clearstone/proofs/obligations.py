"""What must be proved: functions of a world, each with the rules that it is about and the outcomes it must reach.

@obligation("LEDGER-1", about=(transfer,), reaches={"accepted", "MARGIN-4"})
def transfer_conserves_money(world: World) -> None:
    \"\"\"A transfer creates no money and destroys none.\"\"\"
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from clearstone.proofs.worlds import World

Verdict: TypeAlias = Literal["proved", "refuted", "undecided", "vacuous", "disagrees"]
"""All integers; a counterexample; the solver gave up; an outcome without a witness; a replay that ended otherwise."""
Kept: TypeAlias = Literal["conservation", "pots", "health", "once", "direction"]
"""What every transaction keeps: no money made or lost; no pot below zero at any sub-step; every account that it touches
answers to MARGIN-6; nothing is paid or executed twice; and it is known who pays and who gains."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One statement about functions of the specification."""

    id: str
    """Its name: a sentence with underscores."""
    statement: str
    """The sentence."""
    rules: tuple[str, ...]
    """Rules of the protocol that it is about."""
    about: tuple[Callable[..., Any], ...]
    """Functions of the specification that it runs."""
    reaches: frozenset[str]
    """Outcomes that some input must reach, lest it hold because nothing happens."""
    bound: str
    """Empty if it holds for everything (INDUCTIVE); else what it is limited to (BOUNDED)."""
    run: Callable[[World], None]
    """The obligation itself."""
    kinds: tuple[type, ...] = ()
    """Transaction kinds of which it shows what they keep."""
    keeps: frozenset[Kept] = frozenset()
    """What it shows of them."""

    @property
    def strength(self) -> str:
        """What a proof of it says."""
        return f"BOUNDED {self.bound}" if self.bound else "INDUCTIVE"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Inputs for which something required is false."""

    statement: str
    """What should have been true."""
    values: dict[str, int]
    """Integers by name."""
    choices: dict[str, str]
    """Options by name of the choice."""
    replayed: bool
    """Whether the plain functions, run on these inputs, showed the same."""


@dataclass(slots=True)
class ProofResult:
    """What came of an obligation. The proofs of consensus report in the same form."""

    id: str
    """Id of the obligation."""
    statement: str
    """The sentence."""
    rules: tuple[str, ...]
    """Rules that it is about."""
    about: tuple[str, ...]
    """Functions that it runs, as module:function, line."""
    strength: str
    """INDUCTIVE, BOUNDED and to what, or SAMPLED and how often."""
    verdict: Verdict = "proved"
    """Whether it is proved."""
    detail: str = ""
    """Why not, in a line."""
    paths: int = 0
    """Ways through the functions."""
    replayed: int = 0
    """Paths of which a concrete input was found and run on the plain functions, with the same result."""
    requirements: int = 0
    """Demands that were proved."""
    outcomes: dict[str, int] = field(default_factory=dict)
    """Outcomes reached by a replayed input, and on how many paths."""
    counterexample: Counterexample | None = None
    """The first, if there is one."""
    seconds: float = 0.0
    """What it took."""

    @property
    def holds(self) -> bool:
        """Whether it is proved, without a reserve."""
        return self.verdict == "proved"


OBLIGATIONS: dict[str, Obligation] = {}
"""All obligations by id, in the order of their definition; filled by importing `clearstone.proofs.catalogue`."""


def obligation(
    *rules: str,
    about: tuple[Callable[..., Any], ...],
    reaches: set[str],
    bound: str = "",
    kinds: tuple[type, ...] = (),
    keeps: Collection[Kept] = (),
) -> Callable[[Callable[[World], None]], Callable[[World], None]]:
    """Register a function as an obligation; its docstring's first paragraph is the statement."""

    def register(run: Callable[[World], None]) -> Callable[[World], None]:
        if run.__name__ in OBLIGATIONS:
            raise ValueError(f"two obligations are called {run.__name__}")
        statement = " ".join((inspect.getdoc(run) or "").partition("\n\n")[0].split())
        reached, kept = frozenset(reaches), frozenset(keeps)
        made = Obligation(run.__name__, statement, rules, about, reached, bound, run, kinds, kept)
        OBLIGATIONS[made.id] = made
        return run

    return register


def place_of(function: Callable[..., Any]) -> str:
    """Where a function is: its file within the package, and its line."""
    code = inspect.unwrap(function)
    file = (inspect.getsourcefile(code) or "").rpartition("/clearstone/")[2]
    return f"{file}:{inspect.getsourcelines(code)[1]} {function.__qualname__}"
