"""Every mutant, one module for each layer of the protocol.

Each entry is a mistake that somebody could make, or has made: it changes as little text as shows the idea, and it must
make the methods that it names fail. Names are unique, and every old text occurs exactly once.
"""

from __future__ import annotations

from clearstone.mutants.catalogue import (
    consensus,
    encoding,
    evidence,
    funding,
    ledger,
    liquidation,
    margin,
    matching,
    messages,
    numbers,
    oracle,
    parameters,
    settlement,
    waterfall,
)
from clearstone.mutants.mutant import Mutant, UnknownMutantError

CATALOGUE: tuple[Mutant, ...] = (
    *numbers.MUTANTS,
    *encoding.MUTANTS,
    *consensus.MUTANTS,
    *messages.MUTANTS,
    *evidence.MUTANTS,
    *oracle.MUTANTS,
    *ledger.MUTANTS,
    *margin.MUTANTS,
    *matching.MUTANTS,
    *liquidation.MUTANTS,
    *waterfall.MUTANTS,
    *settlement.MUTANTS,
    *funding.MUTANTS,
    *parameters.MUTANTS,
)
"""All mutants, by layer."""


def find(name: str) -> Mutant:
    """Return the mutant of that name, or say which names there are that look like it."""
    for mutant in CATALOGUE:
        if mutant.name == name:
            return mutant
    import difflib  # only when a name is wrong, since every start of the command passes here

    similar = difflib.get_close_matches(name, [mutant.name for mutant in CATALOGUE], n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(similar)}?" if similar else "; --list-mutants names them all"
    raise UnknownMutantError(f"no mutant is called {name!r}{hint}")
