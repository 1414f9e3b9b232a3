"""Cash in, out and across: transfers, withdrawals, releases, deposits, accounts opened."""

from __future__ import annotations

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.healthy import leaving, require_gain
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.worlds import ALICE, BOB, NOBODY, Setting, beside, context, holders, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, account_id, locked_profit
from clearstone.spec.cash import deposit, open_account, release, transfer, withdraw
from clearstone.spec.ledger_state import Ledger, Withdrawal, horizon_period, withdrawal_key
from clearstone.spec.margin import Quotes, equity
from clearstone.spec.receipts import Receipt
from clearstone.spec.transactions import Deposit, OpenAccount, Release, Transfer, Withdraw
from clearstone.spec.waterfall import unrealised_profit

ID = bytes(range(32))
"""Id of a deposit or a withdrawal."""
KEY = ID.hex()
"""The key of a deposit."""
WITHDRAWAL = withdrawal_key(ALICE, ID)
"""The key of a withdrawal of Alice's."""


def transferred(world: World, setting: Setting) -> tuple[Ledger, Receipt]:
    """Alice transfers any amount to Bob, to herself or to nobody."""
    to = world.choice("receiver", (BOB, ALICE, NOBODY))
    return transfer(setting.ledger, setting.context, ALICE, Transfer(to, world.integer("amount", usual=5)))


@obligation(
    "LEDGER-1",
    "LEDGER-7",
    "MARGIN-6",
    about=(transfer,),
    reaches={ACCEPTED, "NUM-5", "LEDGER-4", "MARGIN-4", "ORACLE-5"},
    kinds=(Transfer,),
    keeps={"conservation", "pots", "health"},
)
def transfer_conserves_money(world: World) -> None:
    """A transfer creates no money and destroys none, no pot is below zero at any sub-step, both sides are healthy."""
    setting = holders(world, ALICE, BOB)
    with leaving() as allowed:
        after, receipt = transferred(world, setting)
    if came_to(world, setting.ledger, after, receipt):
        world.require(allowed == [after.accounts[ALICE]], "what is left of the sender was judged")
        require_gain(world, setting, after, BOB)
    markets = (beside(ALICE), beside(BOB))
    require_conservation(world, setting.ledger, after, (ALICE, BOB), markets)
    require_postings(world, setting.ledger, after, receipt.postings, (ALICE, BOB), markets)


def require_nothing_taken_too_early(world: World, setting: Setting, left: Account, quotes: Quotes) -> None:
    """MARGIN-4. What is left covers unrealised and locked profit, at these quotes."""
    period = horizon_period(setting.ledger.pools["main"], setting.context.now)
    kept = equity(left, quotes) - unrealised_profit(left, quotes) - locked_profit(left, period)
    world.require(kept >= 0, "what is left is worth more than all its unrealised and locked profit")


@obligation(
    "MARGIN-4",
    "MARGIN-6",
    "ORACLE-4",
    about=(transfer,),
    reaches={ACCEPTED, "MARGIN-4", "ORACLE-4"},
    kinds=(Transfer,),
    keeps={"direction"},
)
def transfer_takes_no_profit_that_is_not_certain(world: World) -> None:
    """Whoever transfers keeps what covers all unrealised and locked profit, at the clamped and unclamped prices."""
    setting = holders(world, ALICE, BOB, carried=True)
    amount = world.integer("amount", usual=5)
    after, receipt = transfer(setting.ledger, setting.context, ALICE, Transfer(BOB, amount))
    if came_to(world, setting.ledger, after, receipt):
        alice, bob = after.accounts[ALICE], after.accounts[BOB]
        require_nothing_taken_too_early(world, setting, alice, setting.context.quotes)
        require_nothing_taken_too_early(world, setting, alice, setting.context.unclamped)
        credit = sum(posting.amount for posting in receipt.postings if posting.destination == f"account/{BOB}")
        debit = sum(posting.amount for posting in receipt.postings if posting.source == f"account/{BOB}")
        gained = bob.cash - setting.ledger.accounts[BOB].cash
        world.require(gained == credit - debit, "the receiver gains what the postings say")
        world.require(receipt.postings[-1].amount == amount, "the last posting is the transfer")


def withdrawn(world: World, setting: Setting) -> tuple[Ledger, Receipt]:
    """Alice withdraws any amount."""
    return withdraw(setting.ledger, setting.context, ALICE, Withdraw(ID, world.integer("amount", usual=5)))


def withdrawing(world: World, carried: bool = False) -> Setting:
    """Any ledger in which Alice may withdraw, under an id that is new or used."""
    one = holders(world, ALICE, carried=carried)
    used = world.choice("withdrawal id", ("new", "used")) == "used"
    before = Withdrawal("main", BOB, world.integer("withdrawn before", 1, None, 1), "released")
    held = ledger(
        world,
        {ALICE: one.ledger.accounts[ALICE]},
        (beside(ALICE),),
        one.ledger.pools["main"],
        withdrawals={WITHDRAWAL: before} if used else {},
        absent=() if used else (WITHDRAWAL,),
    )
    return Setting(held, one.context)


