"""Hypothesis with the same obligations: inputs drawn at random, run on the plain functions.

Nothing symbolic takes part, so what an executor could get wrong, such as its replacement of `max` or its merging, is
not trusted here. A sample proves nothing; it is reported as SAMPLED, with the number of examples that satisfied the
assumptions.

Most obligations assume much (parameters in order, a position that is not empty, amounts that fit), and integers drawn
from their whole range would satisfy hardly any of it. So each integer has its usual value, or departs from it: to a
neighbour, a small number, a boundary, a value drawn before, or anywhere within its bounds at any size. How often
integers depart is drawn for each example, from hardly ever to nearly always, and seldom rather than often: most rules
apply only where a dozen integers fit together, and break where a single one does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from clearstone.proofs.obligations import Counterexample, Obligation
from clearstone.proofs.second_opinions.opinions import MissingToolError, Opinion
from clearstone.proofs.symbolic.exploration import Abandoned
from clearstone.proofs.worlds import World

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

T = TypeVar("T")

LARGEST = 1 << 128
"""Integers without a bound are drawn up to this size."""
FEW = 8
"""A range of so few values is drawn from evenly."""
DEPARTURES = 32
"""How often an integer departs from its usual value is counted in parts of this many."""
ODD = 24
"""One of the first so many integers of an example departs however seldom the others do."""
LEAST_DEPARTURES = 12
"""How often, at least, an integer departs from 0: nobody said that 0 is usual."""
TURNS = 8
"""Of the integers that may as well be negative, one in so many has the opposite of its usual value."""
EXAMPLES = 100
"""Examples of each obligation, unless told otherwise."""


class BrokenError(Exception):
    """Something required is false in an example."""


class SampledWorld(World):
    """One example: integers and choices as Hypothesis draws them."""

    def __init__(self, data: DataObject) -> None:
        """Draw from this source."""
        super().__init__()
        self.data = data
        self.used: dict[str, int] = {}
        self.chosen: dict[str, str] = {}
        self.required = 0
        self.departing = self._draw(0, DEPARTURES - 1) ** 2 // DEPARTURES
        self.odd = self._draw(0, ODD - 1)

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        """The value of that name, drawn the first time that it is asked for."""
        if name not in self.used:
            self.used[name] = self._drawn(low, high, usual)
        value = self.used[name]
        if (low is not None and value < low) or (high is not None and value > high):
            raise Abandoned
        return value

    def choice(self, name: str, options: Sequence[T]) -> T:
        """Any option, evenly."""
        chosen = options[self._draw(0, len(options) - 1)]
        self.chosen[name] = str(chosen)
        return chosen

    def assume(self, condition: object) -> None:
        """Leave the example where it is false."""
        if not condition:
            raise Abandoned

    def require(self, condition: object, statement: str) -> None:
        """End the example where it is false."""
        self.required += 1
        if not condition:
            raise BrokenError(statement)

    def lemma(self, condition: object) -> None:
        """Require it."""
        self.require(condition, "a lemma")

    def _draw(self, low: int, high: int) -> int:
        """An integer of a range, evenly."""
        from hypothesis import strategies

        return self.data.draw(strategies.integers(low, high))

    def _drawn(self, low: int | None, high: int | None, usual: int) -> int:
        """The usual value, or a departure from it."""
        least = -LARGEST if low is None else low
        most = max(LARGEST, least) if high is None else high
        if most - least < FEW:
            return self._draw(least, most)
        if least == -most and self._draw(0, TURNS - 1) == TURNS - 1:
            usual = -usual
        value = usual
        often = self.departing if usual else max(self.departing, LEAST_DEPARTURES)
        if len(self.used) == self.odd or self._draw(0, DEPARTURES - 1) > DEPARTURES - 1 - often:
            value = self._departure(least, most, usual)
        return min(max(value, least), most)

    def _departure(self, least: int, most: int, usual: int) -> int:
        """A value that is not the usual one: the kinds are equally frequent."""
        match self._draw(0, 5):
            case 0:
                return usual + self._draw(-2, 2)
            case 1:
                return self._draw(-FEW if least < -FEW else least, max(least, 0) + FEW)
            case 2:
                return (least, least + 1, most - 1, most)[self._draw(0, 3)]
            case 3:
                drawn = list(self.used.values()) or [usual]
                return drawn[self._draw(0, len(drawn) - 1)] + self._draw(-1, 1)
            case 4:
                return self._draw(-1, 3) * usual
        size = self._draw(0, LARGEST.bit_length())
        return self._draw(-1 << size, 1 << size)


def sample(obligation: Obligation, examples: int = EXAMPLES, seed: int = 0, shrink: bool = True) -> Opinion:
    """Try an obligation on random examples, up to the first that breaks something; `shrink` makes that one plain."""
    try:
        from hypothesis import HealthCheck, Phase, given, reject, settings, strategies
        from hypothesis import seed as seeded
        from hypothesis.errors import Unsatisfiable
    except ImportError:
        raise MissingToolError("hypothesis") from None
    began = perf_counter()
    satisfied, outcomes, broken = 0, dict[str, int](), list[tuple[str, SampledWorld]]()

    def example(data: DataObject) -> None:
        nonlocal satisfied
        world = SampledWorld(data)
        try:
            obligation.run(world)
        except Abandoned:
            reject()
        except Exception as error:
            said = str(error) if isinstance(error, BrokenError) else f"nothing is raised, but {error!r} is"
            broken.append((said, world))
            raise
        satisfied += world.required > 0
        for outcome in dict.fromkeys(world.outcomes):
            outcomes[outcome] = outcomes.get(outcome, 0) + 1

    run = settings(
        max_examples=examples,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )(seeded(seed)(given(strategies.data())(example)))
    try:
        run()
    except Unsatisfiable:
        pass  # said by the count
    except Exception:
        if not broken:
            raise
    counterexample = None
    if broken:
        said, world = broken[-1]
        counterexample = Counterexample(said, world.used, world.chosen, True)
    missing = sorted(obligation.reaches - outcomes.keys())
    unreached = f"not reached: {', '.join(missing)}" if missing else ""
    return Opinion(
        obligation.id,
        "hypothesis",
        "refuted" if counterexample else "held" if satisfied else "no verdict",
        f"SAMPLED {satisfied}",
        satisfied,
        counterexample.statement if counterexample else unreached,
        outcomes,
        counterexample,
        perf_counter() - began,
    )
