"""A loss stays in its pool: each step of a default, and what a block does to all pools, in two runs (`two_runs`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.block_proofs import any_state
from clearstone.proofs.ledger.isolation_proofs import any_locks
from clearstone.proofs.ledger.oracle_proofs import any_feed
from clearstone.proofs.ledger.two_runs import (
    ELSEWHERE,
    SameAnswers,
    part_of,
    require_alike,
    require_ends_alike,
    require_isolated,
    two_runs,
)
from clearstone.proofs.ledger.worlds import ALICE, BOB, Setting, beside
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import realise
from clearstone.spec.changes import bind_changes
from clearstone.spec.defaults import default, resolve, resolve_flagged, settle_pool_funding
from clearstone.spec.deleveraging import Closing, close_position, close_positions
from clearstone.spec.funding import Funding, advance_funding
from clearstone.spec.instruments import Perpetual, quote_perpetual
from clearstone.spec.ledger_state import Context, Ledger, ScheduledChange
from clearstone.spec.margin import equity
from clearstone.spec.numbers import MAX_ATOMS, apportion
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import make_quotes
from clearstone.spec.tables import table
from clearstone.spec.transition import accrue_all, collect_fees
from clearstone.spec.waterfall import (
    Absorption,
    absorb,
    charge_accounts,
    draw_insurance,
    draw_pot,
    profit_of,
    sweep_clearing,
)

PERP = "perp"
"""The market that is closed."""


def defaulted(world: World) -> tuple[Setting, Setting]:
    """Two ledgers in which Bob is flagged and long of a market, and Alice short of it."""
    quotes = {PERP: parts.quote(world, parts.perpetual(world, PERP))}
    quotes |= {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    sizes = {ALICE: -world.integer("size", 1, None, 10), BOB: world.integer("lost", 1, None, 4)}
    accounts = {}
    for name, lots in sizes.items():
        held = parts.position(world, name, PERP, lots, quotes[PERP].funding_index)
        accounts[name] = parts.account(world, name, (held, parts.ghost_position(world, name, beside(name))))
    accounts[BOB] = replace(accounts[BOB], flagged_at=world.integer("flagged at", 0, None, 2_000))
    return two_runs(world, accounts, quotes, pool=parts.pool(world, flagged=(BOB,)))


def any_parts(world: World, name: str, amount: int, caps: Sequence[int]) -> tuple[int, ...]:
    """Any shares of an amount, up to the caps."""
    shares = tuple(world.integer(f"{name}: {place}", 0, None, 1) for place in range(len(caps)))
    for share, cap in zip(shares, caps, strict=True):
        world.assume(share <= cap)
    world.assume(sum(shares) == amount)
    return shares


STEPS: dict[str, Callable[[Ledger, Context, int], tuple[Ledger, object]]] = {
    "settle funding": lambda ledger, block, _: settle_pool_funding(ledger, block, "main"),
    "sweep": lambda ledger, block, _: sweep_clearing(ledger, block, "main"),
    "close": lambda ledger, block, _: _ended(
        close_position(Closing(ledger), block, BOB, ledger.accounts[BOB].positions[0], block.quotes[PERP])
    ),
    "insurance": lambda ledger, block, owed: _ended(draw_insurance(Absorption(ledger, owed), block, BOB, (PERP,))),
    "charge profit": lambda ledger, block, owed: _ended(
        charge_accounts(
            Absorption(ledger, owed), block, BOB, "profit", lambda _, one: profit_of(one, block, ledger.pools["main"])
        )
    ),
    "charge equity": lambda ledger, block, owed: _ended(
        charge_accounts(Absorption(ledger, owed), block, BOB, "equity", lambda _, one: equity(one, block.quotes))
    ),
    "last fund": lambda ledger, _, owed: _ended(draw_pot(Absorption(ledger, owed), BOB, "insurance")),
    "last residue": lambda ledger, _, owed: _ended(draw_pot(Absorption(ledger, owed), BOB, "residue")),
    "last fees": lambda ledger, _, owed: _ended(draw_pot(Absorption(ledger, owed), BOB, "fees")),
}
"""The steps of a default in the pool `main`, of which so much is owed."""


def _ended(end: Closing | Absorption) -> tuple[Ledger, object]:
    """The ledger after a step, and what else it says."""
    owed = end.owed if isinstance(end, Absorption) else end.profits
    return end.ledger, (owed, end.postings, end.events)


@obligation(
    "LEDGER-4",
    "WATER-1",
    "WATER-2",
    about=(settle_pool_funding, sweep_clearing, close_position, draw_insurance, charge_accounts, draw_pot),
    reaches=set(STEPS),
)
def no_step_of_a_default_reaches_another_pool(world: World) -> None:
    """Each step of a default ends alike whatever other pools hold, and moves nothing of theirs: no account, no pot."""
    runs = defaulted(world)
    name, owed = world.choice("step", tuple(STEPS)), world.integer("owed", 0, MAX_ATOMS, 9)
    answers = SameAnswers(
        world,
        {
            apportion: lambda name, amount, caps: any_parts(world, name, amount, caps),
            realise: lambda name, *_: any_locks(world, name),
        },
    )
    require_isolated(world, runs, answers.in_both(lambda ledger, block: STEPS[name](ledger, block, owed)))
    world.reached(name)


def moved(world: World, ledger: Ledger, name: str, pool_id: str = "main") -> Ledger:
    """The ledger after something in a pool: every pot and every account of it may be any other."""
    accounts = ledger.accounts
    for place, (account_id, account) in enumerate(accounts.items()):
        if account.pool == pool_id:
            cash = world.integer(f"cash {place} in {pool_id} after {name}", usual=-5)
            accounts = accounts.set(account_id, replace(account, cash=cash))
    insurance = world.integer(f"fund of {pool_id} after {name}", 0, None, 8)
    pool = replace(ledger.pools[pool_id], insurance=insurance)
    return replace(ledger, accounts=accounts, pools=ledger.pools.set(pool_id, pool))


@obligation("LEDGER-4", "WATER-2", about=(default, absorb), reaches={"default", "absorb"})
def no_default_reaches_another_pool(world: World) -> None:
    """A whole default, each step of which may do anything to its own pool, ends alike and moves nothing elsewhere."""
    runs = defaulted(world)

    def absorbed(absorption: Absorption, name: str) -> Absorption:
        owed = world.integer(f"owed after {name}", 0, None, 3)
        return Absorption(moved(world, absorption.ledger, name), owed, absorption.postings, absorption.events)

    def closed(ledger: Ledger, _: Context, account_id: str) -> Closing:
        after = moved(world, ledger, "closing")
        emptied = replace(after.accounts[account_id], positions=())
        return Closing(replace(after, accounts=after.accounts.set(account_id, emptied)), (), (PERP,))

    steps: dict[Callable[..., object], Callable[..., object]] = {
        settle_pool_funding: lambda ledger, *_: (moved(world, ledger, "funding"), ()),
        sweep_clearing: lambda ledger, *_: (moved(world, ledger, "sweeping"), ()),
        close_positions: closed,
        draw_insurance: lambda so_far, *_: absorbed(so_far, "insurance"),
        charge_accounts: lambda so_far, *rest: absorbed(so_far, rest[2]),
        draw_pot: lambda so_far, _, pot: absorbed(so_far, pot),
    }
    whole = world.choice("whole", ("default", "absorb"))

    def event(ledger: Ledger, block: Context) -> tuple[Ledger, object]:
        with ExitStack() as places:
            for step, by in steps.items():
                places.enter_context(replaced(step, by))
            return default(ledger, block, BOB) if whole == "default" else _ended(absorb(ledger, block, BOB, (), ()))

    require_isolated(world, runs, event)
    world.reached(whole)


@obligation("LEDGER-4", "LEDGER-7", "LEDGER-9", about=(resolve_flagged, collect_fees), reaches={"defaults", "fees"})
def the_end_of_a_block_is_alike_whatever_other_pools_hold(world: World) -> None:
    """All flagged accounts resolved, or all fees collected: the pool ends alike, whoever defaults in other pools."""
    runs = tuple(with_flag_elsewhere(setting) for setting in defaulted(world))
    what, asked = world.choice("what", ("defaults", "fees")), list[object]()

    def any_end(ledger: Ledger, block: Context, account_id: str) -> tuple[Ledger, Receipt]:
        if account_id != BOB:
            accounts = len(ledger.accounts.keys())
            return moved(world, ledger, f"a default among {accounts}", ELSEWHERE), Receipt(None)
        asked.append(part_of(ledger, "main", frozenset(block.members["main"])))
        return moved(world, ledger, "Bob's default"), Receipt(None)

    def event(ledger: Ledger, block: Context) -> tuple[Ledger, object]:
        if what == "fees":
            return collect_fees(ledger)[0], ()
        with replaced(resolve, any_end):
            return resolve_flagged(ledger, block)[0], ()

    require_ends_alike(world, (runs[0], runs[1]), event)
    world.reached(what)
    if what == "defaults":
        world.require(len(asked) == 2, "each default of the pool comes once in each run")
        require_alike(world, asked[0], asked[-1], "and finds the pool alike")


def with_flag_elsewhere(setting: Setting) -> Setting:
    """The setting with an account of the other pool flagged too."""
    pools = setting.ledger.pools
    flagged = pools.set(ELSEWHERE, replace(pools[ELSEWHERE], flagged=("outsider",)))
    return replace(setting, ledger=replace(setting.ledger, pools=flagged))


@obligation("LEDGER-4", "MARK-1", "PERP-1", "PERP-3", about=(make_quotes, accrue_all), reaches={"marks", "funding"})
def prices_and_funding_are_alike_whatever_other_pools_hold(world: World) -> None:
    """A new mark, and what a block accrues and samples: alike for the pool's markets, whatever other pools trade."""
    runs, feed = defaulted(world), any_feed(world)
    what = world.choice("what", ("marks", "funding"))
    clamped, ends = world.choice("prices", (True, False)), []
    ours = Funding(world.integer("our funding index"), world.integer("our rate"), 1, 5_000, ())

    def any_quote(perpetual: Perpetual, *asked: object) -> object:
        answer = parts.quote(world, perpetual) if perpetual.market == PERP else None
        return perpetual.market, asked, answer

    def any_funding(funding: Funding, perpetual: Perpetual, *asked: object) -> object:
        index = world.integer(f"{perpetual.market}'s next index", usual=4)
        return replace(funding, index=index), asked

    for setting in runs:
        listed = {name: one for name, one in setting.context.instruments.items() if isinstance(one, Perpetual)}
        theirs = {name: Funding(world.integer(f"{name}'s funding index")) for name in listed}
        state = replace(
            any_state(world),
            instruments=table(listed.items()),
            feeds=table([("feed", feed)]),
            funding=table((theirs | {PERP: ours}).items()),
            ledger=setting.ledger,
        )
        made: Mapping[str, object]
        with replaced(quote_perpetual, any_quote), replaced(advance_funding, any_funding):
            if what == "marks":
                made = make_quotes(state, state.time, clamped)
            else:
                made = accrue_all(state, world.integer("time of the block before", 0, None, 1_000)).entries
        ends.append({name: made[name] for name in setting.context.members["main"] if name in listed})
    world.observe("end", ends[0])
    world.reached(what)
    require_alike(world, ends[0], ends[1], "what a market of the pool is quoted and pays is alike")


@obligation("LEDGER-4", "LEDGER-8", about=(bind_changes,), reaches={"pool/main", f"market/{PERP}"})
def a_change_that_binds_touches_its_own_pool_alone(world: World) -> None:
    """A parameter of a pool, or of a market in it, binds alike in both runs, and nothing elsewhere changes."""
    runs = defaulted(world)
    scope, name = world.choice("scope", (("pool/main", "penalty"), (f"market/{PERP}", "profit_cap")))
    change = ScheduledChange(
        scope, name, world.integer("value", usual=5_001), world.integer("binds at", 0, None, 2_900)
    )

    def event(ledger: Ledger, block: Context) -> tuple[Ledger, object]:
        waiting = replace(ledger, changes=table([("1", change)]))
        after, instruments, receipts = bind_changes(waiting, block.instruments, block.now)
        for market in block.members[ELSEWHERE]:
            world.require(instruments[market] is block.instruments[market], "no instrument elsewhere changes")
        return after, ([instruments[market] for market in block.members["main"]], receipts)

    require_isolated(world, runs, event)
    world.reached(scope)
