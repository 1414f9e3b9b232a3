"""Asking other tools about many proofs: one after the other, or in several processes at once."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from functools import partial

from clearstone.proofs.running import run_listed
from clearstone.proofs.second_opinions.opinions import Opinion

TOOLS = ("hypothesis", "crosshair", "cvc5")
"""Who can be asked."""


def ask_listed(
    tools: Sequence[str], ids: Sequence[str], seed: int = 0, processes: int | None = None
) -> Generator[Opinion | None, None, None]:
    """What each tool says of each proof, by id, as it comes; None where a tool has nothing to say of such a one.

    Raises MissingToolError if a tool is not installed.
    """
    return run_listed(partial(ask_one, seed=seed), [(tool, id) for id in ids for tool in tools], processes)


def ask_one(job: tuple[str, str], seed: int = 0) -> Opinion | None:
    """What a tool says of one proof, by its id."""
    from clearstone.proofs.catalogue import selected  # not before a worker has taken on its mutant
    from clearstone.proofs.obligations import Obligation
    from clearstone.proofs.second_opinions.another_solver import another_opinion
    from clearstone.proofs.second_opinions.crosshair import crosshair_opinion
    from clearstone.proofs.second_opinions.sampling import sample

    tool, id = job
    (proof,) = selected((id,))
    if tool == "cvc5":
        return another_opinion(proof, seed)
    if not isinstance(proof.source, Obligation):
        return None
    return sample(proof.source, seed=seed) if tool == "hypothesis" else crosshair_opinion(proof.source)
