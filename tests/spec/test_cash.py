from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.chain import Chain, forked, named_key
from clearstone.models.scenario_genesis import (
    HOUR,
    MINUTE,
    OPTION,
    PERPETUAL,
    START,
    USD,
    scenario_genesis,
    series,
    started,
    trade,
    walk_index,
)
from clearstone.spec.accounts import account_id, locked_profit
from clearstone.spec.cash import MAX_NUMBER
from clearstone.spec.ledger_state import Withdrawal, horizon_period, withdrawal_key
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import Action, Deposit, OpenAccount, Release, Settle, Transfer, Withdraw

PERP = "BTC-PERP"
FREE = replace(OPTION, taker_fee=0, maker_fee=0)
CALL = series(call=True, strike=45_000, expiry=START + 20 * MINUTE, parameters=FREE)
BASE = started(
    scenario_genesis(options=(CALL,), second_pool=True, perpetual=replace(PERPETUAL, taker_fee=0, maker_fee=0))
)
ALICE, BOB, CAROL = (BASE.open(owner, "main", 1_000 * USD) for owner in ("alice", "bob", "carol"))
ELSEWHERE = BASE.open("alice", "other", 1_000 * USD)
ID = named_key("an id")


def rule(receipt: Receipt) -> str:
    return "" if receipt.rejection is None else receipt.rejection.rule


def send(chain: Chain, account: str, action: Action) -> str:
    [receipt] = chain.run(chain.sign(account, action))
    return rule(receipt)


def attest(chain: Chain, action: Action) -> str:
    [receipt] = chain.run(chain.attest(action))
    return rule(receipt)


def cash_of(chain: Chain, account: str) -> int:
    return chain.state.ledger.accounts[account].cash


def leaving(amount: int, serial: int = 0) -> Withdraw:
    return Withdraw(named_key(f"withdrawal {serial}"), amount)


def test_an_account_opens_under_the_id_that_its_owner_pool_and_number_give() -> None:
    chain = forked(BASE)
    key = named_key("dave")
    assert MAX_NUMBER == 2**32 - 1
    for number in (0, MAX_NUMBER):
        named = account_id(key, "main", number)
        assert send(chain, named, OpenAccount(key, "main", number)) == ""
        account = chain.state.ledger.accounts[named]
        assert (account.owner, account.pool, account.nonce, account.cash) == (key, "main", 0, 0)


@pytest.mark.parametrize(
    ("owner", "pool", "number", "named"),
    [
        (named_key("dave"), "no pool", 0, "x"),
        (named_key("dave"), "main", -1, "x"),
        (named_key("dave"), "main", MAX_NUMBER + 1, account_id(named_key("dave"), "main", MAX_NUMBER + 1)),
        (bytes(31), "main", 0, "x"),
        (bytes(33), "main", 0, "x"),
        (named_key("dave"), "main", 0, account_id(named_key("dave"), "main", 1)),
    ],
)
def test_an_opening_that_does_not_fit_together_is_refused(owner: bytes, pool: str, number: int, named: str) -> None:
    assert send(forked(BASE), named, OpenAccount(owner, pool, number)) == "LEDGER-4"


def test_an_account_opens_once() -> None:
    assert send(forked(BASE), ALICE, OpenAccount(named_key("alice"), "main", 0)) == "LEDGER-4"


def test_a_deposit_credits_exactly_what_came_in_and_once() -> None:
    chain = forked(BASE)
    vault = chain.state.ledger.pools["main"].vault
    assert attest(chain, Deposit(ID, ALICE, 7)) == ""
    assert cash_of(chain, ALICE) == 1_000 * USD + 7
    assert chain.state.ledger.pools["main"].vault == vault + 7
    assert chain.state.ledger.deposits[ID.hex()] == 7
    assert attest(chain, Deposit(ID, BOB, 7)) == "LEDGER-5"
    assert attest(chain, Deposit(ID, ALICE, 7)) == "LEDGER-5"


@pytest.mark.parametrize(
    ("deposit", "refused"),
    [
        (Deposit(ID, ALICE, 0), "NUM-5"),
        (Deposit(ID, ALICE, -1), "NUM-5"),
        (Deposit(ID, ALICE, MAX_ATOMS + 1), "NUM-5"),
        (Deposit(ID, ALICE, MAX_ATOMS), "NUM-5"),
        (Deposit(ID, ALICE, MAX_ATOMS - 1_000 * USD + 1), "NUM-5"),
        (Deposit(ID, "nobody", 1), "LEDGER-4"),
        (Deposit(bytes(31), ALICE, 1), "LEDGER-5"),
        (Deposit(bytes(33), ALICE, 1), "LEDGER-5"),
    ],
)
def test_a_deposit_past_a_bound_or_to_nobody_is_refused(deposit: Deposit, refused: str) -> None:
    assert attest(forked(BASE), deposit) == refused


