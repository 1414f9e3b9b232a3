from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.stateful.shrinking import Shrinker


def smaller(step: int) -> Iterator[int]:
    yield from range(step)


def sums(first: int, second: int) -> Iterator[int]:
    yield first + second


def nothing(*_: int) -> Iterator[int]:
    yield from ()


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40).filter(lambda steps: {3, 7} <= set(steps)))
def test_what_is_not_needed_goes_and_what_is_needed_stays(steps: list[int]):
    assert sorted(Shrinker().shrink(tuple(steps), lambda tried: {3, 7} <= set(tried), nothing, nothing)) == [3, 7]


@given(st.lists(st.integers(0, 99), min_size=1, max_size=30).filter(lambda steps: sum(steps) >= 40))
def test_neighbours_become_one_step_and_each_step_is_made_plainer(steps: list[int]):
    assert Shrinker().shrink(tuple(steps), lambda tried: sum(tried) >= 40, smaller, sums) == (40,)


def test_a_detour_goes_as_a_whole():
    def breaks(steps: tuple[int, ...]) -> bool:
        return steps in ((1, 2, 3, 4, 5, 9), (1, 2, 9))

    assert Shrinker().shrink((1, 2, 3, 4, 5, 9), breaks, nothing, nothing) == (1, 2, 9)


def test_it_ends_after_so_many_steps():
    shrinker = Shrinker(most_steps=300)
    assert shrinker.shrink(tuple(range(100)), lambda steps: steps[-1] == 99, smaller, nothing)[-1] == 99
    assert 300 <= shrinker.steps < 400


def test_it_ends_after_so_many_runs_with_something_that_still_breaks():
    runs = 0

    def breaks(steps: tuple[int, ...]) -> bool:
        nonlocal runs
        runs += 1
        return steps[-1] == 99

    shrunk = Shrinker(most=10).shrink(tuple(range(100)), breaks, smaller, nothing)
    assert runs == 10
    assert shrunk[-1] == 99
