"""Parameter changes: what may be scheduled, what binds, and what is dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import HOUR, PERPETUAL, POOL, START, USD, scenario_genesis, series, walk_index
from clearstone.spec.transactions import ChangeParameter


def try_changes(stage: LedgerStage) -> None:
    """Try to schedule changes on a stage with a pool `main` and a market `BTC-PERP`."""

    def change(scope: str, name: str, value: int, number: int = 1) -> ChangeParameter:
        return ChangeParameter(number, scope, name, value)

    pool, market = "pool/main", "market/BTC-PERP"
    for name, told, action in (
        ("largest-step-up", "A tenth more.", change(pool, "penalty", 5_500)),
        ("step-too-far-up", "Not more than that.", change(pool, "penalty", 5_501)),
        ("largest-step-down", "A tenth less.", change(pool, "penalty", 4_500)),
        ("step-too-far-down", "Not less than that.", change(pool, "penalty", 4_499)),
        ("of-a-market", "A market's parameter.", change(market, "taker_fee", 510)),
        ("of-no-scope", "Of what is there.", change("pool/nowhere", "penalty", 5_100)),
        ("of-no-kind", "Pools and markets.", change("chain/main", "penalty", 5_100)),
        ("of-no-parameter", "What it has.", change(pool, "bonus", 1)),
        ("of-what-is-fixed", "Horizons are numbered by their length.", change(pool, "liquidation_horizon", 3_600_001)),
        ("number-again", "One number after the other.", change(pool, "penalty", 5_100, 0)),
        ("number-skipped", "Without gaps.", change(pool, "penalty", 5_100, 2)),
    ):
        stage.tries_attested(f"change-{name}", told, ("LEDGER-8",), action)
    rebate = change(market, "maker_fee", -110)
    stage.tries_attested("change-of-a-rebate", "A rebate within the fee.", ("LEDGER-8", "BOOK-7"), rebate)


def change_drafts() -> list[Draft]:
    """Changes that wait, bind, and are dropped."""
    option = series(call=True, strike=55_000, expiry=START + 24 * HOUR)
    stage = LedgerStage("ledger", partial(scenario_genesis, options=(option,)))
    stage.open("alice", 100 * USD)

    def binds(chain: Chain, changes: tuple[ChangeParameter, ...]) -> None:
        chain.run(*(chain.attest(change) for change in changes))
        chain.block(elapsed=599_999)
        chain.block(elapsed=1)
        walk_index(chain, 50_000)

    told = "A change binds after its delay, at the end of a block."
    for name, changes in (
        ("of-a-pool", (ChangeParameter(1, "pool/main", "penalty", 5_500),)),
        ("of-a-market", (ChangeParameter(1, "market/BTC-PERP", "taker_fee", 550),)),
        (
            "twice",
            (ChangeParameter(1, "pool/main", "penalty", 5_500), ChangeParameter(2, "pool/main", "penalty", 4_500)),
        ),
        ("of-a-series", (ChangeParameter(1, f"market/{option.market}", "taker_fee", 550),)),
    ):
        stage.next_block_tries(f"bind-{name}", told, ("LEDGER-8",), partial(binds, changes=changes))
    return stage.drafts + _changes_that_are_dropped(binds)


def _changes_that_are_dropped(binds: Callable[..., None]) -> list[Draft]:
    """Two changes that may be accepted, each by itself, and exclude each other when they bind."""
    market = replace(PERPETUAL, maker_fee=-460)
    pool = replace(POOL, discount_start=48_000)
    stage = LedgerStage("ledger", partial(scenario_genesis, perpetual=market, pool=pool))
    told = "What the other parameters have come to exclude is dropped."
    for name, first, second in (
        ("of-a-market", ("market/BTC-PERP", "maker_fee", -490), ("market/BTC-PERP", "taker_fee", 480)),
        ("of-a-pool", ("pool/main", "discount_start", 50_000), ("pool/main", "discount_limit", 49_000)),
    ):
        changes = (ChangeParameter(1, *first), ChangeParameter(2, *second))
        stage.next_block_tries(f"dropped-{name}", told, ("LEDGER-8",), partial(binds, changes=changes))
    return stage.drafts
