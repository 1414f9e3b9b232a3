"""A chain whose blocks are signed, so that a client which checks signatures can follow it."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.suites.ledger_stage import RING
from clearstone.models.chain import Applied, Chain, forked
from clearstone.spec.blocks import Block


class SignedChain(Chain):
    """A chain that signs what was left open in each block before it applies it: its keys must be those of the ring."""

    def apply(self, block: Block) -> Applied:
        """Sign and apply a block."""
        signed = replace(
            block,
            commit=RING.signed_commit(block.chain, block.commit),
            transactions=tuple(map(RING.signed, block.transactions)),
        )
        return super().apply(signed)


def signing(chain: Chain) -> SignedChain:
    """A chain that goes on from where another one is, and signs."""
    fork = forked(chain)
    copy = object.__new__(SignedChain)
    copy.state, copy.prices, copy.history = fork.state, fork.prices, fork.history
    return copy
