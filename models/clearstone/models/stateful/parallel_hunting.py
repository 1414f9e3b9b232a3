"""Hunting in several processes at once: each takes some batches of programs, and what comes of them is put together.

A batch's seed follows from the hunt's and from its place, and the parts are looked at in their order: so what is found
does not depend on how many processes there are, nor on which of them was quickest.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import perf_counter
from typing import Any

from clearstone.models.stateful.hunting import BATCH, MACHINES, Hunt, Machine, Profile, Tell, hunt, shortest
from clearstone.mutants import install_from_environment

PART = 4 * BATCH
"""Programs that a process is given at a time: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Part:
    """What came of a part of a hunt."""

    programs: int
    """Programs run."""
    steps: int
    """Their steps."""
    program: Any
    """The first that broke something; None if none did."""
    found_steps: int
    """Its steps."""


def hunt_in_processes(
    machine: Machine, profile: Profile, number: int, processes: int, tell: Tell = lambda hunt: None
) -> Hunt:
    """Hunt with a machine, from a seed, in so many processes; `tell` is called after each part."""
    if processes == 1:
        return hunt(machine, profile, number, tell)
    done, began = Hunt(machine, profile, number), perf_counter()
    found: Part | None = None
    jobs = [
        (machine.name, replace(profile, programs=min(PART, profile.programs - first)), number, first // BATCH)
        for first in range(0, profile.programs, PART)
    ]
    try:
        with interrupts_ignored():
            pool = get_context("spawn").Pool(processes, initializer=install_from_environment)
        with pool:
            for part in pool.imap(hunt_part, jobs):
                done.programs += part.programs
                done.steps += part.steps
                done.seconds = perf_counter() - began
                tell(done)
                if part.program is not None:
                    found, done.found_after, done.found_steps = part, done.seconds, part.found_steps
                    break
        done.ended = "done" if found is None else "violation"
    except KeyboardInterrupt:
        done.ended = "interrupted"
    if found is not None:
        done.run, done.shrinking = shortest(machine, machine.run(found.program, None))
    done.seconds = perf_counter() - began
    return done


def hunt_part(job: tuple[str, Profile, int, int]) -> Part:
    """Hunt for one part: its programs come from seeds that no other part has."""
    name, profile, number, first_batch = job
    done = hunt(MACHINES[name], profile, number, first_batch=first_batch, shrinks=False)
    program = None if done.run is None else done.run.program
    return Part(done.programs, done.steps, program, done.found_steps)


@contextmanager
def interrupts_ignored() -> Iterator[None]:
    """Start processes that are not interrupted from the keyboard: who started them ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
