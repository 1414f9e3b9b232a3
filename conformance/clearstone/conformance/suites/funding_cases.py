"""Funding: what a perpetual accrues, samples and pays, with every rounding on both sides of zero."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.operations.market_operations import FundingToAdvance, ImpactPrices
from clearstone.conformance.suites import single_bound_cases, trade_bound_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import HOUR, MINUTE, PERPETUAL, START, USD, buy, scenario_genesis, sell, trade
from clearstone.spec.funding import Funding
from clearstone.spec.instruments import Perpetual
from clearstone.spec.numbers import MAX_FUNDING_INDEX
from clearstone.spec.transactions import Transfer

BTC = Perpetual("BTC-PERP", "main", "BTC", 1_000, PERPETUAL)
ODD = replace(BTC, multiplier=7, parameters=replace(PERPETUAL, funding_interval=1_001, interest=-3))
"""Figures that divide badly."""
RUNNING = Funding(index=12_345, rate=100, remainder=17, ends_at=START + 8 * HOUR)


def drafts() -> list[Draft]:
    """The cases of the suite `funding`."""
    return [
        *_accruals(),
        *_samples(),
        *_turns(),
        *_settlements(),
        *trade_bound_cases.loss_drafts(),
        *single_bound_cases.funding_drafts(),
    ]


def _advance(
    name: str, told: str, rule: str, funding: Funding, before: int, now: int, sample: int = 0, market: Perpetual = BTC
) -> Draft:
    question = FundingToAdvance(funding, market, 50_000, before, now, sample)
    return Draft(f"funding/{name}", told, (rule,), "advance_funding", question)


def _accruals() -> list[Draft]:
    found = []
    for rate in (-7_500, -1, 0, 1, 100, 7_500):
        for elapsed in (1, 999, 60_000):
            running = replace(RUNNING, rate=rate)
            name = f"accrue-{'minus-' if rate < 0 else ''}{abs(rate)}-for-{elapsed}"
            told = f"A rate of {rate} ppm for {elapsed} ms; the remainder is carried."
            found.append(_advance(name, told, "PERP-1", running, START, START + elapsed))
            odd = replace(running, ends_at=START + HOUR, remainder=1_000)
            found.append(_advance(f"{name}-odd", told, "PERP-1", odd, START, START + elapsed, 0, ODD))
    for sign in (1, -1):
        full = replace(RUNNING, index=sign * (MAX_FUNDING_INDEX - 1), rate=sign * 7_500)
        name = f"index-at-its-{'upper' if sign > 0 else 'lower'}-bound"
        found.append(_advance(name, "The index stops at its bound.", "PERP-1", full, START, START + HOUR))
    return found


def _samples() -> list[Draft]:
    slot = MINUTE
    found = [
        _advance("sample-in-a-new-slot", "The first block of a slot.", "PERP-3", RUNNING, START, START + slot, 77),
        _advance("sample-in-the-same-slot", "Not a second.", "PERP-3", RUNNING, START, START + slot - 1, 77),
        _advance("sample-after-many-slots", "One for all of them.", "PERP-3", RUNNING, START, START + 9 * slot, 77),
    ]
    for elapsed in range(1, 7):
        told = "Slots are ceiled: no interval has more than its 480."
        name = f"sample-after-{elapsed}-ms-of-a-short-interval"
        short = replace(RUNNING, ends_at=START + HOUR)
        found.append(_advance(name, told, "PERP-3", short, START, START + elapsed, 77, ODD))
    for name, bid, ask in (
        ("at-the-index", 50_000, 50_000),
        ("above", 50_010, 50_021),
        ("below", 49_979, 49_990),
        ("just-below", 49_999, 50_000),
        ("without-bids", None, 50_000),
        ("without-asks", 50_000, None),
        ("without-a-book", None, None),
    ):
        question = ImpactPrices(50_000, bid, ask)
        told = "Mid over index, less one, floored; a thin side says nothing."
        found.append(Draft(f"funding/premium-{name}", told, ("PERP-3",), "sample_premium", question))
    return found


def _turns() -> list[Draft]:
    end = RUNNING.ends_at
    found = []
    for name, samples in (
        ("none", ()),
        ("one", (500,)),
        ("two", (500, 700)),
        ("three", (9_000, 500, 700)),
        ("four", (1, 4, 3, 2)),
        ("a-peak", (0, 0, 0, 0, 90_000)),
        ("high", (9_000, 9_000, 9_000)),
        ("low", (-9_000, -9_000, -9_000)),
        ("negative", (-3, -5, -4)),
    ):
        running = replace(RUNNING, samples=samples)
        told = "At its end the median sample and the interest make the next rate, within the limit."
        found.append(_advance(f"turn-{name}", told, "PERP-3", running, end - MINUTE - 1, end - 1, 50))
        found.append(_advance(f"turn-{name}-at-the-end", told, "PERP-3", running, end - 1, end, 50))
    late = _advance("turn-late", "Ends are multiples of the interval.", "PERP-3", RUNNING, end - 1, end + 9 * HOUR, 50)
    return [*found, late]


def _settlements() -> list[Draft]:
    """Two accounts settle in either order; a third touches one of them."""
    stage = LedgerStage("funding", lambda: scenario_genesis(perpetual=replace(PERPETUAL, impact_lots=1)))
    chain = stage.chain
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    trade(chain, alice, bob, "BTC-PERP", 333, 50_000)
    stage.acts(carol, buy("BTC-PERP", 1, 50_200), sell("BTC-PERP", 1, 50_300))
    start = len(chain.history)
    chain.block(elapsed=8 * HOUR)
    chain.block(elapsed=MINUTE)
    chain.block(elapsed=8 * HOUR - 7)
    for account, who in ((alice, "payer"), (bob, "receiver")):
        stage.judges(
            f"figures-of-the-{who}", "Funding that is not settled yet counts.", ("PERP-2", "MARGIN-1"), account
        )
        told = "Before an account is touched its funding is settled."
        stage.tries(f"settled-by-a-transfer-of-the-{who}", told, ("PERP-2", "MARGIN-4a"), account, Transfer(carol, 1))
        stage.tries(f"settled-by-a-transfer-to-the-{who}", told, ("PERP-2", "MARGIN-4a"), carol, Transfer(account, 1))
        order = sell("BTC-PERP", 1, 50_200) if account == alice else buy("BTC-PERP", 1, 50_300)
        stage.tries(f"settled-by-a-trade-of-the-{who}", told, ("PERP-2", "MARGIN-4a"), account, order)
    stage.acts(alice, Transfer(carol, 1))
    stage.tries("settled-once", "What is settled is not paid again.", ("PERP-2",), alice, Transfer(carol, 1))
    stage.plays("as-blocks", "Rates, samples and payments over sixteen hours.", ("PERP-1", "PERP-3", "PERP-2"), start)
    return stage.drafts
