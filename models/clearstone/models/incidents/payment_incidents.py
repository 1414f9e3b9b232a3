"""Incidents of payments: credited more than was received, processed twice, or without ever having been asked for."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain
from clearstone.models.incidents.enumeration import expect_only_known_kinds
from clearstone.models.incidents.ledger_figures import account_of, cash_of, everyone, fills, identifier
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import FIRST_INDEX, MINUTE, POOL, USD, scenario_genesis, trade
from clearstone.spec.flags import flag
from clearstone.spec.ledger_state import Context, Ledger, with_account
from clearstone.spec.state import context_of
from clearstone.spec.takeover import take
from clearstone.spec.transactions import Deposit, Release, Transaction, Transfer, Withdraw


def credited_more_than_received(trial: Trial) -> None:
    """Pay odd amounts in and out, and trade at odd prices; compare what moved on both sides, to the atom."""
    chain = trial.start(scenario_genesis())
    account, other = chain.open("account", "main", 1_000 * USD), chain.open("other", "main", 1_000 * USD)
    for amount in (1, 7, 999_999, 1_000_001, 123_456_789):
        vault, cash = chain.state.ledger.pools["main"].vault, cash_of(chain, account)
        chain.run(chain.attest(Deposit(identifier(str(amount)), account, amount)))
        moved = chain.state.ledger.pools["main"].vault - vault, cash_of(chain, account) - cash
        trial.expect(f"a deposit of {amount} is credited as {amount}", moved == (amount, amount), moved)
    withdrawal = identifier("odd")
    before = chain.state.ledger.pools["main"]
    act(chain, account, Withdraw(withdrawal, 1_234_567))
    escrowed = chain.state.ledger.pools["main"]
    trial.expect("a withdrawal puts its amount into escrow", escrowed.escrow - before.escrow == 1_234_567)
    chain.run(chain.attest(Release(account, withdrawal)))
    released = chain.state.ledger.pools["main"]
    left = escrowed.vault - released.vault, escrowed.escrow - released.escrow
    trial.expect("and its release takes that off vault and escrow", left == (1_234_567, 1_234_567), left)
    for lots, price in ((3, 49_999), (7, 50_001), (11, 50_003)):
        collected, cash = _fee_pots(chain), cash_of(chain, account) + cash_of(chain, other)
        figures = fills(trade(chain, account, other, "BTC-PERP", lots, price))[0]
        fee, rebate = int(figures["taker-fee"]), int(figures["maker-fee"])
        paid = cash - cash_of(chain, account) - cash_of(chain, other)
        got = _fee_pots(chain) - collected
        trial.expect("what both sides pay is what the pool collects", paid == got == fee + rebate, f"{paid}, {got}")
    pool, market = chain.state.ledger.pools["main"], chain.state.ledger.markets["BTC-PERP"]
    claims = sum(held.cash for _, held in everyone(chain)) + pool.insurance + pool.fees + pool.escrow + pool.residue
    trial.expect("the vault holds what all have, to the atom", pool.vault == claims + market.clearing)
    expect_only_known_kinds(trial, "wrap a token, or take a fee out of a transfer")


def _fee_pots(chain: Chain) -> int:
    """Fees and what they filled up, in atoms."""
    pool = chain.state.ledger.pools["main"]
    return pool.fees + pool.insurance


def request_processed_twice(trial: Trial) -> None:
    """Repeat every request: transactions, deposits, withdrawals, releases, also of ones that never existed."""
    chain = trial.start(scenario_genesis())
    account, other = chain.open("account", "main", 1_000 * USD), chain.open("other", "main")
    signed = chain.sign(account, Transfer(other, 100 * USD))
    first, second = chain.run(signed, signed)
    trial.accepted("a transaction is executed", first)
    trial.refused("but not twice in a block", "LEDGER-6", second)
    trial.refused("nor in a later one", "LEDGER-6", chain.run(signed)[0])
    zero = chain.run(chain.sign(other, Transfer(account, 1), nonce=0))[0]
    trial.refused("nonce 0 is a nonce, and used", "LEDGER-6", zero)
    late = Transaction(replace(signed.body, nonce=99, expires=chain.state.time), signed.signatures)
    trial.refused("an expired one is not executed at all", "LEDGER-6", chain.run(late)[0])
    paid_in = chain.attest(Deposit(identifier("deposit"), account, 100 * USD))
    once, twice = chain.run(paid_in, paid_in)
    trial.accepted("a deposit is credited", once)
    trial.refused("but not twice", "LEDGER-5", twice)
    trial.refused("nor later", "LEDGER-5", chain.run(paid_in)[0])
    never = chain.attest(Release(account, identifier("never asked for")))
    trial.refused("a withdrawal that nobody asked for is not released", "LEDGER-5", chain.run(never)[0])
    _withdraw_twice(trial, chain, account)
    spent = 1_000 * USD - 100 * USD + 100 * USD - 50 * USD
    trial.expect("each request counted once", cash_of(chain, account) == spent, cash_of(chain, account))
    _absent_timestamp(trial)


def _withdraw_twice(trial: Trial, chain: Chain, account: str) -> None:
    """One id, withdrawn and released as often as possible."""
    request = Withdraw(identifier("withdrawal"), 50 * USD)
    trial.accepted("a withdrawal is put into escrow", act(chain, account, request))
    trial.refused("its id cannot be used again", "LEDGER-5", act(chain, account, request))
    released = chain.attest(Release(account, request.withdrawal_id))
    once, twice = chain.run(released, released)
    trial.accepted("it is released", once)
    trial.refused("but not twice", "LEDGER-5", twice)
    trial.refused("nor later", "LEDGER-5", chain.run(released)[0])
    trial.refused("and its id stays used", "LEDGER-5", act(chain, account, request))


def _absent_timestamp(trial: Trial) -> None:
    """A flag set at time 0 is a flag: the absence of a time is not 0."""
    chain = trial.start(scenario_genesis())
    target, maker = chain.open("target", "main", 1_000 * USD), chain.open("maker", "main", 10_000 * USD)
    trade(chain, target, maker, "BTC-PERP", 100, FIRST_INDEX)
    ledger, context = _flagged_at_zero(chain, target)
    again, events = flag(ledger, context, target)
    trial.expect("who was flagged at time 0 is not flagged anew", (again, events) == (ledger, ()))
    held = ledger.accounts[target]
    taken = take(held, context, POOL, ((held.positions[0], 1),))
    most = context.quotes["BTC-PERP"].mark * POOL.discount_limit // 10**6
    trial.expect("and its clock runs since 0", taken.discount == most, taken.discount)


def _flagged_at_zero(chain: Chain, target: str) -> tuple[Ledger, Context]:
    """The chain's ledger with an account flagged at time 0, and the context of a block ten minutes later."""
    held = replace(account_of(chain, target), flagged_at=0)
    context = replace(context_of(chain.state), now=10 * MINUTE)
    return with_account(chain.state.ledger, target, held), context


SCENARIOS = (
    Scenario(
        number=31,
        title="Credited more than received",
        happened="Bullet BULL-09 and BULL-10, Derive DRV-18: amounts cut by decimals or fees, credited in full [S].",
        answer="A deposit credits exactly what the vault received; cash has one unit, and a transfer costs no fee.",
        rules=("LEDGER-1", "LEDGER-5", "BOOK-7"),
        script=credited_more_than_received,
    ),
    Scenario(
        number=33,
        title="A request processed twice, or never made",
        happened="Derive DRV3-01, DRV3-03 and DRV2-02: deposits replayed, withdrawals unknown, timestamp 0 [S].",
        answer="Nonces rise, ids are kept for good, a withdrawal moves on once, and an absent time is not 0.",
        rules=("LEDGER-5", "LEDGER-6", "LIQ-1"),
        script=request_processed_twice,
    ),
)
"""The scenarios of this theme."""
