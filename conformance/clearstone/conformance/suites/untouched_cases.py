"""What a default leaves alone: accounts of another pool, a position that waits for its price, who has no equity."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.suites.account_edits import account_of, holding, with_account, with_equity
from clearstone.conformance.suites.default_bound_cases import and_holding, flag, played
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import LedgerStage
from clearstone.models.scenario_genesis import USD, scenario_genesis, series
from clearstone.spec.snapshot import Snapshot, snapshot_of

CALL = series(call=True, strike=49_000)


def drafts() -> list[Draft]:
    """The cases about what is left alone, of the suite `waterfall`."""
    return [_elsewhere(), _pending(), _without_equity()]


def in_default(stage: LedgerStage, state: Snapshot, account_id: str, deficit: int) -> Snapshot:
    """The state in which an account is flagged, and the only one of its pool, and lacks so many atoms."""
    pool_id = account_of(state, account_id).pool
    flagged = flag(with_equity(stage, state, account_id, -deficit), stage, account_id)
    pools = tuple((name, pool if name == pool_id else replace(pool, flagged=())) for name, pool in flagged.pools)
    return replace(flagged, pools=pools)


def _elsewhere() -> Draft:
    """An account of another pool has funding to settle, which a default does not settle for it."""
    stage = LedgerStage("waterfall", partial(scenario_genesis, second_pool=True))
    alice, bob = stage.open("alice"), stage.open("bob", 100 * USD, pool="other")
    account = account_of(holding(stage, bob, 100 * USD, ("ETH-PERP", 3, 6 * USD)), bob)
    [position] = account.positions
    late = replace(position, funding_index=position.funding_index - 3_333_333)
    state = with_account(snapshot_of(stage.chain.state), bob, replace(account, positions=(late,)))
    told = "Funding is settled for the accounts of the pool, and for no others."
    return played("waterfall", "funding-elsewhere", told, stage, in_default(stage, state, alice, 100))


def _pending() -> Draft:
    """A series has expired, and its price is not known yet: its quotes are fresh, but nothing is closed at them."""
    stage = LedgerStage("waterfall", partial(scenario_genesis, options=(CALL,)))
    alice, bob = stage.open("alice"), stage.open("bob", 100 * USD)
    stage.chain.block(time=CALL.expiry)
    state = and_holding(stage, holding(stage, alice, 0, (CALL.market, -1, 0)), bob, ((CALL.market, 1, 0),))
    told = "A position that waits for its settlement price stays, and the deficit with it."
    return played("waterfall", "pending-series", told, stage, in_default(stage, state, alice, 100))


def _without_equity() -> Draft:
    """Two accounts have a few atoms, a third less than none: it neither pays nor lowers what the others have."""
    stage = LedgerStage("waterfall", partial(scenario_genesis, insurance=0))
    alice, *others = (stage.open(name) for name in ("alice", "bob", "carol", "dora"))
    state = snapshot_of(stage.chain.state)
    for account_id, equity in zip(others, (3, 4, -5), strict=True):
        state = with_equity(stage, state, account_id, equity)
    told = "Equity below nothing is no share of what there is."
    return played("waterfall", "bystander-without-equity", told, stage, in_default(stage, state, alice, 5))
