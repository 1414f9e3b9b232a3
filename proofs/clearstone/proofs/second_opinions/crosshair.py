"""CrossHair on the same obligations: a symbolic executor for any Python, written by others on other principles.

CrossHair has proxies of its own for integers, and follows paths until its time is up: the one limit in seconds here,
which decides nothing but the column of its own. What it confirms, it confirms for all integers. What it claims to
refute is replayed on the plain functions, and counts only if they agree: it models much of Python, and some of that
only nearly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from time import perf_counter
from typing import Any, TypeVar

from immutables import Map

from clearstone.proofs.obligations import Counterexample, Obligation
from clearstone.proofs.second_opinions.opinions import Judgement, MissingToolError, Opinion
from clearstone.proofs.symbolic.exploration import Abandoned
from clearstone.proofs.worlds import PlainWorld, World

T = TypeVar("T")

SECONDS = 10.0
"""Time for one obligation, unless told otherwise."""


class BrokenError(Exception):
    """Something required is false on a path."""


class CrossHairWorld(World):
    """A world of CrossHair's integers."""

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.integers: dict[str, int] = {}
        self.places: dict[str, int] = {}
        self.options: dict[str, str] = {}

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """One of CrossHair's integers, within the bounds."""
        if name not in self.integers:
            self.integers[name] = _proxy(f"integer {name}", low, high)
        return self.integers[name]

    def choice(self, name: str, options: Sequence[T]) -> T:
        """A path for each option."""
        place = _proxy(f"choice {name}", 0, len(options) - 1)
        number = next((number for number in range(len(options) - 1) if place == number), len(options) - 1)
        self.places[name], self.options[name] = number, str(options[number])
        return options[number]

    def assume(self, condition: object) -> None:
        """Leave the path where it is false."""
        if not condition:
            raise Abandoned

    def require(self, condition: object, statement: str) -> None:
        """Leave the path, broken, where it is false."""
        if not condition:
            raise BrokenError(statement)

    def lemma(self, condition: object) -> None:
        """Require it."""
        self.require(condition, "a lemma")


def crosshair_opinion(obligation: Obligation, seconds: float = SECONDS) -> Opinion:
    """What CrossHair says of an obligation in so many seconds."""
    began = perf_counter()
    broken: list[Counterexample] = []
    states = _analyse(_path_of(obligation, broken), seconds)
    shown = next((example for example in broken if example.replayed), None)
    judgement: Judgement = "refuted" if shown else "confirmed" if states == {"CONFIRMED"} else "no verdict"
    detail = shown.statement if shown else "" if judgement == "confirmed" else _reason(states, broken)
    strength = "for all integers" if judgement == "confirmed" else f"within {seconds:g} s"
    return Opinion(
        obligation.id,
        "crosshair",
        judgement,
        strength,
        detail=detail,
        counterexample=shown,
        seconds=perf_counter() - began,
    )


def _reason(states: set[str], broken: list[Counterexample]) -> str:
    """Why there is no verdict."""
    if broken:
        return f"not confirmed by the plain functions: {broken[0].statement}"
    return "its time was up" if states <= {"CANNOT_CONFIRM"} else ", ".join(sorted(states))


def _path_of(obligation: Obligation, broken: list[Counterexample]) -> Callable[[], None]:
    """One path of an obligation; what breaks on it is replayed and kept."""

    def follow() -> None:
        world = CrossHairWorld()
        try:
            obligation.run(world)
        except Abandoned:
            return
        except Exception as error:
            said = str(error) if isinstance(error, BrokenError) else f"nothing is raised, but {type(error).__name__} is"
            broken.append(_replayed(obligation, world, said))
            raise

    return follow


def _replayed(obligation: Obligation, world: CrossHairWorld, said: str) -> Counterexample:
    """A path's inputs as plain integers, and whether the plain functions break on them too."""
    from crosshair.core import deep_realize
    from crosshair.tracers import NoTracing

    values = {str(name): int(value) for name, value in deep_realize(world.integers).items()}
    with NoTracing():  # type: ignore[no-untyped-call]  # CrossHair states no type of it
        plain = PlainWorld(values, world.places)
        try:
            obligation.run(plain)
            shown = any(not true for _, true in plain.required)
        except Abandoned:
            shown = False
        except Exception:
            shown = True
    return Counterexample(said, values, world.options, shown)


def _analyse(follow: Callable[[], None], seconds: float) -> set[str]:
    """Let CrossHair follow all paths; the states of its messages."""
    try:
        from crosshair.core import analyze_function, run_checkables
        from crosshair.core_and_libs import AnalysisKind
        from crosshair.options import AnalysisOptionSet
    except ImportError:
        raise MissingToolError("crosshair-tool") from None

    def whatever_it_is(_: bool) -> None:
        """
        post: True
        """  # the contract as CrossHair reads it: to return is all that is asked
        follow()

    options = AnalysisOptionSet(
        analysis_kind=[AnalysisKind.PEP316],
        per_condition_timeout=seconds,
        per_path_timeout=seconds,
        max_uninteresting_iterations=10**9,
        report_all=True,
    )
    _take_plain_maps()
    messages = run_checkables(analyze_function(whatever_it_is, options))
    return {message.state.name for message in messages}


def _proxy(name: str, low: int | None, high: int | None) -> int:
    """One of CrossHair's integers within bounds, which part no paths."""
    from crosshair.core import proxy_for_type
    from crosshair.statespace import context_statespace
    from crosshair.tracers import NoTracing

    with NoTracing():  # type: ignore[no-untyped-call]  # CrossHair states no type of it
        made: Any = proxy_for_type(int, name.replace(" ", "_"))
        space = context_statespace()
        if low is not None:
            space.add(made.var >= low)
        if high is not None:
            space.add(made.var <= high)
        return made  # type: ignore[no-any-return]  # a proxy that behaves as an int does


@cache
def _take_plain_maps() -> None:
    """Let maps that are written in C be made of CrossHair's dictionaries: it can be told so once."""
    from crosshair.core import register_patch
    from crosshair.tracers import NoTracing

    def made(*sources: Any, **named: Any) -> Any:
        with NoTracing():  # type: ignore[no-untyped-call]  # CrossHair states no type of it
            plain = [{key: source[key] for key in source} if _is_mapping(source) else source for source in sources]
            return Map(*plain, **named)

    register_patch(Map, made)


def _is_mapping(source: object) -> bool:
    """Whether a source of a map is a mapping."""
    return isinstance(source, Mapping) or hasattr(source, "keys")
