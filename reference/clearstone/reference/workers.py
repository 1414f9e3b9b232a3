"""Processes that work through jobs at the same time, and what they send back.

Whoever has nothing to do gets the next job, so that all end at about the same time. Each worker is a fresh interpreter,
which takes on the mutant that the environment names before it imports anything of the spec. It sends its progress and a
report for each job. If it dies, that is a report too.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any

from clearstone import mutants
from clearstone.reference.check_plan import Job

SILENCE = 120.0
"""After how many seconds without a word from any worker they count as hung: they tell of every few blocks."""
PROCESSES = 2
"""How many work at once."""


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


@dataclass(slots=True)
class Worker:
    """One of the processes."""

    process: Any
    """Its handle."""
    connection: Connection
    """Jobs go there, messages come from there."""
    job: Job | None = None
    """What it is at."""

    def give(self, job: Job | None) -> None:
        """Give it a job, or send it home."""
        self.job = job
        with suppress(BrokenPipeError):  # it has died: that is seen where its message is awaited
            self.connection.send(job)


def run_jobs(jobs: Sequence[Job], processes: int = PROCESSES) -> Generator[Progress | Finished | Died, None, None]:
    """Do all jobs, begun in their order; closing the iterator ends the workers."""
    waiting = list(jobs)
    workers: dict[Connection, Worker] = {}
    try:
        for _ in range(min(processes, len(waiting))):
            worker = start_worker()
            workers[worker.connection] = worker
            worker.give(waiting.pop(0))
        while workers:
            heard = wait(list(workers), SILENCE)
            if not heard:
                yield Died(next(iter(workers.values())).job, f"no worker was heard of for {SILENCE} s")
                return
            for ready in heard:
                assert isinstance(ready, Connection)
                worker = workers[ready]
                try:
                    message = ready.recv()
                except EOFError:
                    del workers[ready]
                    worker.process.join()
                    if worker.process.exitcode != 0:
                        yield Died(worker.job, f"the worker ended with exit code {worker.process.exitcode}")
                    continue
                if isinstance(message, Finished):
                    worker.give(waiting.pop(0) if waiting else None)
                yield message
    finally:
        for worker in workers.values():
            worker.process.terminate()
        for worker in workers.values():
            worker.process.join()


def start_worker() -> Worker:
    """Start a process that waits for jobs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def work(connection: Connection) -> None:
    """What a worker does: one job after the other, under the mutant that this run is under."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one ends it
    mutants.install_from_environment()
    from clearstone.reference.job_runner import run_job

    while (job := connection.recv()) is not None:
        connection.send(Finished(job, run_job(job, partial(_tell, connection, job))))
    connection.close()


def _tell(connection: Connection, job: Job, done: int, planned: int, note: str) -> None:
    """Send how far a job has come."""
    connection.send(Progress(job, done, planned, note))