@obligation(
    "LEDGER-1",
    "LEDGER-5",
    "MARGIN-6",
    about=(withdraw,),
    reaches={ACCEPTED, "NUM-5", "LEDGER-5", "MARGIN-4"},
    kinds=(Withdraw,),
    keeps={"conservation", "pots", "health", "direction"},
)
def withdrawal_conserves_money(world: World) -> None:
    """A withdrawal moves cash to escrow, all of it, and no pot is below zero at any sub-step."""
    setting = withdrawing(world)
    with leaving() as allowed:
        after, receipt = withdrawn(world, setting)
    if came_to(world, setting.ledger, after, receipt):
        world.require(allowed == [after.accounts[ALICE]], "what is left of the account was judged")
        escrowed = after.pools["main"].escrow - setting.ledger.pools["main"].escrow
        world.require(escrowed == after.withdrawals[WITHDRAWAL].amount, "escrow grows by what the withdrawal is for")
        last = receipt.postings[-1]
        world.require((last.source, last.destination) == (f"account/{ALICE}", "escrow"), "who withdraws pays")
        world.require(last.amount == escrowed, "exactly that")
    require_conservation(world, setting.ledger, after, (ALICE,), (beside(ALICE),))
    require_postings(world, setting.ledger, after, receipt.postings, (ALICE,), (beside(ALICE),))


@obligation("MARGIN-4", "ORACLE-4", "OPT-4", about=(withdraw,), reaches={ACCEPTED, "MARGIN-4", "ORACLE-4", "ORACLE-5"})
def withdrawal_takes_no_profit_that_is_not_certain(world: World) -> None:
    """Whoever withdraws keeps what covers all unrealised and locked profit, at the clamped and unclamped prices."""
    setting = withdrawing(world, carried=True)
    after, receipt = withdrawn(world, setting)
    if came_to(world, setting.ledger, after, receipt):
        require_nothing_taken_too_early(world, setting, after.accounts[ALICE], setting.context.quotes)
        require_nothing_taken_too_early(world, setting, after.accounts[ALICE], setting.context.unclamped)


