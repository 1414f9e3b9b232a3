"""Guilt, as relations: what the judge's record holds and whom it convicts. The code's `evidence` says the same.

The record is the union of the logs of the correct validators: in it `prevoted`, `precommitted` and `proposed` say what
anybody, liar or not, is known to have said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import z3

from clearstone.proofs.consensus.relations import Support, Vote
from clearstone.proofs.consensus.universe import Block, Round, Validator

Proposals: TypeAlias = Callable[[Round, Block, Round], z3.BoolRef]
"""Whether a block was proposed in a round with a valid round."""


@dataclass(frozen=True, slots=True)
class Record:
    """What is recorded of everybody."""

    nil: Block
    """NIL."""
    prevoted: Vote
    """Recorded prevotes."""
    precommitted: Vote
    """Recorded precommits."""
    proposed: Proposals
    """Recorded proposals."""
    polka: Support
    """Whether a quorum's prevotes are recorded."""


def contradicts(votes: Vote, n: Validator, r: Round, b: Block, c: Block) -> z3.BoolRef:
    """Two votes of one kind in one round, for different things."""
    return votes(n, r, b) & votes(n, r, c) & (b != c)


def breaks(said: Record, n: Validator, r: Round, b: Block, s: Round, c: Block) -> z3.BoolRef:
    """A prevote against an earlier precommit, both for blocks."""
    for_blocks = (b != said.nil) & (c != said.nil)
    return said.precommitted(n, r, b) & said.prevoted(n, s, c) & (r < s) & (b != c) & for_blocks


def frees(said: Record, n: Validator, r: Round, s: Round, c: Block, t: Round) -> z3.BoolRef:
    """A polka in t, between a precommit in r and a prevote for c in s, that allowed that prevote."""
    allowed = said.precommitted(n, t, c) | said.proposed(s, c, t)
    return (r <= t) & (t < s) & said.polka(t, c) & allowed
