"""Liquidations and defaults at their ends: equity at a limit or an atom beside it, holders who break even."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from clearstone.conformance.suites.account_edits import (
    account_of,
    holding,
    maintenance_of,
    with_account,
    with_equity,
    with_locked,
)
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage, signed_blocks
from clearstone.models.incidents.scenario import resumed
from clearstone.models.scenario_genesis import POOL, USD, scenario_genesis
from clearstone.spec.numbers import PPM
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore
from clearstone.spec.transactions import Liquidate

MARKET = "BTC-PERP"
LOT = 50_000_000
"""What a lot is worth, in atoms."""
DEFAULT = ("WATER-1", "WATER-2", "WATER-3", "LEDGER-1", "NUM-6")


def drafts() -> list[Draft]:
    """The cases about ends of liquidation, of the suite `liquidation`."""
    return [*_at_limits(), *_of_sizes(), *_self_made()]


def default_drafts() -> list[Draft]:
    """The cases about ends of defaults, of the suite `waterfall`."""
    return [*_flagged(), *_holders()]


def signed_name(number: int) -> str:
    """A number as a part of a case's id."""
    return f"minus-{-number}" if number < 0 else str(number)


def _stage(suite: str, insurance: int = 10_000 * USD) -> tuple[LedgerStage, str, str]:
    stage = LedgerStage(suite, partial(scenario_genesis, insurance=insurance))
    return stage, stage.open("alice", 1_000 * USD), stage.open("bob", 10_000 * USD)


def _at_limits() -> list[Draft]:
    """Equity at maintenance margin, at the buffer, at nothing, and an atom beside each."""
    stage, alice, bob = _stage("liquidation")
    for lots in (-1, 1, 3):
        held = holding(stage, alice, 0, (MARKET, lots, lots * LOT))
        need = maintenance_of(stage, held, alice)
        for name, equity in (
            ("maintenance", need),
            ("below-maintenance", need - 1),
            ("an-atom", 1),
            ("nothing", 0),
            ("minus-an-atom", -1),
        ):
            state = with_equity(stage, held, alice, equity)
            told = "Below maintenance margin an account is liquidatable; without equity it is flagged, no more."
            signed = RING.signed(stage.chain.sign(bob, Liquidate(alice, MARKET, 3)))
            rules = ("LIQ-1", "LIQ-2", "LIQ-3", "LIQ-4")
            stage.tries_signed(f"{signed_name(lots)}-lots-at-{name}", told, rules, signed, state)
    return stage.drafts


