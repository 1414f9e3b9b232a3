"""What the ledger's tests judge states by: written from the rules' statements, beside the code that implements them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest
from hypothesis import strategies as st
from immutables import Map

from clearstone.models.chain import accept_all, equal_validators
from clearstone.models.scenario_genesis import PERPETUAL, POOL, PROTOCOL, START, series
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.blocks import Block
from clearstone.spec.book import EMPTY_BOOK, rebuild
from clearstone.spec.encoding.trie import root
from clearstone.spec.funding import settled_account
from clearstone.spec.instruments import Instrument, Perpetual, Quote, quote_option, quote_perpetual
from clearstone.spec.ledger_state import Context, Ledger, Market, Pool, horizon_period
from clearstone.spec.margin import equity
from clearstone.spec.receipts import Posting, Receipt
from clearstone.spec.state import State, context_of
from clearstone.spec.state_root import rebuild_trie, state_root
from clearstone.spec.tables import table
from clearstone.spec.transition import apply_block, begin_block, end_block, execute

Balances = dict[tuple[str, str], int]


def balances_of(ledger: Ledger, context: Context) -> Balances:
    """Every balance of every pool, named as postings name it; `outside` is what the vault has taken in."""
    balances: Balances = {}
    for pool_id, pool in ledger.pools.items():
        balances[pool_id, "outside"] = -pool.vault
        for pot in ("insurance", "fees", "escrow", "residue"):
            balances[pool_id, pot] = getattr(pool, pot)
        for market in context.members[pool_id]:
            balances[pool_id, f"clearing/{market}"] = ledger.markets[market].clearing
    for account_id, account in ledger.accounts.items():
        balances[account.pool, f"account/{account_id}"] = account.cash
    return balances


def check_postings(before: Balances, postings: Iterable[Posting], after: Balances) -> None:
    """The postings are the whole difference, and no pot is below zero after any of them."""
    balances = dict(before)
    for posting in postings:
        assert posting.amount >= 0
        for name, signed in ((posting.source, -posting.amount), (posting.destination, posting.amount)):
            key = posting.pool, name
            balances[key] = balances.get(key, 0) + signed
            assert balances[key] >= 0 or name.startswith(("account/", "clearing/", "outside")), posting
    assert balances == {key: after[key] for key in balances}
    assert all(after[key] == 0 for key in after.keys() - balances.keys())


def deficit(ledger: Ledger, context: Context) -> int:
    """Σ max(0, −E), with all funding settled."""
    total = 0
    for _, account in ledger.accounts.items():
        period = horizon_period(ledger.pools[account.pool], context.now)
        settled, _ = settled_account(account, context.quotes, period)
        total += max(0, -equity(settled, context.quotes))
    return total


def contents(ledger: Ledger) -> dict[str, object]:
    """What a ledger holds, apart from what was written to it and from nonces."""
    accounts = {
        key: tuple(getattr(account, name) for name in account.__slots__ if name != "nonce")
        for key, account in ledger.accounts.items()
    }
    tables = ("pools", "markets", "withdrawals", "deposits", "changes")
    return {
        "accounts": accounts,
        "last_change": ledger.last_change,
        "books": ledger.books,
        **{name: getattr(ledger, name).entries for name in tables},
    }


def check_state(state: State) -> None:
    """Everything that must hold of a state by itself, whatever led to it."""
    ledger, context = state.ledger, context_of(state)
    accounts = dict(ledger.accounts.items())
    for pool_id, pool in ledger.pools.items():
        cash = sum(account.cash for account in accounts.values() if account.pool == pool_id)
        pots = (pool.vault, pool.insurance, pool.fees, pool.escrow, pool.residue)
        assert min(pots) >= 0, pool
        clearing = sum(ledger.markets[market].clearing for market in context.members[pool_id])
        assert pool.vault == cash + sum(pots[1:]) + clearing, "LEDGER-1"
        assert pool.flagged == tuple(
            account_id
            for account_id, account in accounts.items()
            if account.pool == pool_id and account.flagged_at is not None
        )
    for market_id, instrument in state.instruments.items():
        market, quote = ledger.markets[market_id], state.quotes[market_id]
        held = [position for account in accounts.values() for position in account.positions]
        held = [position for position in held if position.instrument == market_id]
        lots = sum(position.lots for position in held)
        assert market.open_interest == sum(max(0, position.lots) for position in held), "LEDGER-2"
        if isinstance(instrument, Perpetual):
            assert lots == 0, "LEDGER-2"
            claims = sum(position.lots * position.funding_index for position in held)
            left = 1_000_000 * market.clearing - claims
            assert 0 <= left <= 999_999 * market.settlements, "PERP-2"
        elif quote.phase == "settle":
            assert market.clearing == lots * quote.mark, "OPT-4"
        else:
            assert lots == market.clearing == 0, "LEDGER-2"
        assert ledger.books[market_id] == rebuild(accounts.items(), market_id), "BOOK-2"
    for account in accounts.values():
        names = [position.instrument for position in account.positions]
        assert names == sorted(set(names))
        assert all(position.lots != 0 for position in account.positions)
        assert min(account.locked_recent, account.locked_earlier) >= 0
        assert all(order.lots >= 1 for order in account.orders)
    assert root(rebuild_trie(state)) == state_root(state), "ENC-1"


def check_block_step(state: State, block: Block) -> tuple[State, tuple[Receipt, ...]]:
    """A valid block, applied transaction by transaction; what must hold of each step, and of the whole."""
    begun = begin_block(state, block)
    context = context_of(begun)
    ledger, receipts = begun.ledger, []
    for transaction in block.transactions:
        after, receipt = execute(ledger, context, transaction, accept_all)
        if receipt.rejection is not None:
            assert contents(after) == contents(ledger), "LEDGER-6"
            assert receipt.postings == receipt.events == ()
        check_postings(balances_of(ledger, context), receipt.postings, balances_of(after, context))
        assert deficit(after, context) <= deficit(ledger, context), ("MARGIN-6", transaction, receipt)
        ledger = after
        receipts.append(receipt)
    before = balances_of(ledger, context)
    applied, receipt = apply_block(state, block, accept_all)
    assert receipt.rejection is None
    assert receipt.transactions == tuple(receipts)
    postings = [posting for step in receipt.steps for posting in step.postings]
    check_postings(before, postings, balances_of(applied.ledger, context))
    ended, _ = end_block(replace(begun, ledger=ledger), context)
    assert contents(ended.ledger) == contents(applied.ledger)
    check_state(applied)
    return applied, receipt.transactions


PERPS = ("A-PERP", "B-PERP")
CALL = replace(series(call=True, strike=50_000), market="CALL", mark_feed="MARK", multiplier=7)


def context_at(prices: tuple[int, int, int], fresh: tuple[bool, bool, bool]) -> Context:
    """Two perpetuals and a call at prices in ticks, each fresh or frozen."""
    instruments: dict[str, Instrument] = {name: Perpetual(name, "main", "BTC", 7, PERPETUAL) for name in PERPS}
    quotes: dict[str, Quote] = {
        name: quote_perpetual(instrument, price, is_fresh, 0, 0)
        for (name, instrument), price, is_fresh in zip(instruments.items(), prices, fresh, strict=False)
        if isinstance(instrument, Perpetual)
    }
    instruments["CALL"] = CALL
    quotes["CALL"] = quote_option(CALL, START, 50_000, prices[2], fresh[2], None)
    shared, members = Map(quotes), Map({"main": tuple(quotes)})
    validators = equal_validators(4)
    return Context("c", START, PROTOCOL, validators, table(instruments.items()), shared, shared, members, frozenset())


@st.composite
def bankrupt_pool(draw: st.DrawFn, fresh: tuple[bool, bool, bool] = (True, True, True)) -> tuple[Ledger, Context, str]:
    """A pool of up to six accounts, its pots as they come, and the id of an account that has lost more than it has."""
    names = [f"account {number}" for number in range(draw(st.integers(2, 6)))]
    prices = draw(st.tuples(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60)))
    context = context_at(prices, fresh)
    lots = {
        market: draw(st.lists(st.integers(-30, 30), min_size=len(names) - 1, max_size=len(names) - 1))
        for market in context.members["main"]
    }
    period = START // POOL.liquidation_horizon
    accounts: dict[str, Account] = {}
    for at, name in enumerate(names):
        held = {market: sizes[at] if at < len(sizes) else -sum(sizes) for market, sizes in lots.items()}
        positions = tuple(
            Position(market, held[market], held[market] * draw(st.integers(0, 60)) * 7 + draw(st.integers(-9, 9)), 0)
            for market in sorted(held)
            if held[market]
        )
        locked = draw(st.tuples(st.integers(0, 900), st.integers(0, 900)))
        account = Account(bytes([at]) * 32, "main", 0, 0, positions, (), *locked, period)
        wanted = draw(st.integers(-500, 3_000))
        accounts[name] = replace(account, cash=wanted - equity(account, context.quotes))
    broke = draw(st.sampled_from(names))
    deficit = draw(st.integers(0, 9_000))
    cash = -deficit - equity(replace(accounts[broke], cash=0), context.quotes)
    accounts[broke] = replace(accounts[broke], cash=cash, flagged_at=START)
    pots = draw(st.tuples(*[st.integers(0, 1_500)] * 3))
    short = -(sum(account.cash for account in accounts.values()) + sum(pots))
    other = next(name for name in names if name != broke)
    accounts[other] = replace(accounts[other], cash=accounts[other].cash + max(0, short))
    vault = sum(account.cash for account in accounts.values()) + sum(pots)
    parameters = replace(POOL, unassigned_cap=draw(st.integers(0, 900)))
    pool = Pool(parameters, vault, pots[0], pots[1], 0, pots[2], (broke,))
    for name in ("A-PERP", "CALL"):
        capped = context.instruments[name]
        cap = draw(st.integers(0, 900))
        if isinstance(capped, Perpetual):
            changed: Instrument = replace(capped, parameters=replace(capped.parameters, insurance_cap=cap))
        else:
            changed = replace(capped, parameters=replace(capped.parameters, insurance_cap=cap))
        context = replace(context, instruments=context.instruments.set(name, changed))
    interest = {
        market: sum(max(0, lots_in(account, market)) for account in accounts.values())
        for market in context.members["main"]
    }
    ledger = Ledger(
        accounts=table(accounts.items()),
        pools=table([("main", pool)]),
        markets=table((market, Market(open_interest=interest[market])) for market in interest),
        withdrawals=table(),
        deposits=table(),
        changes=table(),
        last_change=0,
        books=Map(dict.fromkeys(interest, EMPTY_BOOK)),
    )
    return ledger, context, broke


def check_conserved(before: Ledger, after: Ledger, context: Context, postings: Iterable[Posting]) -> None:
    """LEDGER-1 and LEDGER-2 for a ledger that a function of the spec changed."""
    check_postings(balances_of(before, context), postings, balances_of(after, context))
    for market in context.members["main"]:
        sizes = [lots_in(account, market) for _, account in after.accounts.items()]
        assert sum(sizes) == 0
        assert after.markets[market].open_interest == sum(max(0, size) for size in sizes)


@pytest.fixture(scope="session")
def bankrupt_pools() -> Callable[..., st.SearchStrategy[tuple[Ledger, Context, str]]]:
    """Pools with an account that has lost more than it has."""
    return bankrupt_pool


@pytest.fixture(scope="session")
def conserved() -> Callable[[Ledger, Ledger, Context, Iterable[Posting]], None]:
    """Assert that no atom and no lot appeared or vanished, and that the postings say all that moved."""
    return check_conserved


@pytest.fixture(scope="session")
def audit() -> Callable[[State], None]:
    """Assert all that must hold of a state."""
    return check_state


@pytest.fixture(scope="session")
def audited_block() -> Callable[[State, Block], tuple[State, tuple[Receipt, ...]]]:
    """Apply a valid block, asserting all that must hold of each of its steps."""
    return check_block_step
