"""Lots: every gain is somebody's loss, because the lots of every instrument sum to zero (LEDGER-2, PERP-2, OPT-4)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.registry import invariant
from clearstone.invariants.snapshot import Snapshot
from clearstone.spec.funding import FUNDING_SCALE
from clearstone.spec.instruments import payoff
from clearstone.spec.settlement import expiry_key


@invariant("zero-sum", of=Snapshot, layer="ledger", severity="critical", rules=("LEDGER-2",), incidents=(1, 12, 18))
def lots_sum_to_zero(snapshot: Snapshot) -> Iterator[str]:
    """The lots of every instrument that is not being settled sum to zero over all accounts."""
    for market, phase in snapshot.phases.items():
        if phase != "settle" and snapshot.totals.lots[market] != 0:
            yield f"{market}: lots sum to {snapshot.totals.lots[market]}"


@invariant(
    "open-interest", of=Snapshot, layer="ledger", severity="high", rules=("LEDGER-2", "MARGIN-5"), incidents=(2, 12)
)
def open_interest_is_the_sum_of_long_lots(snapshot: Snapshot) -> Iterator[str]:
    """Every market's open interest is the sum of the long lots of all accounts.

    An aggregate that is kept beside its parts drifts from them: one that did was worth $42 M (incident 12).
    """
    for market, state in snapshot.state.ledger.markets.entries.items():
        if state.open_interest != snapshot.totals.long_lots[market]:
            yield f"{market}: open interest {state.open_interest}, long lots {snapshot.totals.long_lots[market]}"


@invariant(
    "series-clearing",
    of=Snapshot,
    layer="instruments",
    severity="critical",
    rules=("OPT-1", "OPT-4"),
    incidents=(5, 17, 32),
)
def a_settled_series_clears_what_is_unsettled(snapshot: Snapshot) -> Iterator[str]:
    """A series' clearing balance is its unsettled net lots times the payoff, and zero before its price is set."""
    for market, series in snapshot.options.items():
        expected = 0
        if snapshot.phases[market] == "settle":
            price = snapshot.state.expiries[expiry_key(series.feed, series.expiry)].price
            expected = snapshot.totals.lots[market] * payoff(series, 0 if price is None else price)
        clearing = snapshot.state.ledger.markets[market].clearing
        if clearing != expected:
            yield f"{market}: clearing holds {clearing}, unsettled lots are worth {expected}"


@invariant(
    "funding-clearing",
    of=Snapshot,
    layer="instruments",
    severity="critical",
    rules=("PERP-2", "NUM-4"),
    incidents=(17, 27, 32),
)
def funding_pays_out_no_more_than_it_takes_in(snapshot: Snapshot) -> Iterator[str]:
    """A perpetual's clearing balance is what unsettled lots still owe, plus less than an atom for each settlement."""
    for market in snapshot.state.funding.entries:
        state = snapshot.state.ledger.markets[market]
        rounding = FUNDING_SCALE * state.clearing - snapshot.totals.settled_funding[market]
        if not 0 <= rounding <= (FUNDING_SCALE - 1) * state.settlements:
            yield f"{market}: rounding of {rounding} atoms·10⁻⁶ after {state.settlements} settlements"
