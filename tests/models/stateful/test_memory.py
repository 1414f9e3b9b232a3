import gc
import weakref

import pytest

from clearstone.models.stateful import hunting
from clearstone.models.stateful.hunting import BATCH, MACHINES, Profile, Run, hunt, make_up


@pytest.mark.parametrize("name", MACHINES)
def test_a_program_that_has_ended_lets_its_states_go_at_once(name: str):
    seen: list[weakref.ref[Run]] = []
    gc.disable()
    try:
        make_up(MACHINES[name], lambda run: seen.append(weakref.ref(run)), 3, 5, 1)
        alive = [each for each in seen if each() is not None]
    finally:
        gc.enable()
    assert len(seen) >= 3
    assert alive == []


def test_what_is_left_of_a_batch_is_collected_before_the_next(monkeypatch: pytest.MonkeyPatch):
    collected: list[int] = []
    monkeypatch.setattr(hunting, "make_up", lambda *_: collected.append(0))
    monkeypatch.setattr(hunting.gc, "collect", lambda: collected.append(1))
    hunt(MACHINES["network"], Profile("ci", 2 * BATCH, 1))
    assert collected[:4] == [0, 1, 0, 1]


def test_no_class_is_made_for_a_batch():
    maker = MACHINES["network"].maker
    before = len(maker.__subclasses__())
    make_up(MACHINES["network"], lambda run: None, 1, 2, 1)
    assert len(maker.__subclasses__()) == before
