"""Expiry: exact payoffs, once for each account, in any order."""

from __future__ import annotations

from dataclasses import replace

from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.outcomes import ACCEPTED, came_to
from clearstone.proofs.ledger.two_runs import require_alike
from clearstone.proofs.ledger.worlds import ALICE, BOB, NOBODY, Setting, beside, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import locked_profit, position_in
from clearstone.spec.ledger_state import horizon_period
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.settlement import Expiry, sample_expiry, settle, settle_series
from clearstone.spec.transactions import Settle

SERIES = "option"
"""The series that proofs settle."""
MARKETS = (SERIES, beside(ALICE), beside(BOB))
"""All markets that the named accounts hold anything in."""


def expired(world: World, phase: str = "settle") -> Setting:
    """Any ledger in which Alice and Bob hold a series, which has a settlement price."""
    option = parts.series(world, SERIES, True)
    quoted = parts.quote(world, option, funding_index=0)
    quotes = {SERIES: replace(quoted, phase="settle" if phase == "settle" else "pending")}
    quotes |= {beside(name): parts.ghost_quote(world, beside(name), True) for name in (ALICE, BOB)}
    accounts = {
        name: parts.account(
            world,
            name,
            (
                parts.position(world, name, SERIES, funding=0),
                replace(
                    parts.ghost_position(world, name, beside(name)), funding_index=quotes[beside(name)].funding_index
                ),
            ),
        )
        for name in (ALICE, BOB)
    }
    return Setting(ledger(world, accounts, MARKETS), context(world, quotes))


@obligation(
    "OPT-3",
    "OPT-1",
    "LEDGER-1",
    about=(settle,),
    reaches={ACCEPTED, "OPT-3", "LEDGER-4", "NUM-5"},
    kinds=(Settle,),
    keeps={"conservation", "pots", "once", "direction"},
)
def settling_pays_each_position_exactly_once(world: World) -> None:
    """Settling pays lots · payoff through the clearing balance, exactly, and consumes the position: never twice."""
    setting = expired(world, world.choice("phase", ("settle", "pending")))
    action = Settle(world.choice("account", (ALICE, NOBODY)), SERIES)
    before = setting.ledger
    after, receipt = settle(before, setting.context, action)
    require_conservation(world, before, after, (ALICE, BOB), MARKETS)
    require_postings(world, before, after, receipt.postings, (ALICE, BOB), MARKETS)
    if came_to(world, before, after, receipt):
        quote, held = setting.context.quotes[SERIES], before.accounts[ALICE].positions[0]
        world.require(quote.phase == "settle", "the series has its price")
        world.require(position_in(after.accounts[ALICE], SERIES) is None, "the position is consumed")
        paid = after.accounts[ALICE].cash - before.accounts[ALICE].cash
        world.require(paid == held.lots * quote.mark, "the account gets its payoff")
        drawn = before.markets[SERIES].clearing - after.markets[SERIES].clearing
        world.require(drawn == held.lots * quote.mark, "the clearing balance pays it")
        again, refused = settle(after, setting.context, action)
        world.require(refused.rejection is not None and again is after, "settling again is refused")


@obligation("OPT-3", about=(settle_series,), reaches={DONE})
def the_order_of_settlement_does_not_matter(world: World) -> None:
    """Alice and then Bob, or Bob and then Alice: every account and the market are the same after.

    Any order of any number of accounts comes of another one by exchanging two that follow each other.
    """
    setting = expired(world)
    block, before = setting.context, setting.ledger
    held = {name: before.accounts[name].positions[0] for name in (ALICE, BOB)}
    ends = []
    for first, second in ((ALICE, BOB), (BOB, ALICE)):
        halfway, _ = settle_series(before, block, first, held[first])
        ends.append(settle_series(halfway, block, second, held[second])[0])
    world.observe("end", ends[0])
    world.reached(DONE)
    for name in (ALICE, BOB):
        require_alike(world, ends[0].accounts[name], ends[1].accounts[name], "the same account")
    require_alike(world, ends[0].markets[SERIES], ends[1].markets[SERIES], "the same market")
    world.require(ends[0].pools is ends[1].pools, "and no pot is touched")