def test_a_vault_may_be_filled_to_its_bound_and_no_further() -> None:
    chain = forked(BASE)
    room = MAX_ATOMS - chain.state.ledger.pools["main"].vault
    assert attest(chain, Deposit(ID, ALICE, room + 1)) == "NUM-5"
    assert attest(chain, Deposit(ID, ALICE, room)) == ""


def test_a_withdrawal_moves_cash_to_escrow_and_an_attested_release_pays_it_out_once() -> None:
    chain = forked(BASE)
    before = chain.state.ledger.pools["main"]
    assert send(chain, ALICE, Withdraw(ID, 1_000 * USD)) == ""
    pool = chain.state.ledger.pools["main"]
    assert (cash_of(chain, ALICE), pool.escrow, pool.vault) == (0, 1_000 * USD, before.vault)
    assert chain.state.ledger.withdrawals[withdrawal_key(ALICE, ID)] == Withdrawal(
        "main", ALICE, 1_000 * USD, "escrowed"
    )
    assert attest(chain, Release(ALICE, ID)) == ""
    pool = chain.state.ledger.pools["main"]
    assert (pool.escrow, pool.vault) == (0, before.vault - 1_000 * USD)
    assert attest(chain, Release(ALICE, ID)) == "LEDGER-5"


@pytest.mark.parametrize("withdrawal_id", [ID, b"", bytes(33)])
def test_a_release_of_what_was_never_withdrawn_is_refused(withdrawal_id: bytes) -> None:
    assert attest(forked(BASE), Release(ALICE, withdrawal_id)) == "LEDGER-5"


def test_a_withdrawal_id_is_used_once_ever_by_an_account_and_nobody_else_can_use_it_up() -> None:
    chain = forked(BASE)
    assert send(chain, ALICE, Withdraw(ID, 1)) == ""
    assert send(chain, BOB, Withdraw(ID, 1)) == ""
    assert attest(chain, Release(BOB, ID)) == ""
    attest(chain, Release(ALICE, ID))
    assert send(chain, ALICE, Withdraw(ID, 1)) == "LEDGER-5"


@pytest.mark.parametrize(
    ("action", "refused"),
    [
        (Withdraw(ID, 0), "NUM-5"),
        (Withdraw(ID, MAX_ATOMS + 1), "NUM-5"),
        (Withdraw(ID, MAX_ATOMS), "MARGIN-4"),
        (Withdraw(ID, 1_000 * USD + 1), "MARGIN-4"),
        (Withdraw(bytes(31), 1), "LEDGER-5"),
        (Transfer(BOB, 0), "NUM-5"),
        (Transfer(BOB, MAX_ATOMS + 1), "NUM-5"),
        (Transfer(BOB, MAX_ATOMS), "MARGIN-4"),
        (Transfer(BOB, 1_000 * USD + 1), "MARGIN-4"),
        (Transfer("nobody", 1), "LEDGER-4"),
        (Transfer(ELSEWHERE, 1), "LEDGER-4"),
        (Transfer(ALICE, 1), "LEDGER-4"),
    ],
)
def test_what_cannot_leave_an_account_does_not(action: Action, refused: str) -> None:
    assert send(forked(BASE), ALICE, action) == refused


def test_a_transfer_moves_cash_between_two_accounts_of_a_pool() -> None:
    chain = forked(BASE)
    assert send(chain, ALICE, Transfer(BOB, 1_000 * USD)) == ""
    assert (cash_of(chain, ALICE), cash_of(chain, BOB)) == (0, 2_000 * USD)


def with_cash(chain: Chain, account: str, cash: int) -> Chain:
    """The chain as if an account had so much cash, whoever paid it."""
    changed = forked(chain)
    ledger = chain.state.ledger
    accounts = ledger.accounts.set(account, replace(ledger.accounts[account], cash=cash))
    changed.state = replace(chain.state, ledger=replace(ledger, accounts=accounts))
    changed.block()
    return changed


def test_an_account_may_be_filled_to_its_bound_and_no_further() -> None:
    chain = with_cash(BASE, BOB, MAX_ATOMS - 1)
    assert [send(chain, CAROL, Transfer(BOB, amount)) for amount in (2, 1, 1)] == ["NUM-5", "", "NUM-5"]
    chain = with_cash(BASE, BOB, MAX_ATOMS - 1)
    deposits = [Deposit(named_key(str(amount)), BOB, amount) for amount in (2, 1)]
    assert [attest(chain, deposit) for deposit in deposits] == ["NUM-5", ""]


def test_the_account_keeps_initial_margin_to_the_atom() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 100, 50_000)
    free = 1_000 * USD - 100 * chain.state.quotes[PERP].initial
    assert send(chain, ALICE, leaving(free + 1)) == "MARGIN-4"
    assert send(chain, ALICE, leaving(free)) == ""


