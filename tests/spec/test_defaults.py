from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import (
    MINUTE,
    PERPETUAL,
    START,
    USD,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.defaults import default, resolve, resolve_flagged
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.margin import equity
from clearstone.spec.receipts import Posting
from clearstone.spec.state import context_of
from clearstone.spec.transactions import Deposit, Liquidate

Pools = Callable[..., st.SearchStrategy[tuple[Ledger, Context, str]]]
Conserved = Callable[[Ledger, Ledger, Context, Iterable[Posting]], None]
PERP = "BTC-PERP"


def total_worth(ledger: Ledger, context: Context) -> int:
    pool = ledger.pools["main"]
    return (
        pool.insurance
        + pool.fees
        + pool.residue
        + sum(equity(each, context.quotes) for _, each in ledger.accounts.items())
    )


@given(data=st.data())
def test_a_default_leaves_nothing_of_the_account_and_is_conserved(
    bankrupt_pools: Pools, conserved: Conserved, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools())
    after, receipt = default(ledger, context, broke)
    conserved(ledger, after, context, receipt.postings)
    account = after.accounts[broke]
    assert (account.cash, account.positions, account.orders, account.flagged_at) == (0, (), (), None)
    assert after.pools["main"].flagged == ()
    assert total_worth(after, context) == total_worth(ledger, context)
    deficit = dict(receipt.events[0].details)["deficit"]
    assert deficit == -equity(ledger.accounts[broke], context.quotes)


@given(data=st.data())
def test_several_defaults_of_a_block_end_with_none_below_zero_that_was_flagged(
    bankrupt_pools: Pools, conserved: Conserved, data: st.DataObject
) -> None:
    ledger, context, _ = data.draw(bankrupt_pools())
    below = tuple(name for name, account in ledger.accounts.items() if equity(account, context.quotes) < 0)
    accounts = ledger.accounts
    for name in below:
        accounts = accounts.set(name, replace(accounts[name], flagged_at=START))
    pools = ledger.pools.set("main", replace(ledger.pools["main"], flagged=below))
    ledger = replace(ledger, accounts=accounts, pools=pools)
    after, receipts = resolve_flagged(ledger, context)
    conserved(ledger, after, context, [posting for receipt in receipts for posting in receipt.postings])
    assert all(equity(account, context.quotes) >= 0 for _, account in after.accounts.items())
    assert [receipt.events[0].subject for receipt in receipts if receipt.events] == list(below)


@given(data=st.data())
def test_while_a_position_is_frozen_the_deficit_waits_and_the_flag_stays(
    bankrupt_pools: Pools, conserved: Conserved, data: st.DataObject
) -> None:
    ledger, context, broke = data.draw(bankrupt_pools((True, True, False)))
    after, receipt = default(ledger, context, broke)
    conserved(ledger, after, context, receipt.postings)
    if lots_in(ledger.accounts[broke], "CALL"):
        account = after.accounts[broke]
        assert [position.instrument for position in account.positions] == ["CALL"]
        assert equity(account, context.quotes) == equity(ledger.accounts[broke], context.quotes)
        assert after.pools["main"].flagged == (broke,)
        assert "defaulted" not in [event.kind for event in receipt.events]
    else:
        assert after.pools["main"].flagged == ()


def test_an_account_worth_nothing_that_owes_nothing_keeps_its_positions_and_loses_its_flag() -> None:
    call = series(call=True, strike=55_000)
    chain = started(scenario_genesis(options=(call,)))
    alice, bob = (chain.open(name, "main", 1_000 * USD) for name in ("alice", "bob"))
    trade(chain, alice, bob, call.market, 1, 1_000)
    ledger = chain.state.ledger
    holder = Account(bytes(32), "main", 0, 0, (Position(call.market, 1, 0, 0),), flagged_at=1)
    context = context_of(chain.state)
    worthless = replace(context.quotes[call.market], mark=0, long_mark=0, short_mark=0)
    context = replace(context, quotes=context.quotes.set(call.market, worthless))
    pools = ledger.pools.set("main", replace(ledger.pools["main"], flagged=(alice,)))
    ledger = replace(ledger, accounts=ledger.accounts.set(alice, holder), pools=pools)
    after, _ = resolve(ledger, context, alice)
    assert after.accounts[alice] == replace(holder, flagged_at=None)
    in_debt = replace(ledger, accounts=ledger.accounts.set(alice, replace(holder, cash=-1)))
    after, _ = resolve(in_debt, context, alice)
    assert after.accounts[alice].positions == ()


FREE = replace(PERPETUAL, taker_fee=0, maker_fee=0, funding_interval=MINUTE, interest=0)


def broken_chain() -> tuple[Chain, str, str, str]:
    """A chain in which `loser`, long 100 lots, has more losses than its $260, and nobody has flagged it yet."""
    chain = started(scenario_genesis(perpetual=FREE, max_move=100_000))
    loser, winner, other = (
        chain.open(name, "main", dollars * USD) for name, dollars in (("l", 260), ("w", 100_000), ("o", 100_000))
    )
    trade(chain, loser, winner, PERP, 100, 50_000)
    chain.run(chain.sign(loser, sell(PERP, 1, 54_000)))
    walk_index(chain, 47_000)
    return chain, loser, winner, other


def test_an_unflagged_deficit_stands_until_somebody_flags_it() -> None:
    chain, loser, _, other = broken_chain()
    chain.block()
    assert equity(chain.state.ledger.accounts[loser], chain.state.quotes) == -40 * USD
    chain.run(chain.sign(other, Liquidate(loser, PERP, 1)))
    assert chain.state.ledger.accounts[loser].cash == 0


def test_a_default_cancels_orders_closes_at_the_mark_and_draws_on_the_fund() -> None:
    chain, loser, winner, other = broken_chain()
    fund = chain.state.ledger.pools["main"].insurance
    before = equity(chain.state.ledger.accounts[winner], chain.state.quotes)
    chain.run(chain.sign(other, Liquidate(loser, PERP, 1)))
    [receipt] = chain.history[-1].receipt.steps
    assert [event.kind for event in receipt.events] == ["defaulted", "deleveraged", "absorbed"]
    assert chain.state.ledger.books[PERP].asks == ()
    assert chain.state.ledger.pools["main"].insurance == fund - 40 * USD
    assert equity(chain.state.ledger.accounts[winner], chain.state.quotes) == before
    assert chain.state.ledger.markets[PERP].open_interest == 0


def test_a_deposit_in_the_same_block_averts_the_default() -> None:
    chain, loser, _, other = broken_chain()
    flagging = chain.sign(other, Liquidate(loser, PERP, 1))
    chain.run(flagging, chain.attest(Deposit(bytes(32), loser, 10_000 * USD)))
    assert lots_in(chain.state.ledger.accounts[loser], PERP) == 100
    assert chain.state.ledger.accounts[loser].flagged_at is None


def test_funding_of_the_whole_pool_is_settled_before_a_deficit_is_assigned() -> None:
    chain, loser, _, other = broken_chain()
    third = chain.open("third", "main", 100_000 * USD)
    trade(chain, other, third, PERP, 10, 47_000)
    funding = chain.state.funding[PERP]
    chain.state = replace(chain.state, funding=chain.state.funding.set(PERP, replace(funding, rate=7_500)))
    chain.run(chain.sign(other, Liquidate(loser, PERP, 1)))
    ledger = chain.state.ledger
    indices = {position.funding_index for _, account in ledger.accounts.items() for position in account.positions}
    assert indices == {chain.state.quotes[PERP].funding_index}
    assert indices != {0}
    market = ledger.markets[PERP]
    assert (market.clearing, market.settlements) == (0, 0)
    assert ledger.pools["main"].residue >= 0


def test_expired_series_of_a_flagged_account_are_settled_before_it_is_judged() -> None:
    call = series(call=True, strike=45_000, expiry=START + 20 * MINUTE)
    chain = started(scenario_genesis(perpetual=FREE, options=(call,)))
    writer, holder, other = (
        chain.open(name, "main", usd * USD) for name, usd in (("w", 100), ("h", 10_000), ("o", 10_000))
    )
    trade(chain, holder, writer, call.market, 5, 5_000)
    walk_index(chain, 75_000)
    chain.block(time=call.expiry)
    chain.block(time=call.expiry + 10 * MINUTE)
    assert chain.state.quotes[call.market].phase == "settle"
    for _ in range(2):
        chain.block()
    assert equity(chain.state.ledger.accounts[writer], chain.state.quotes) < 0
    chain.run(chain.sign(other, Liquidate(writer, PERP, 1)))
    account = chain.state.ledger.accounts[writer]
    assert (account.cash, account.positions) == (0, ())
    steps = [posting.reason for step in chain.history[-1].receipt.steps for posting in step.postings]
    assert steps[:2] == ["payoff", "insurance"]
