import pytest

from clearstone.models.exploration.search import explore
from clearstone.models.exploration.system import Expansion, Step


class Counters:
    """Two counters that go up by one or by three, up to a limit; alike, if asked for."""

    def __init__(self, limit: int = 6, *, alike: bool = False, bad=None, bad_step=None) -> None:
        self.limit, self.alike, self.bad, self.bad_step = limit, alike, bad, bad_step

    def initial(self):
        yield 0, 0

    def canonical(self, state):
        return tuple(sorted(state)) if self.alike else state

    def expand(self, state):
        steps = []
        for index in (0, 1):
            for more in (1, 3):
                after = (*state[:index], state[index] + more, *state[index + 1 :])
                if max(after) <= self.limit:
                    wrong = ("a wrong step",) if self.bad_step == (state, after) else ()
                    steps.append(Step(f"{'xy'[index]} += {more}", after, wrong))
        return Expansion(steps, ("a wrong state",) if state == self.bad else ())


def test_every_state_is_looked_at_once():
    done = explore(Counters(6))
    assert (done.states, done.expanded, done.frontier, done.ended) == (49, 49, 0, "exhausted")
    assert sum(done.layers) == 49
    assert done.steps == 2 * 7 * (6 + 4)


def test_states_that_differ_by_a_symmetry_count_once():
    assert explore(Counters(6, alike=True)).states == 7 * 8 // 2


@pytest.mark.parametrize("alike", [False, True])
def test_the_trace_to_a_wrong_state_is_as_short_as_can_be_and_really_happens(alike: bool):
    system = Counters(6, alike=alike, bad=(3, 4))
    violation = explore(system).violation
    assert violation is not None
    assert violation.findings == ("a wrong state",)
    assert len(violation.steps) == 3
    at = violation.start
    for step in violation.steps:
        assert step in system.expand(at).steps
        at = step.after
    assert system.canonical(at) == (3, 4)


def test_a_wrong_step_is_the_last_of_its_trace():
    violation = explore(Counters(6, bad_step=((3, 3), (6, 3)))).violation
    assert violation is not None
    assert violation.findings == ("a wrong step",)
    assert [step.findings for step in violation.steps] == [(), (), ("a wrong step",)]


def test_a_limit_of_states_or_of_depth_ends_it_and_is_named():
    few, shallow = explore(Counters(6), max_states=5), explore(Counters(6), max_depth=2)
    assert (few.ended, shallow.ended) == ("state limit", "depth limit")
    assert few.frontier > 0
    assert len(shallow.layers) == 3
    assert shallow.frontier > 0


def test_what_is_interrupted_says_so_and_keeps_what_it_has():
    def interrupt(done) -> None:
        if done.states > 2_500:
            raise KeyboardInterrupt

    done = explore(Counters(300), tell=interrupt)
    assert done.ended == "interrupted"
    assert 0 < done.expanded < done.states