@obligation("OPT-4", about=(withdraw, transfer), reaches={"OPT-4"})
def nothing_leaves_a_pool_with_a_pending_series(world: World) -> None:
    """While a series of a pool waits for its settlement price, no withdrawal and no transfer is accepted."""
    quotes = {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    accounts = {
        name: parts.account(world, name, (parts.ghost_position(world, name, beside(name)),)) for name in (ALICE, BOB)
    }
    before = ledger(world, accounts, tuple(quotes), absent=(WITHDRAWAL,))
    pending = context(world, quotes, pending=("main",))
    amount = world.integer("amount", usual=5)
    if world.choice("kind", ("transfer", "withdrawal")) == "transfer":
        after, receipt = transfer(before, pending, ALICE, Transfer(BOB, amount))
    else:
        after, receipt = withdraw(before, pending, ALICE, Withdraw(ID, amount))
    came_to(world, before, after, receipt)
    world.require(receipt.rejection is not None, "it is refused")


@obligation("LEDGER-5", about=(withdraw,), reaches={ACCEPTED, "LEDGER-5"}, kinds=(Withdraw,), keeps={"once"})
def withdrawal_id_is_used_at_most_once(world: World) -> None:
    """A withdrawal is accepted only under an id that was never used, and the id is used from then on."""
    setting = withdrawing(world)
    new = WITHDRAWAL not in setting.ledger.withdrawals
    after, receipt = withdrawn(world, setting)
    if came_to(world, setting.ledger, after, receipt):
        world.require(new, "the id was new")
        world.require(after.withdrawals[WITHDRAWAL].status == "escrowed", "the withdrawal waits for its release")
        again, refused = withdrawn(world, Setting(after, setting.context))
        world.require(refused.rejection is not None and again is after, "the same withdrawal again is refused")


@obligation("LEDGER-5", about=(withdraw,), reaches={ACCEPTED, "LEDGER-5"})
def winner_is_not_paid_before_a_loser_has_paid_in(world: World) -> None:
    """After a withdrawal, the cash of all accounts covers what the clearing balances still have to collect."""
    setting = withdrawing(world)
    after, receipt = withdrawn(world, setting)
    if came_to(world, setting.ledger, after, receipt):
        pool, clearing = after.pools["main"], after.markets[beside(ALICE)].clearing
        cash = pool.vault - pool.insurance - pool.fees - pool.escrow - pool.residue - clearing
        world.require(cash + min(0, clearing) >= 0, "Σ cash + Σ min(0, clearing) ≥ 0")


@obligation(
    "LEDGER-5",
    "LEDGER-1",
    "MARGIN-6",
    about=(deposit,),
    reaches={ACCEPTED, "NUM-5", "LEDGER-4", "LEDGER-5"},
    kinds=(Deposit,),
    keeps={"conservation", "pots", "health", "once", "direction"},
)
def deposit_credits_what_the_vault_received_once(world: World) -> None:
    """A deposit credits exactly what the vault received, once per id."""
    one = holders(world, ALICE)
    used = world.choice("deposit id", ("new", "used")) == "used"
    before = ledger(
        world,
        {ALICE: one.ledger.accounts[ALICE]},
        (beside(ALICE),),
        one.ledger.pools["main"],
        deposits={KEY: world.integer("deposited before", 1, None, 1)} if used else {},
        absent=() if used else (KEY,),
    )
    action = Deposit(ID, world.choice("account", (ALICE, NOBODY)), world.integer("amount", usual=5))
    after, receipt = deposit(before, one.context, action)
    if came_to(world, before, after, receipt):
        received = after.pools["main"].vault - before.pools["main"].vault
        world.require(received == action.amount, "the vault grows by the amount")
        last = receipt.postings[-1]
        world.require((last.source, last.destination) == ("outside", f"account/{ALICE}"), "the account named gains")
        world.require(last.amount == action.amount, "exactly that")
        world.require(not used, "the id was new")
        require_gain(world, Setting(before, one.context), after, ALICE)
        again, refused = deposit(after, one.context, action)
        world.require(refused.rejection is not None and again is after, "the same deposit again is refused")
    require_conservation(world, before, after, (ALICE,), (beside(ALICE),))
    require_postings(world, before, after, receipt.postings, (ALICE,), (beside(ALICE),))


@obligation(
    "LEDGER-5",
    "LEDGER-1",
    about=(release,),
    reaches={ACCEPTED, "LEDGER-5"},
    kinds=(Release,),
    keeps={"conservation", "pots", "health", "once", "direction"},
)
def release_pays_a_withdrawal_once(world: World) -> None:
    """A release takes an escrowed withdrawal off the vault, all of it and once; escrow is not overdrawn."""
    pool = parts.pool(world)
    amount = world.integer("amount", 1, None, 5)
    status = world.choice("withdrawal", ("absent", "escrowed", "released"))
    if status == "escrowed":
        world.assume(
            pool.escrow >= amount
        )  # escrow is the sum of what waits: withdrawals put it there, releases take it
    withdrawal = Withdrawal("main", ALICE, amount, "escrowed" if status == "escrowed" else "released")
    before = ledger(
        world,
        {},
        (),
        pool,
        withdrawals={} if status == "absent" else {WITHDRAWAL: withdrawal},
        absent=(WITHDRAWAL,) if status == "absent" else (),
    )
    after, receipt = release(before, Release(ALICE, ID))
    if came_to(world, before, after, receipt):
        world.require(status == "escrowed", "the withdrawal was waiting")
        world.require(pool.vault - after.pools["main"].vault == amount, "the vault pays what was withdrawn")
        world.require(pool.escrow - after.pools["main"].escrow == amount, "out of escrow")
        world.require(after.accounts is before.accounts, "no account is touched")
        again, refused = release(after, Release(ALICE, ID))
        world.require(refused.rejection is not None and again is after, "the same release again is refused")
    require_conservation(world, before, after, (), ())
    require_postings(world, before, after, receipt.postings, (), ())


@obligation(
    "LEDGER-4",
    "LEDGER-1",
    about=(open_account,),
    reaches={ACCEPTED, "LEDGER-4"},
    kinds=(OpenAccount,),
    keeps={"conservation", "pots", "once", "direction"},
)
def opening_takes_nobody_s_account(world: World) -> None:
    """An account is opened empty, under the id that its owner alone can have, and never over one that is there."""
    owner = b"owner".ljust(32, b"\0")
    named = account_id(owner, "main", 7)
    there = world.choice("account", ("new", "open")) == "open"
    held = parts.account(world, named, ())
    before = ledger(world, {named: held} if there else {}, (), unopened=() if there else (named,))
    pool, key = world.choice("pool", ("main", "nowhere")), world.choice("owner", (owner, bytes(32), b""))
    number = world.choice("number", (7, 8, -1, 1 << 32))
    after, receipt = open_account(before, named, OpenAccount(key, pool, number))
    if came_to(world, before, after, receipt):
        world.require(not there and (key, pool, number) == (owner, "main", 7), "it is new and the owner's own")
        world.require(after.accounts[named] == Account(owner, "main", 0, 0), "it is empty")
        again, refused = open_account(after, named, OpenAccount(key, pool, number))
        world.require(refused.rejection is not None and again is after, "opening it again is refused")
    world.require(after.pools is before.pools and after.markets is before.markets, "no money moves")