def _of_sizes() -> list[Draft]:
    """Requests of every small size, at several times after the flag."""
    stage, alice, bob = _stage("liquidation")
    now = stage.chain.state.time
    for lots, asked, elapsed in ((5, 1, 0), (5, 2, 1), (-5, 4, 599_999), (-5, 5, 600_000), (5, 6, 600_001)):
        held = holding(stage, alice, 0, (MARKET, lots, lots * LOT + 777))
        state = with_equity(stage, held, alice, maintenance_of(stage, held, alice) * 7 // 10)
        state = with_locked(stage, state, alice, 9_000, 1_000)
        account = replace(account_of(state, alice), flagged_at=now - elapsed)
        pools = tuple((name, replace(pool, flagged=(alice,))) for name, pool in state.pools)
        state = replace(with_account(state, alice, account), pools=pools)
        told = "The discount rises along its ramp, and no more is taken than is asked for."
        signed = RING.signed(stage.chain.sign(bob, Liquidate(alice, MARKET, asked)))
        name = f"{asked}-of-{signed_name(lots)}-after-{elapsed}"
        stage.tries_signed(name, told, ("LIQ-2", "LIQ-3", "LIQ-4"), signed, state)
    return stage.drafts


def _self_made() -> list[Draft]:
    """A liquidator who can just carry what he takes over, or not."""
    stage, alice, bob = _stage("liquidation")
    held = holding(stage, alice, 0, (MARKET, 2, 2 * LOT))
    weak = with_equity(stage, held, alice, maintenance_of(stage, held, alice) // 2)
    for cash in (0, 4_499_999, 4_500_000):
        state = with_account(weak, bob, replace(account_of(weak, bob), cash=cash))
        told = "The liquidator is judged after taking over."
        signed = RING.signed(stage.chain.sign(bob, Liquidate(alice, MARKET, 2)))
        stage.tries_signed(f"liquidator-with-{cash}", told, ("LIQ-5", "MARGIN-6", "LIQ-2"), signed, state)
    return stage.drafts


def played(suite: str, name: str, told: str, stage: LedgerStage, state: Snapshot, blocks: int = 1) -> Draft:
    """A case of empty blocks on a state that was edited."""
    restored = restore(state)
    if isinstance(restored, Rejection):
        raise ValueError(f"{name}: {restored.reason}")
    chain = resumed(restored, stage.chain.prices)
    for _ in range(blocks):
        chain.block()
    question = signed_blocks(restored, tuple(chain.history))
    return Draft(f"{suite}/{name}", told, (*DEFAULT, "LIQ-1", "LEDGER-7"), "apply_blocks", question)


def flag(state: Snapshot, stage: LedgerStage, account_id: str) -> Snapshot:
    """The state with an account flagged since its last block, and no other of its pool."""
    account = replace(account_of(state, account_id), flagged_at=stage.chain.state.time)
    pools = tuple((name, replace(pool, flagged=(account_id,))) for name, pool in state.pools)
    return replace(with_account(state, account_id, account), pools=pools)


def _flagged() -> list[Draft]:
    """Flagged accounts at the end of a block: healthy again, waiting, in default."""
    stage, alice, bob = _stage("waterfall")
    found = []
    for lots in (0, -1, 2):
        positions = ((MARKET, lots, lots * LOT),) if lots else ()
        held = with_equity(stage, holding(stage, bob, 0, *((m, -n, -c) for m, n, c in positions)), bob, 100 * USD)
        held = and_holding(stage, held, alice, positions)
        need = maintenance_of(stage, held, alice)
        buffered = -(-need * (PPM + POOL.liquidation_buffer) // PPM)
        for name, equity in (
            ("minus-7", -7),
            ("minus-1", -1),
            ("0", 0),
            ("1", 1),
            ("just-below-the-buffer", buffered - 1),
            ("the-buffer", buffered),
        ):
            if lots or "buffer" not in name:
                state = flag(with_equity(stage, held, alice, equity), stage, alice)
                told = "A flag goes with the buffer; without equity an account defaults."
                found.append(played("waterfall", f"flagged-{signed_name(lots)}-at-{name}", told, stage, state))
    return found


def and_holding(
    stage: LedgerStage, state: Snapshot, account_id: str, positions: tuple[tuple[str, int, int], ...]
) -> Snapshot:
    """The state in which an account, too, has positions."""
    account = account_of(holding(stage, account_id, 0, *positions), account_id)
    return with_account(state, account_id, account)


HOLDERS: Mapping[str, tuple[int, tuple[tuple[int, int], ...]]] = {
    "one-breaks-even": (3, ((-1, 0), (-2, 1))),
    "all-in-profit": (3, ((-1, 5_000_001), (-2, 3))),
    "none-in-profit": (-3, ((1, -7), (2, -1))),
    "all-break-even": (-3, ((1, 0), (2, 0))),
    "more-than-enough-in-profit": (3, ((-3, 4_000_000), (-1, -4_000_000))),
    "too-few-in-profit": (5, ((-2, 9), (-3, -9), (-2, 0), (2, 0))),
    "one-lot": (1, ((-1, 1), (-1, 2), (-1, -1), (1, 0))),
    "one-lot-short": (-1, ((1, 1), (1, 1), (-1, 5), (0, 0))),
    "of-odd-sizes": (7, ((-3, 1_000_003), (-5, 500_001), (-2, -3), (3, 8))),
    "profit-of-an-atom": (2, ((-2, 1), (-3, 1))),
}
"""By name: the lots of who defaults, and of each holder lots and unrealised profit in atoms."""


def _holders() -> list[Draft]:
    """Defaults against holders of several sizes who gained, lost or broke even; the fund pays nothing, or a little."""
    found = []
    for insurance in (0, 1_000_001):
        stage, alice, _ = _stage("waterfall", insurance)
        names = [stage.open(name, 1_000 * USD) for name in ("carol", "dora", "emil", "fred")]
        for name, (lots, holders) in HOLDERS.items():
            state = with_equity(stage, holding(stage, alice, 0, (MARKET, lots, lots * LOT)), alice, -3_000_017)
            for place, (held, profit) in enumerate(holders):
                positions = ((MARKET, held, held * LOT - profit),) if held else ()
                state = and_holding(stage, state, names[place], positions)
                state = with_equity(stage, state, names[place], 20 * USD + 13 * place)
                state = with_locked(stage, state, names[place], 1_000_000 * place + 7, 333_333 * place)
            told = "Positions close against opposite ones, those in profit first; the deficit is assigned to the atom."
            found.append(
                played("waterfall", f"holders-{name}-insured-{insurance}", told, stage, flag(state, stage, alice))
            )
    return found
