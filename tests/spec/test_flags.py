from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.flags import flag, release_flag, unflag
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import buffered

Pools = Callable[..., st.SearchStrategy[tuple[Ledger, Context, str]]]


def flagged(ledger: Ledger) -> list[str]:
    return [name for name, account in ledger.accounts.items() if account.flagged_at is not None]


@given(data=st.data())
def test_the_pool_lists_its_flagged_accounts_ascending(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    for name in data.draw(st.permutations(ledger.accounts.keys())):
        ledger, events = flag(ledger, context, name)
        assert len(events) == (name != broke)
        assert list(ledger.pools["main"].flagged) == flagged(ledger)
    for name in data.draw(st.permutations(ledger.accounts.keys())):
        ledger = unflag(ledger, name)
        assert list(ledger.pools["main"].flagged) == flagged(ledger)


@given(data=st.data())
def test_a_flag_that_stands_keeps_its_time(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    later = replace(context, now=context.now + 1)
    assert flag(ledger, later, broke) == (ledger, ())


@given(data=st.data())
def test_a_flag_set_at_time_zero_is_a_flag(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    account = replace(ledger.accounts[broke], flagged_at=0)
    held = replace(ledger, accounts=ledger.accounts.set(broke, account))
    assert flag(held, context, broke) == (held, ())


@given(data=st.data())
def test_a_flag_goes_when_the_buffer_is_there(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    cash = data.draw(st.integers(-500, 10**6))
    ledger = replace(ledger, accounts=ledger.accounts.set(broke, replace(ledger.accounts[broke], cash=cash)))
    pool = ledger.pools["main"]
    released = release_flag(ledger, context, pool, broke)
    healthy = buffered(ledger.accounts[broke], context.quotes, pool.parameters.liquidation_buffer)
    assert (released.accounts[broke].flagged_at is None) == healthy
