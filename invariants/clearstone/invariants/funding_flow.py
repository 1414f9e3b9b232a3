"""Funding: the cumulative index moves by accrual alone, by the time that passed, at a clamped rate (PERP-1, PERP-3)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.registry import invariant
from clearstone.spec.book import impact_price
from clearstone.spec.funding import SAMPLE_SLOTS, Funding, accrue
from clearstone.spec.instruments import Perpetual
from clearstone.spec.numbers import MAX_FUNDING_INDEX, PPM


def perpetuals(step: BlockStep) -> Iterator[tuple[Perpetual, Funding, Funding, int]]:
    """Every perpetual as the block found it, its funding before and after, and its index."""
    for market, instrument in step.before.instruments.entries.items():
        if isinstance(instrument, Perpetual) and not step.refused:
            index = step.after.feeds[instrument.feed].index
            yield instrument, step.before.funding[market], step.after.funding[market], index


@invariant(
    "funding-accrues",
    of=BlockStep,
    layer="instruments",
    severity="critical",
    rules=("PERP-1", "NUM-4"),
    incidents=(25, 29),
)
def the_funding_index_changes_by_accrual_alone(step: BlockStep) -> Iterator[str]:
    """The funding index grows by rate · index · time, the remainder carried exactly: never reset, never jumping."""
    elapsed = step.after.time - step.before.time
    for perpetual, before, after, index in perpetuals(step):
        interval = perpetual.parameters.funding_interval
        owed = before.rate * index * perpetual.multiplier * elapsed
        accrued = interval * (after.index - before.index) + after.remainder - before.remainder
        if accrued != owed and abs(after.index) < MAX_FUNDING_INDEX:
            yield f"{perpetual.market}: accrued {accrued}, owed {owed} over {elapsed} ms"
        if not 0 <= after.remainder < interval:
            yield f"{perpetual.market}: a remainder of {after.remainder} in {interval}"


@invariant("funding-additive", of=BlockStep, layer="instruments", severity="high", rules=("PERP-1",), incidents=(25,))
def funding_is_additive_over_time(step: BlockStep) -> Iterator[str]:
    """Funding over a time is the funding over its parts, wherever it is split."""
    elapsed = step.after.time - step.before.time
    for perpetual, before, _, index in perpetuals(step):
        whole = accrue(before, perpetual, index, elapsed)
        for part in {elapsed // 3, elapsed - 1}:
            halves = accrue(accrue(before, perpetual, index, part), perpetual, index, elapsed - part)
            if halves != whole:
                yield f"{perpetual.market}: {part} then {elapsed - part} ms give {halves.index}, not {whole.index}"


@invariant("funding-rate", of=BlockStep, layer="instruments", severity="high", rules=("PERP-3",), incidents=(11, 25))
def the_funding_rate_is_the_clamped_median_premium(step: BlockStep) -> Iterator[str]:
    """A funding rate changes only as its interval ends, to the clamped median of its premium samples plus interest."""
    for perpetual, before, after, index in perpetuals(step):
        parameters, market = perpetual.parameters, perpetual.market
        if abs(after.rate) > max(parameters.funding_limit, abs(before.rate)):
            yield f"{market}: a rate of {after.rate} past {parameters.funding_limit}"
        slot = -(-parameters.funding_interval // SAMPLE_SLOTS)
        due = step.before.time // slot != step.after.time // slot
        if step.after.time < before.ends_at:
            if (after.rate, after.ends_at, len(after.samples)) != (
                before.rate,
                before.ends_at,
                len(before.samples) + due,
            ):
                yield f"{market}: the rate went from {before.rate} to {after.rate} within its interval"
            continue
        ledger = step.before.ledger
        bid, ask = (
            impact_price(ledger.books[market], ledger.accounts, buy, parameters.impact_lots) for buy in (True, False)
        )
        sample = 0 if bid is None or ask is None else (bid + ask - 2 * index) * PPM // (2 * index)
        samples = sorted((*before.samples, sample) if due else before.samples)
        wanted = (samples[(len(samples) - 1) // 2] if samples else 0) + parameters.interest
        rate = min(max(wanted, -parameters.funding_limit), parameters.funding_limit)
        if after.rate != rate or after.samples or not step.after.time < after.ends_at:
            yield f"{market}: a rate of {after.rate} until {after.ends_at}, the median gives {rate}"