def test_no_unrealised_profit_leaves() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 10, 50_000)
    walk_index(chain, 51_000)
    free = 1_000 * USD - 10 * chain.state.quotes[PERP].initial
    assert send(chain, ALICE, leaving(free + 1)) == "MARGIN-4"
    assert send(chain, ALICE, Transfer(BOB, free)) == ""


def test_realised_profit_leaves_only_after_the_horizon() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 10, 50_000)
    walk_index(chain, 51_000)
    trade(chain, BOB, ALICE, PERP, 10, 51_000)
    profit = 10 * 1_000 * 1_000
    assert cash_of(chain, ALICE) == 1_000 * USD + profit
    period = horizon_period(chain.state.ledger.pools["main"], chain.state.time)
    assert locked_profit(chain.state.ledger.accounts[ALICE], period) == profit
    assert send(chain, ALICE, leaving(1_000 * USD + 1)) == "MARGIN-4"
    chain.block(time=(period + 2) * HOUR - 2_000)
    assert send(chain, ALICE, leaving(1_000 * USD + 1, 1)) == "MARGIN-4"
    chain.block(time=(period + 2) * HOUR)
    for _ in range(2):
        chain.block()
    assert send(chain, ALICE, leaving(1_000 * USD + profit, 2)) == ""


def test_while_an_index_still_has_to_catch_up_nobody_leaves_at_the_better_price() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 100, 50_000)
    chain.block(prices={"BTC": 44_000})
    assert chain.state.feeds["BTC"].index == 47_500
    assert chain.state.feeds["BTC"].median == 44_000
    at_clamped = 1_000 * USD - 100 * 2_500_000 - 100 * chain.state.quotes[PERP].initial
    at_unclamped = 1_000 * USD - 100 * 6_000_000 - 100 * chain.state.unclamped[PERP].initial
    assert at_unclamped < at_clamped
    amounts = (at_unclamped + 1, at_unclamped)
    signed = [chain.sign(ALICE, leaving(amount, amount), nonce=100 + at) for at, amount in enumerate(amounts)]
    refused, accepted = chain.block(*signed, elapsed=1).receipt.transactions
    assert chain.state.feeds["BTC"].index == 45_125
    assert rule(refused) == "ORACLE-4"
    assert rule(accepted) == ""


def silence(chain: Chain) -> dict[bytes, dict[str, int]]:
    return {validator.key: {} for validator in chain.state.validators}


def test_while_a_feed_is_frozen_who_depends_on_it_cannot_leave_and_others_can() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, PERP, 1, 50_000)
    chain.block(elapsed=11 * MINUTE, reports=silence(chain))
    signed = [chain.sign(account, leaving(1, number)) for number, account in enumerate((ALICE, CAROL))]
    receipts = chain.block(*signed, reports=silence(chain)).receipt.transactions
    assert [rule(receipt) for receipt in receipts] == ["ORACLE-5", ""]


def test_while_a_series_is_pending_nobody_in_its_pool_leaves() -> None:
    chain = forked(BASE)
    chain.block(time=CALL.expiry)
    assert chain.state.quotes[CALL.market].phase == "pending"
    signed = [chain.sign(ALICE, leaving(1)), chain.sign(BOB, Transfer(CAROL, 1)), chain.sign(ELSEWHERE, leaving(1, 1))]
    receipts = chain.block(*signed).receipt.transactions
    assert [rule(receipt) for receipt in receipts] == ["OPT-4", "OPT-4", ""]


def test_a_winner_is_not_paid_before_losers_have_paid_in() -> None:
    chain = with_cash(BASE, ALICE, 3_500 * USD)
    ledger = chain.state.ledger
    ahead = replace(ledger.markets[PERP], clearing=-2_500 * USD, settlements=1)
    chain.state = replace(chain.state, ledger=replace(ledger, markets=ledger.markets.set(PERP, ahead)))
    chain.block()
    signed = [chain.sign(ALICE, leaving(3_000 * USD + more, more), nonce=101 - more) for more in (1, 0)]
    assert [rule(receipt) for receipt in chain.run(*signed)] == ["LEDGER-5", ""]


def test_profit_from_an_expiry_cannot_leave_at_once() -> None:
    chain = forked(BASE)
    trade(chain, ALICE, BOB, CALL.market, 10, 5_000)
    walk_index(chain, 52_000)
    chain.block(time=CALL.expiry)
    chain.block(time=CALL.expiry + 10 * MINUTE)
    for account in (BOB, ALICE):
        assert send(chain, CAROL, Settle(account, CALL.market)) == ""
    profit = cash_of(chain, ALICE) - 1_000 * USD
    assert profit == 10 * 2_000 * 1_000
    assert send(chain, ALICE, leaving(1_000 * USD + 1)) == "MARGIN-4"
    assert send(chain, ALICE, leaving(1_000 * USD, 1)) == ""
