import signal
from contextlib import suppress

import pytest

from clearstone.models.stateful.hunting import MACHINES, Hunt, Profile, hunt
from clearstone.models.stateful.interrupts import InterruptsKept


def test_an_interrupt_that_is_swallowed_ends_a_hunt_after_its_program():
    def tell(_: Hunt) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)

    done = hunt(MACHINES["network"], Profile("ci", 12, 3), 1, tell)
    assert (done.ended, done.programs) == ("interrupted", 1)


def test_nothing_is_raised_that_did_not_come_and_all_is_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with InterruptsKept() as interrupts:
        interrupts.ask()
        assert signal.getsignal(signal.SIGINT) != before
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            interrupts.ask()
    assert signal.getsignal(signal.SIGINT) == before


def test_where_interrupts_are_ignored_they_still_are():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with InterruptsKept():
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
