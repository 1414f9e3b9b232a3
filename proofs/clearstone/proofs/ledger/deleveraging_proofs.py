"""Deleveraging as a whole: a defaulter's positions are closed, all of them, against the winners first, and no further.

The step of the fold, one counterparty's share, is proved by itself
(`deleveraging_moves_lots_at_the_mark_and_no_equity`), and here moves the lots that it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.loss_contracts import any_shares
from clearstone.proofs.ledger.populations import with_accounts
from clearstone.proofs.ledger.worlds import ALICE, BOB, context, ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.accounts import Account, Position, lots_in
from clearstone.spec.deleveraging import Closing, close_position, close_positions, deleverage, in_profit
from clearstone.spec.instruments import Phase, Quote
from clearstone.spec.ledger_state import Context, Ledger
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.tables import table

PERP = "perp"
"""The market that is closed."""
WINNERS, LOSERS, FELLOWS = "other winners", "other losers", "same side"
"""All others that hold the opposite side in profit, as one; all that hold it without; all on the defaulter's side."""
NAMES = (ALICE, BOB, WINNERS, LOSERS, FELLOWS)
"""Everybody who holds anything in the market."""


@contextmanager
def moved_lots() -> Iterator[list[tuple[str, int]]]:
    """A counterparty's share moves just its lots; gives the shares, in order."""
    shares: list[tuple[str, int]] = []

    def move(
        closing: Closing, _: Context, account_id: str, other_id: str, position: Position, __: Quote, lots: int
    ) -> Closing:
        shares.append((other_id, lots))
        signed = lots if position.lots > 0 else -lots
        accounts = closing.ledger.accounts
        for name, change in ((account_id, -signed), (other_id, signed)):
            held = accounts[name].positions[0]
            changed = replace(held, lots=held.lots + change)
            accounts = accounts.set(name, replace(accounts[name], positions=(changed,)))
        return replace(closing, ledger=replace(closing.ledger, accounts=accounts))

    with replaced(deleverage, move):
        yield shares


def holders(world: World, quote: Quote, long: bool) -> dict[str, Account]:
    """Everybody who holds anything in a market in which Bob is long or short: all lots sum to zero."""
    sizes = {name: world.integer(f"{name}'s size", 1, MAX_LOTS, 4) for name in (ALICE, BOB, WINNERS, LOSERS)}
    rest = sizes[ALICE] + sizes[WINNERS] + sizes[LOSERS] - sizes[BOB]
    sizes[FELLOWS] = world.integer("size of the same side", 1, None, rest if isinstance(rest, int) else 8)
    world.assume(sizes[FELLOWS] == rest)
    accounts = {}
    for name, size in sizes.items():
        lots = size if long == (name in (BOB, FELLOWS)) else -size
        held = parts.position(world, name, PERP, lots)
        if name == WINNERS:
            held = replace(held, cost=lots * quote.mark - world.integer("the winners' profit", 1, None, 9))
        if name == LOSERS:
            held = replace(held, cost=lots * quote.mark + world.integer("the losers' loss", 0, None, 9))
        accounts[name] = parts.account(world, name, (held,))
    return accounts


def sides(accounts: Mapping[str, Account], long: bool) -> tuple[int, int]:
    """Σ of the lots on Bob's side and on the other, both counted as positive."""
    ours, theirs = ((BOB, FELLOWS), (ALICE, WINNERS, LOSERS))
    sign = 1 if long else -1
    return sum(sign * lots_in(accounts[name], PERP) for name in ours), sum(
        -sign * lots_in(accounts[name], PERP) for name in theirs
    )


@obligation("WATER-1", "NUM-6", "LEDGER-2", about=(close_position,), reaches={"in profit", "not in profit"})
def a_position_is_closed_whole_against_winners_first(world: World) -> None:
    """All lots are closed, of those in profit first, nobody flips, and open interest stays what each side holds.

    Any number of holders: Alice is any one of them, all others stand as one of their kind.
    """
    long = world.choice("the defaulter is", ("long", "short")) == "long"
    quotes = {PERP: parts.quote(world, parts.perpetual(world, PERP))}
    accounts = holders(world, quotes[PERP], long)
    market = replace(parts.market(world, PERP), open_interest=sides(accounts, long)[0])
    before = with_accounts(replace(ledger(world, {}, ()), markets=table([(PERP, market)])), accounts)
    wins = in_profit(accounts[ALICE], quotes[PERP])
    lost = accounts[BOB].positions[0]
    with any_shares(world), moved_lots() as shares:
        after = close_position(Closing(before), context(world, quotes), BOB, lost, quotes[PERP])
    world.observe("closing", after)
    world.reached("in profit" if wins else "not in profit")
    left = {name: lots_in(after.ledger.accounts[name], PERP) for name in NAMES}
    world.require(left[BOB] == 0, "the position is closed whole")
    sign = 1 if long else -1
    for name in (ALICE, WINNERS, LOSERS):
        world.require(-sign * left[name] >= 0, "nobody flips")
        world.require(-sign * left[name] <= -sign * lots_in(accounts[name], PERP), "nobody's position grows")
    world.require(left[FELLOWS] == lots_in(accounts[FELLOWS], PERP), "nobody on the same side is touched")
    for winner, other in ((WINNERS, LOSERS), (WINNERS, ALICE) if not wins else (ALICE, LOSERS)):
        early = conjunction(left[other] != lots_in(accounts[other], PERP), left[winner] != 0)
        world.require(negation(early), "who is not in profit gives nothing while a winner holds anything")
    ours, theirs = sides(after.ledger.accounts.entries, long)
    world.require(ours == theirs, "lots sum to zero")
    world.require(after.ledger.markets[PERP].open_interest == ours, "open interest is what each side holds")
    world.require(after.closed == (PERP,), "the market counts as closed")
    world.require(len({name for name, _ in shares}) == len(shares), "nobody gives twice")


@obligation("WATER-1", "ORACLE-5", about=(close_positions,), reaches={"closed", "waits"})
def only_what_trades_at_a_fair_price_is_closed(world: World) -> None:
    """Each position that trades at a price to rely on is closed, once; any other stays as it is.

    Any number of positions: the step of the fold, for any one of them, after any closings.
    """
    fresh = world.choice("feed", ("fresh", "frozen")) == "fresh"
    phases: tuple[Phase, ...] = ("trade", "pending", "settle")
    phase = world.choice("phase", phases)
    quote = replace(parts.quote(world, parts.perpetual(world, PERP), fresh), phase=phase)
    held = parts.position(world, BOB, PERP)
    before: Ledger = ledger(world, {BOB: parts.account(world, BOB, (held,))}, ())
    asked: list[tuple[str, Position]] = []

    def close(closing: Closing, _: Context, account_id: str, position: Position, of: Quote) -> Closing:
        asked.append((account_id, position))
        world.require(of is quote, "at the quote of its market")
        return replace(closing, closed=(*closing.closed, position.instrument))

    with replaced(close_position, close):
        after = close_positions(before, context(world, {PERP: quote}), BOB)
    world.observe("closing", after)
    trades = fresh and phase == "trade"
    world.reached("closed" if trades else "waits")
    world.require(len(asked) == (1 if trades else 0), "closed if it trades at a price to rely on, else not")
    for name, position in asked:
        world.require(name == BOB and position is held, "and it is that position")
    world.require(after.ledger is before, "nothing else changes")
