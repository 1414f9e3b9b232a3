"""Children that loop, fill the memory or hand something back, and what a score counts."""

import errno
import mmap
import os
import signal

import pytest

from clearstone.conformance.machine_mutants.children import ChildDied, in_child, limit_memory, limit_time
from clearstone.conformance.machine_mutants.generation import mutants_of
from clearstone.conformance.machine_mutants.score import Score, by_module, different_after_all, score, survivors
from clearstone.conformance.machine_mutants.trial import Manner, Verdict


def verdict(place: int, manner: Manner) -> Verdict:
    return Verdict(mutants_of("numbers")[place], manner, "", "", 1)


def test_a_child_hands_back_what_its_function_returns():
    assert in_child(lambda: (os.getpid() != os.getppid(), [1, "a"])) == (True, [1, "a"])
    parent = os.getpid()
    assert in_child(os.getpid) != parent


def test_a_child_that_loops_is_ended_by_its_limit():
    def loop() -> None:
        limit_time(0.05)
        while True:
            pass

    with pytest.raises(ChildDied) as died:
        in_child(loop)
    assert died.value.signal == signal.SIGPROF


def test_a_child_that_takes_too_much_memory_is_refused_it():
    def fill() -> str:
        limit_memory(1 << 26)
        try:  # of the system: an array might be given memory that the process holds and does not use
            return str(len(mmap.mmap(-1, 1 << 27)))
        except OSError as error:
            return errno.errorcode[error.errno or 0]

    assert in_child(fill) == "ENOMEM"


def test_a_child_that_fails_is_no_result(capfd):
    def fail() -> None:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(ChildDied, match="status 1"):
        in_child(fail)
    assert "on purpose" in capfd.readouterr().err


def test_what_is_equivalent_and_survives_does_not_count():
    verdicts = [verdict(0, "answers"), verdict(1, "raises"), verdict(2, "hangs"), verdict(3, "survives")]
    titles = {verdicts[3].mutant.title}
    assert score(verdicts, ()) == Score(4, 3, 0)
    assert score(verdicts, ()).ppm == 750_000
    assert score(verdicts, titles) == Score(4, 3, 1)
    assert score(verdicts, titles).ppm == 1_000_000
    assert by_module(verdicts, titles) == {"numbers": Score(4, 3, 1)}
    assert survivors(verdicts, ()) == (verdicts[3],)
    assert survivors(verdicts, titles) == ()


def test_an_equivalent_one_that_was_caught_counts_and_is_told():
    caught = verdict(0, "answers")
    titles = {caught.mutant.title}
    assert score([caught], titles) == Score(1, 1, 0)
    assert different_after_all([caught], titles) == (caught,)


def test_nothing_tried_is_nothing_missed():
    assert score((), ()).ppm == 1_000_000
