"""What `clearstone explore` explores, by model; and what it explores if none is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import click

from clearstone.models.tendermint.accountability import with_byzantine_proposers
from clearstone.models.tendermint.instance import Instance
from clearstone.reference.explore_consensus import described, explore_consensus, explore_forks, explore_good_network
from clearstone.reference.explore_exchange import explore_exchange
from clearstone.reference.explore_results import ExploreResult, explored

FORKING = frozenset({1, 2})
"""Two liars of four who propose in rounds 0 and 1: enough to fork, and to be blamed for all of it."""


def planned(
    model: str | None,
    given: Instance,
    is_default: bool,
    depth: int,
    max_states: int | None,
    *,
    by_step: bool,
    closes_rounds: bool,
) -> Iterator[Callable[[], ExploreResult]]:
    """The explorations to make, in order; `is_default` if nobody said who is Byzantine."""
    consensus = partial(explore_consensus, by_step=by_step, max_states=max_states, closes_rounds=closes_rounds)
    if model in (None, "tendermint"):
        yield partial(explored, "tendermint", described(given), partial(consensus, given))
    if model is None and not given.crashes:
        crashing = replace(given, crashes=1)
        yield partial(
            explored, "tendermint", described(crashing), partial(explore_consensus, crashing, by_step, max_states)
        )
    if model in (None, "accountability"):
        forking = replace(given, byzantine=FORKING) if is_default and len(given.powers) == 4 else given
        if not with_byzantine_proposers(forking):
            raise click.BadParameter("the proposers of all rounds have to be Byzantine", param_hint="--byzantine")
        yield partial(explored, "accountability", described(forking), partial(explore_forks, forking))
    if model in (None, "termination"):
        yield partial(explored, "termination", "a good network", explore_good_network)
    if model in (None, "exchange"):
        yield partial(explored, "exchange", f"{depth} blocks", partial(explore_exchange, depth, max_states))
