"""Running many proofs: one after the other, or in several processes at once."""

from __future__ import annotations

import multiprocessing
from collections.abc import Generator, Sequence
from contextlib import closing
from functools import partial
from os import cpu_count

from clearstone import mutants
from clearstone.proofs.obligations import ProofResult

WORTH_IT = 12
"""With fewer proofs than this, starting another process takes longer than it saves."""


def prove_listed(ids: Sequence[str], seed: int = 0, processes: int | None = None) -> Generator[ProofResult, None, None]:
    """The result of each proof, by id, as it comes: in their order if one process does them all.

    By default there is a process for each processor, or only this one if the proofs are few.
    """
    wanted = processes or (cpu_count() or 1 if len(ids) >= WORTH_IT else 1)
    if wanted == 1:
        yield from (prove_one(id, seed) for id in ids)
        return
    context = multiprocessing.get_context("spawn")
    with closing(context.Pool(wanted, mutants.install_from_environment)) as pool:
        try:
            yield from pool.imap_unordered(partial(prove_one, seed=seed), ids)
        finally:
            pool.terminate()
            pool.join()


def prove_one(id: str, seed: int = 0) -> ProofResult:
    """The result of one proof, by its id."""
    from clearstone.proofs.catalogue import selected  # not before a worker has taken on its mutant

    (proof,) = selected((id,))
    return proof.prove(seed)
