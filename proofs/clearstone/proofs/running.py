"""Running many proofs: one after the other, or in several processes at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from os import cpu_count
from typing import TypeVar

from clearstone import mutants
from clearstone.proofs.obligations import ProofResult

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")

WORTH_IT = 12
"""With fewer proofs than this, starting another process takes longer than it saves."""


def prove_listed(ids: Sequence[str], seed: int = 0, processes: int | None = None) -> Generator[ProofResult, None, None]:
    """The result of each proof, by id, as it comes: in their order if one process does them all.

    By default there is a process for each processor, or only this one if the proofs are few.
    """
    return run_listed(partial(prove_one, seed=seed), ids, processes)


def run_listed(
    work: Callable[[Job], Outcome], jobs: Sequence[Job], processes: int | None = None
) -> Generator[Outcome, None, None]:
    """What comes of each job, as it comes; how many processes there are is chosen as for proofs."""
    wanted = processes or (cpu_count() or 1 if len(jobs) >= WORTH_IT else 1)
    if wanted == 1:
        yield from map(work, jobs)
        return
    context = multiprocessing.get_context("spawn")
    with closing(context.Pool(wanted, mutants.install_from_environment)) as pool:
        try:
            yield from pool.imap_unordered(work, jobs)
        finally:
            pool.terminate()
            pool.join()


def prove_one(id: str, seed: int = 0) -> ProofResult:
    """The result of one proof, by its id."""
    from clearstone.proofs.catalogue import selected  # not before a worker has taken on its mutant

    (proof,) = selected((id,))
    return proof.prove(seed)