@obligation("OPT-4", "OPT-1", about=(settle_series,), reaches={DONE})
def an_expiry_is_zero_sum(world: World) -> None:
    """The clearing balance is always what those not yet settled have coming, net: when all are settled, nothing.

    Any number of accounts: Alice settles after any others did. Before the first settlement lots sum to zero, and so
    does what is coming; after the last nobody has anything coming.
    """
    setting = expired(world)
    before, quote = setting.ledger, setting.context.quotes[SERIES]
    held = before.accounts[ALICE].positions[0]
    others = world.integer("net lots of all others who are not settled", usual=-4)
    world.assume(before.markets[SERIES].clearing == (held.lots + others) * quote.mark)
    after, _ = settle_series(before, setting.context, ALICE, held)
    world.observe("market", after.markets[SERIES])
    world.reached(DONE)
    world.require(after.markets[SERIES].clearing == others * quote.mark, "it is what the others have coming")
    shrunk = before.markets[SERIES].open_interest - after.markets[SERIES].open_interest
    world.require(shrunk == max(0, held.lots), "open interest is what the longs among them hold")


@obligation("OPT-4", "MARGIN-4a", about=(settle_series,), reaches={DONE})
def a_payoff_is_locked_like_any_realised_profit(world: World) -> None:
    """What a payoff exceeds its entry cost by is locked."""
    setting = expired(world)
    before, block = setting.ledger, setting.context
    held = before.accounts[ALICE].positions[0]
    after, _ = settle_series(before, block, ALICE, held)
    period = horizon_period(before.pools["main"], block.now)
    was, becomes = locked_profit(before.accounts[ALICE], period), locked_profit(after.accounts[ALICE], period)
    world.observe("locked", becomes)
    world.reached(DONE)
    profit = held.lots * block.quotes[SERIES].mark - held.cost
    world.require(becomes == max(0, was + profit), "locked profit moves by the profit, not below nothing")


@obligation("OPT-2", about=(sample_expiry,), reaches={"waiting", "priced", "set before"})
def a_settlement_price_is_a_mean_of_enough_samples_set_once(world: World) -> None:
    """The price is set once, not before expiry: the floored mean of enough samples, or at the stated end the index."""
    protocol = parts.parameters(world, ProtocolParameters, "protocol")
    total, count = world.integer("total", 0, None, 1_000_000), world.integer("count", 0, None, 24)
    world.assume(count <= total)
    was_set = world.choice("price", ("none", "set")) == "set"
    price = world.integer("price set", 1, MAX_TICKS, 5) if was_set else None
    expiry = Expiry("feed", world.integer("time", 1, MAX_TIME, 4_000), total, count, world.integer("last", -1), price)
    now, index = world.integer("now", 0, MAX_TIME, 4_100), world.integer("index", 1, MAX_TICKS, 50_000)
    after = sample_expiry(expiry, protocol, now, index, world.choice("feed", (True, False)))
    world.observe("expiry", after)
    if was_set:
        world.reached("set before")
        world.require(after is expiry, "a price that is set never changes")
        return
    world.require(after.count - expiry.count <= 1, "at most one sample is taken")
    world.require(after.count >= expiry.count, "and none is lost")
    if after.count == expiry.count:
        world.require(after.total == expiry.total, "without a sample the sum stands")
    else:
        world.require(after.total == expiry.total + index, "the sample is the index")
        world.require(after.last_slot > expiry.last_slot, "its slot is a new one")
    if after.price is None:
        world.reached("waiting")
        return
    world.reached("priced")
    world.require(now >= expiry.time, "not before expiry")
    if after.count >= protocol.settlement_minimum:
        world.require(after.price * after.count <= after.total, "the mean, floored")
        world.require(after.total < after.price * after.count + after.count, "by less than a tick")
    else:
        world.require(now >= expiry.time + protocol.settlement_extension, "too few samples: only at the stated end")
        world.require(after.price == index, "the last index")
