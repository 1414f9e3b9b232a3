"""A fixed sample of the mutants: spread over all modules and kinds, the same as long as the mutants are."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from clearstone.conformance.machine_mutants.mutant import MachineMutant


def sample(mutants: Sequence[MachineMutant], size: int) -> tuple[MachineMutant, ...]:
    """So many mutants, those whose names hash to the least, in their own order: an edit changes little of it."""
    chosen = sorted(mutants, key=lambda mutant: sha256(mutant.name.encode()).digest())[:size]
    names = {mutant.name for mutant in chosen}
    return tuple(mutant for mutant in mutants if mutant.name in names)
