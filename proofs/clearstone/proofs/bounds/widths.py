"""How wide the results of expressions get, on every path of an obligation, by interval arithmetic.

The specification runs as when it is proved, on polynomials over named quantities, but no solver is asked: a comparison
is decided by the ranges that are known on the path, or both ways are followed. So more paths are followed than inputs
can take, and each expression's result lies within the interval that is noted of it, whatever the inputs. One contract
is used, as intervals forget that a part is no more than the whole: a share is between nothing and its cap (NUM-6).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeVar

from clearstone.proofs.bounds.ranges import range_of
from clearstone.proofs.contracts import replaced
from clearstone.proofs.merged import MERGED
from clearstone.proofs.obligations import Obligation
from clearstone.proofs.symbolic.definitions import Symbol
from clearstone.proofs.symbolic.exploration import Exploration
from clearstone.proofs.symbolic.formulas import Formula
from clearstone.proofs.symbolic.integers import Integer, integer, polynomial_of, watched
from clearstone.proofs.symbolic.polynomials import Polynomial
from clearstone.proofs.symbolic.solving import Solver
from clearstone.proofs.worlds import World
from clearstone.spec.numbers import share

T = TypeVar("T")
Bits = int | float
"""Bits of a two's complement that holds a number; infinite where nothing bounds it."""


@dataclass(frozen=True, slots=True, order=True)
class Expression:
    """One expression of the specification that computes an integer."""

    module: str
    """Module, below `clearstone.spec`."""
    line: int
    """Line on which it begins."""
    column: int
    """Column at which it begins."""
    function: str
    """Function that it is in."""
    text: str
    """Its source, in one line."""


Widths = dict[Expression, Bits]
"""The widest result of each expression."""


class BoundedWorld(World):
    """A world in which every quantity has a range, and nothing is decided that the ranges do not tell."""

    def __init__(self, exploration: Exploration, layer: str) -> None:
        """Make symbols in the exploration, for an obligation of this module."""
        super().__init__()
        self.exploration, self.layer = exploration, layer

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """A symbol within its range."""
        made: int = integer(self.exploration.vocabulary.define(Symbol(name, *range_of(self.layer, name, low, high))))
        return made

    def choice(self, name: str, options: Sequence[T]) -> T:
        """One path for each option."""
        return options[self.exploration.choose(len(options))]

    def assume(self, condition: object) -> None:
        """A condition of the path."""
        self.exploration.assume(condition)

    def require(self, condition: object, statement: str) -> None:
        """Nothing: it is proved elsewhere."""

    def lemma(self, condition: object) -> None:
        """A condition of the path: it is proved elsewhere."""
        self.exploration.assume(condition)


class Unasked(Solver):
    """A solver that is not asked: anything is possible, nothing is proved."""

    def feasible(self, conditions: Sequence[Formula]) -> bool:
        """Perhaps."""
        return True

    def proves(self, conditions: Sequence[Formula], goal: Formula) -> bool:
        """Perhaps not."""
        return False

    def contradictory(self, conditions: Sequence[Formula]) -> bool:
        """Perhaps not."""
        return False


def widths_of(obligations: Iterable[Obligation]) -> Widths:
    """The widest result of each expression of the specification that the obligations run."""
    widest: Widths = {}
    for obligation in obligations:
        _follow(obligation, widest)
    return widest


def _follow(obligation: Obligation, widest: Widths) -> None:
    """Follow all paths of one obligation."""
    layer = obligation.run.__module__.rpartition(".")[2].removesuffix("_proofs")
    exploration = Exploration(0, MERGED)
    exploration.solver = Unasked(exploration.vocabulary)

    def note(polynomial: Polynomial) -> None:
        place = None if exploration.repeats else _place()
        if place is not None:
            bits = _bits(exploration.vocabulary.interval(polynomial))
            if bits > widest.get(place, 0):
                widest[place] = bits

    def run() -> None:
        try:
            obligation.run(BoundedWorld(exploration, layer))
        except Exception:
            return  # on a path that no input takes: that nothing is raised on the others is proved

    def within_cap(amount: Any, before: Any, cap: Any, total: Any) -> Any:
        exact = share(amount, before, cap, total)
        if not isinstance(exact, Integer):
            return exact
        most = exploration.vocabulary.interval(polynomial_of(cap))[1]
        return integer(exploration.vocabulary.define(Symbol(f"share {exact}", 0, int(most))))

    with watched(note), replaced(share, within_cap):
        for _ in exploration.paths(run):
            pass


def _bits(interval: tuple[Bits, Bits]) -> Bits:
    """Bits of a two's complement that holds everything in the interval."""
    low, high = interval
    if low == -inf or high == inf:
        return inf
    return 1 + max(int(high).bit_length(), (-int(low) - 1).bit_length() if low < 0 else 0)


def _place() -> Expression | None:
    """The expression that is being computed, if it is one of the specification's."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if _is_specified(frame.f_code):
            return _expression(frame.f_code, frame.f_lasti)
        frame = frame.f_back
    return None


@cache
def _is_specified(code: CodeType) -> bool:
    """Whether code is the specification's."""
    return "/clearstone/spec/" in Path(code.co_filename).as_posix()


@cache
def _expression(code: CodeType, instruction: int) -> Expression:
    """The expression that an instruction computes."""
    line, end, column, end_column = list(code.co_positions())[instruction // 2]
    assert line is not None
    assert column is not None
    module = Path(code.co_filename).as_posix().rpartition("/clearstone/spec/")[2].removesuffix(".py").replace("/", ".")
    lines = _source(code.co_filename)[line - 1 : end]
    lines[-1] = lines[-1][:end_column]
    text = " ".join(" ".join([lines[0][column:], *lines[1:]]).split())
    return Expression(module, line, column, code.co_qualname, text)


@cache
def _source(path: str) -> list[str]:
    """The lines of a file."""
    return Path(path).read_text(encoding="utf-8").splitlines()


def functions_of(widths: Widths) -> Iterator[tuple[str, str, Bits, Expression]]:
    """Module, function, bits and the expression that needs them: each function's widest, ascending by module."""
    widest: dict[tuple[str, str], tuple[Bits, Expression]] = {}
    for expression, bits in sorted(widths.items()):
        key = expression.module, expression.function
        if key not in widest or bits > widest[key][0]:
            widest[key] = bits, expression
    for (module, function), (bits, expression) in sorted(widest.items()):
        yield module, function, bits, expression
