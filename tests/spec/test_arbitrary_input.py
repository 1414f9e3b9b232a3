"""Whatever well-typed transactions and blocks arrive, the answer is a receipt, and what is refused changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from clearstone.models.chain import accept_all, forked, named_key
from clearstone.models.scenario_genesis import (
    MINUTE,
    START,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.accounts import account_id
from clearstone.spec.authentication import is_attested
from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import (
    Action,
    Body,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Place,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
    Withdraw,
)
from clearstone.spec.transition import apply_block

AuditedBlock = Callable[[State, Block], tuple[State, tuple[Receipt, ...]]]

CALL = series(call=True, strike=51_000, expiry=START + 20 * MINUTE)
PUT = series(call=False, strike=49_000, expiry=START + 24 * 60 * MINUTE)
BASE = started(scenario_genesis(options=(CALL, PUT), second_pool=True))
OWNERS = ("alice", "bob", "carol", "poor")
ACCOUNTS = tuple(
    BASE.open(owner, "main", dollars * USD) for owner, dollars in zip(OWNERS, (9_000, 9_000, 9_000, 60), strict=True)
)
ELSEWHERE = BASE.open("alice", "other", 1_000 * USD)
ALICE, BOB, CAROL, POOR = ACCOUNTS
trade(BASE, POOR, ALICE, "BTC-PERP", 20, 50_000)
trade(BASE, BOB, ALICE, CALL.market, 20, 1_000)
trade(BASE, BOB, CAROL, PUT.market, 20, 1_000)
BASE.run(BASE.sign(BOB, buy("BTC-PERP", 4, 49_500)), BASE.sign(CAROL, sell("BTC-PERP", 4, 50_500)))
BASE.run(BASE.sign(CAROL, Withdraw(named_key("escrowed"), USD)))
EXPIRED = forked(BASE)
walk_index(EXPIRED, 48_700)
EXPIRED.block(time=CALL.expiry)
EXPIRED.block(time=CALL.expiry + 10 * MINUTE)
EXPIRED.run(EXPIRED.sign(ALICE, Liquidate(POOR, "BTC-PERP", 1)))
STARTS = (BASE, EXPIRED)

numbers = st.one_of(
    st.integers(-3, 30),
    st.integers(),
    st.sampled_from(
        [sign * (1 << power) + near for sign in (1, -1) for power in (32, 40, 53, 64, 96, 256) for near in (-1, 0, 1)]
    ),
    st.integers(1, 10**10),
)
prices = st.one_of(st.integers(48_000, 52_000), st.integers(900, 1_100), numbers)
texts = st.text(st.characters(codec="utf-8"), max_size=6)
accounts = st.one_of(st.sampled_from([*ACCOUNTS, ELSEWHERE]), st.just(""), texts)
markets = st.one_of(st.sampled_from(["BTC-PERP", "ETH-PERP", CALL.market, PUT.market]), texts)
identities = st.one_of(st.sampled_from([named_key("escrowed"), named_key("new")]), st.binary(max_size=40))
keys = st.one_of(st.sampled_from([named_key(owner) for owner in OWNERS]), st.binary(max_size=33))
names = st.one_of(st.sampled_from(["penalty", "max_orders", "collar", "taker_fee", "insurance_window"]), texts)
scopes = st.one_of(st.sampled_from(["pool/main", "market/BTC-PERP", f"market/{PUT.market}", "pool/", "/"]), texts)

actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(OpenAccount, keys, st.sampled_from(["main", "other", ""]), numbers),
    st.builds(Deposit, identities, accounts, numbers),
    st.builds(Withdraw, identities, numbers),
    st.builds(Release, accounts, identities),
    st.builds(Transfer, accounts, numbers),
    st.builds(
        Place,
        markets,
        st.sampled_from(("buy", "sell")),
        numbers,
        st.none() | prices,
        st.sampled_from(("gtc", "ioc", "fok", "post-only")),
        st.booleans(),
        st.sampled_from(("cancel-maker", "cancel-taker", "decrement")),
    ),
    st.builds(Cancel, numbers),
    st.builds(Liquidate, accounts, markets, numbers),
    st.builds(Settle, accounts, markets),
    st.builds(ChangeParameter, st.integers(0, 2) | numbers, scopes, names, numbers),
)


def in_good_form(action: Action, account: str, nonce: int) -> Transaction:
    """A transaction that is authentic, so that its action alone decides."""
    if is_attested(action):
        return BASE.attest(action)
    if isinstance(action, OpenAccount):
        named = account_id(action.owner, action.pool, action.number % 2**32)
        return BASE.sign(named if nonce % 2 else account, action, nonce=0)
    return BASE.sign(account, action, nonce=nonce)


transactions = st.one_of(
    st.builds(in_good_form, actions, st.sampled_from(ACCOUNTS), st.integers(100, 10**6)),
    st.builds(
        Transaction,
        st.builds(Body, st.sampled_from(("scenario", "")), accounts, numbers, numbers | st.just(2**53), actions),
        st.lists(st.builds(Signature, keys, st.binary(max_size=65)), max_size=3).map(tuple),
    ),
)


@settings(max_examples=200)
@given(st.sampled_from((0, 1)), st.lists(transactions, max_size=6), st.integers(1, 40) | st.just(11 * MINUTE))
def test_any_transactions_get_receipts_and_break_no_law(
    audited_block: AuditedBlock, start: int, sent: list[Transaction], elapsed: int
) -> None:
    chain = forked(STARTS[start])
    before = chain.state
    block = chain.block(*sent, elapsed=elapsed).block
    _, receipts = audited_block(before, block)
    assert len(receipts) == len(sent)


hashes = st.one_of(st.just(BASE.state.block_id), st.binary(max_size=33))
validators = st.one_of(st.sampled_from([each.key for each in BASE.state.validators]), st.binary(max_size=33))
reports = st.lists(st.tuples(st.sampled_from(["BTC", "ETH"]) | texts, numbers), max_size=3).map(tuple)
commits = st.builds(
    Commit,
    st.just(BASE.state.height) | numbers,
    st.just(0) | numbers,
    hashes,
    st.lists(st.builds(CommitSignature, validators, numbers, reports, st.binary(max_size=65)), max_size=4).map(tuple),
)
GOOD = forked(BASE).block().block
changes = st.fixed_dictionaries(
    {},
    optional={
        "chain": texts,
        "version": numbers,
        "height": numbers,
        "time": numbers,
        "proposer": validators,
        "previous": hashes,
        "commit": commits,
        "transactions": st.lists(transactions, max_size=2).map(tuple),
        "root": st.binary(max_size=33),
    },
)


@settings(max_examples=200)
@given(changes)
@example({"time": 2**53 + 1})
@example({"commit": replace(GOOD.commit, signatures=())})
def test_any_block_is_applied_or_changes_nothing(fields: dict[str, object]) -> None:
    after, receipt = apply_block(BASE.state, replace(GOOD, **fields), accept_all)
    assert (receipt.rejection is None) == (after is not BASE.state)


def signed_by_all(clocks: list[int], heard: list[tuple[tuple[str, int], ...]]) -> tuple[CommitSignature, ...]:
    each = zip(BASE.state.validators, clocks, heard, strict=False)
    return tuple(CommitSignature(validator.key, time, prices, bytes(64)) for validator, time, prices in each)


NOW = BASE.state.time
clocks = st.integers(NOW - 10**6, NOW + 10**9) | st.integers(0, 2**53)
quoted = st.dictionaries(
    st.sampled_from(["BTC", CALL.mark_feed, PUT.mark_feed, "ETH"]), st.integers(-(2**32), 2**32) | st.integers(1, 10**5)
).map(lambda prices: tuple(sorted(prices.items())))


@settings(max_examples=100)
@given(
    st.lists(clocks, min_size=4, max_size=4),
    st.lists(quoted, min_size=4, max_size=4),
    st.lists(transactions, max_size=3),
)
def test_any_commit_in_good_form_is_taken_and_breaks_no_law(
    audited_block: AuditedBlock,
    times: list[int],
    heard: list[tuple[tuple[str, int], ...]],
    sent: list[Transaction],
) -> None:
    commit = replace(GOOD.commit, signatures=signed_by_all(times, heard))
    time = max(NOW + 1, sorted(times)[1])
    block = replace(GOOD, commit=commit, time=time, transactions=tuple(sent))
    after, _ = audited_block(BASE.state, block)
    assert after.time == time
