from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import given
from hypothesis import strategies as st

from clearstone.spec.accounts import lots_in, position_in
from clearstone.spec.deleveraging import close_positions, in_profit
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import equity
from clearstone.spec.receipts import Posting

Pools = Callable[..., st.SearchStrategy[tuple[Ledger, Context, str]]]
Conserved = Callable[[Ledger, Ledger, Context, Iterable[Posting]], None]


@given(data=st.data())
def test_closing_a_defaulter_moves_no_equity_and_loses_no_lot(
    bankrupt_pools: Pools, conserved: Conserved, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing = close_positions(ledger, context, broke)
    conserved(ledger, closing.ledger, context, closing.postings)
    assert closing.ledger.accounts[broke].positions == ()
    assert closing.closed == tuple(position.instrument for position in ledger.accounts[broke].positions)
    for name, account in ledger.accounts.items():
        after = closing.ledger.accounts[name]
        assert equity(after, context.quotes) == equity(account, context.quotes)


@given(data=st.data())
def test_no_counterparty_flips_or_grows(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing = close_positions(ledger, context, broke)
    for name, account in ledger.accounts.items():
        for position in account.positions:
            left = lots_in(closing.ledger.accounts[name], position.instrument)
            assert 0 <= left * position.lots <= position.lots**2
            if position.lots * lots_in(ledger.accounts[broke], position.instrument) >= 0 and name != broke:
                assert left == position.lots


@given(data=st.data())
def test_who_is_in_profit_is_closed_before_anybody_else(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing = close_positions(ledger, context, broke)
    for position in ledger.accounts[broke].positions:
        market, quote = position.instrument, context.quotes[position.instrument]
        opposite = [
            (name, account) for name, account in ledger.accounts.items() if lots_in(account, market) * position.lots < 0
        ]
        taken = {
            name: abs(lots_in(account, market) - lots_in(closing.ledger.accounts[name], market))
            for name, account in opposite
        }
        losing = [name for name, account in opposite if not in_profit(account, quote)]
        winning = [(name, account) for name, account in opposite if in_profit(account, quote)]
        assert sum(taken.values()) == abs(position.lots)
        if any(taken[name] for name in losing):
            assert all(taken[name] == abs(lots_in(account, market)) for name, account in winning)


@given(data=st.data())
def test_each_group_is_closed_in_proportion_to_size(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing = close_positions(ledger, context, broke)
    for position in ledger.accounts[broke].positions:
        market, quote = position.instrument, context.quotes[position.instrument]
        for profitable in (True, False):
            group = {
                name: abs(lots_in(account, market))
                for name, account in ledger.accounts.items()
                if lots_in(account, market) * position.lots < 0 and in_profit(account, quote) == profitable
            }
            taken = {name: size - abs(lots_in(closing.ledger.accounts[name], market)) for name, size in group.items()}
            total, whole = sum(taken.values()), sum(group.values())
            assert all(abs(taken[name] * whole - total * size) < whole for name, size in group.items())


@given(data=st.data())
def test_the_profit_remembered_is_what_the_memo_of_cost_gave_up(bankrupt_pools: Pools, data: st.DataObject) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    closing = close_positions(ledger, context, broke)

    def memo(accounts: Ledger, name: str, market: str) -> int:
        position = position_in(accounts.accounts[name], market)
        return 0 if position is None else position.lots * context.quotes[market].mark - position.cost

    for name, account in ledger.accounts.items():
        if name == broke:
            continue
        gains = [
            memo(ledger, name, each.instrument) - memo(closing.ledger, name, each.instrument)
            for each in account.positions
        ]
        remembered = [profit for other, profit in closing.profits if other == name]
        assert remembered == [gain for gain in gains if gain > 0]


@given(data=st.data())
def test_what_is_frozen_or_no_longer_trades_stays(bankrupt_pools: Pools, data: st.DataObject) -> None:
    fresh = data.draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    ledger, context, broke = data.draw(bankrupt_pools(fresh))
    closing = close_positions(ledger, context, broke)
    left = {position.instrument for position in closing.ledger.accounts[broke].positions}
    held = {position.instrument for position in ledger.accounts[broke].positions}
    assert left == {market for market in held if not context.quotes[market].fresh}
