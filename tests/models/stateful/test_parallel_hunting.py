import signal

import pytest

from clearstone.models.stateful import parallel_hunting
from clearstone.models.stateful.hunting import BATCH, MACHINES, Hunt, Profile
from clearstone.models.stateful.parallel_hunting import PART, hunt_in_processes, hunt_part, interrupts_ignored
from clearstone.mutants import find, run_in_fresh_process

NETWORK = MACHINES["network"]


def test_a_part_begins_where_the_one_before_ended(monkeypatch: pytest.MonkeyPatch):
    seeds: list[int] = []
    monkeypatch.setattr(
        "clearstone.models.stateful.hunting.make_up",
        lambda machine, observe, programs, steps, number: [seeds.append(number), *map(observe, [Nothing()] * programs)],
    )
    for first_batch in (0, PART // BATCH):
        hunt_part(("network", Profile("ci", PART, 5), 1, first_batch))
    assert seeds == [1_000_003 + batch for batch in range(2 * PART // BATCH)]


class Nothing:
    violations = ()
    length = 0


def test_two_processes_run_the_programs_of_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parallel_hunting, "PART", BATCH)
    told: list[int] = []
    both, alone = (
        hunt_in_processes(NETWORK, Profile("ci", 2 * BATCH, 4), 1, processes, lambda done: told.append(done.programs))
        for processes in (2, 1)
    )
    assert (both.programs, both.steps, both.ended) == (alone.programs, alone.steps, "done")
    assert told[:2] == sorted(told[:2])


def test_what_one_of_them_finds_is_made_short():
    arguments = ("stateful", "--machine", "network", "--processes", "2", "--programs", "50")
    done = run_in_fresh_process(arguments, find("no-lock"), timeout=100)
    assert (done.returncode, "lock-kept" in done.stdout, done.stderr) == (1, True, "")


def test_an_interrupted_hunt_keeps_what_it_has_come_to():
    def stop(_: Hunt) -> None:
        raise KeyboardInterrupt

    done = hunt_in_processes(NETWORK, Profile("ci", 2 * PART, 2), 1, 2, stop)
    assert (done.ended, done.holds, done.run) == ("interrupted", False, None)
    assert done.programs >= PART


def test_interrupts_are_ignored_only_while_processes_start():
    before = signal.getsignal(signal.SIGINT)
    with interrupts_ignored():
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    assert signal.getsignal(signal.SIGINT) == before
