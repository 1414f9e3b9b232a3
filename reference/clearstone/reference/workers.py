"""Processes that work through jobs at the same time, and what they send back.

Each worker is a fresh interpreter, which takes on the mutant that the environment names before it imports anything of
the spec. It sends its progress and a report for each job. If it dies, that is a report too.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any

from clearstone import mutants
from clearstone.reference.check_plan import Job

SILENCE = 120.0
"""After how many seconds without a word from any worker they count as hung: they tell of every few blocks."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come."""

    job: Job
    """The job."""
    done: int
    """Blocks or scenarios done."""
    planned: int
    """Out of so many."""
    note: str
    """What has happened so far, in a few words."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A job has ended."""

    job: Job
    """The job."""
    report: Any
    """What it came to: of the type that `job_runner.run_job` returns."""


@dataclass(frozen=True, slots=True)
class Died:
    """A worker ended in the middle of its jobs."""

    job: Job | None
    """The job that it was at, if it got so far as to start one."""
    reason: str
    """How it ended."""


def run_jobs(queues: Sequence[Sequence[Job]]) -> Generator[Progress | Finished | Died, None, None]:
    """Work through each queue in a process of its own; closing the iterator ends them all."""
    context = multiprocessing.get_context("spawn")
    workers: dict[Connection, Any] = {}
    at: dict[Connection, Job | None] = {}
    try:
        for queue in queues:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=work, args=(theirs, tuple(queue)), daemon=True)
            process.start()
            theirs.close()
            workers[ours], at[ours] = process, next(iter(queue), None)
        while workers:
            heard = wait(list(workers), SILENCE)
            if not heard:
                yield Died(next(iter(at.values())), f"no worker was heard of for {SILENCE} s")
                return
            for ready in heard:
                assert isinstance(ready, Connection)
                try:
                    message = ready.recv()
                except EOFError:
                    process = workers.pop(ready)
                    process.join()
                    if process.exitcode != 0:
                        yield Died(at[ready], f"the worker ended with exit code {process.exitcode}")
                    continue
                at[ready] = message.job
                yield message
    finally:
        for process in workers.values():
            process.terminate()
        for process in workers.values():
            process.join()


def work(connection: Connection, jobs: Sequence[Job]) -> None:
    """What a worker does: one job after the other, under the mutant that this run is under."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    mutants.install_from_environment()
    from clearstone.reference.job_runner import run_job

    for job in jobs:
        connection.send(Finished(job, run_job(job, partial(_tell, connection, job))))
    connection.close()


def _tell(connection: Connection, job: Job, done: int, planned: int, note: str) -> None:
    """Send how far a job has come."""
    connection.send(Progress(job, done, planned, note))
