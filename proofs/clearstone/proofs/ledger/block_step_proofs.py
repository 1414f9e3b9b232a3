"""What a block does, in which order, and that its own steps make no money: begin, transactions, end.

The order is proved with a stand-in for each step that notes when it was called and on what; what a step does is proved
of the step itself.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from immutables import Map

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger.block_proofs import any_proposal, any_state
from clearstone.proofs.ledger.money import require_conservation, require_postings
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.oracle_proofs import any_feed
from clearstone.proofs.ledger.worlds import ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import block_id
from clearstone.spec.changes import bind_changes
from clearstone.spec.defaults import resolve_flagged
from clearstone.spec.ledger_state import Ledger
from clearstone.spec.numbers import MAX_TICKS, MAX_TIME
from clearstone.spec.oracle import is_fresh, update_feed
from clearstone.spec.receipts import Receipt, Rejection
from clearstone.spec.settlement import Expiry, sample_expiry
from clearstone.spec.state import context_of, make_quotes
from clearstone.spec.state_root import commit_state
from clearstone.spec.tables import table
from clearstone.spec.transition import (
    accrue_all,
    apply_block,
    begin_block,
    check_block,
    collect_fees,
    end_block,
    execute,
    fill_fund,
)

Call = tuple[Any, ...]
"""Name of a step, and on what it was called."""
Steps = dict[Callable[..., Any], Callable[..., Any]]
"""Steps of the specification, and what each gives where it is stood in for."""


def noting(steps: Steps, run: Callable[[], Any]) -> tuple[Any, list[Call]]:
    """What comes of a run in which each of the steps gives what it is said to give, and how they were called."""
    calls: list[Call] = []

    def stand_in(name: str, gives: Callable[..., Any]) -> Callable[..., Any]:
        def called(*arguments: Any, **named: Any) -> Any:
            given = *arguments, *named.values()
            calls.append((name, *given))
            return gives(*given)

        return called

    with ExitStack() as places:
        for step, gives in steps.items():
            places.enter_context(replaced(step, stand_in(step.__name__, gives)))
        return run(), calls


def told_apart(world: World, count: int) -> list[Ledger]:
    """Ledgers that differ from each other and from any that there was."""
    return [replace(ledger(world, {}, ()), last_change=-1 - number) for number in range(count)]


@obligation(
    "CONS-6",
    "LEDGER-7",
    about=(apply_block,),
    reaches={"refused", "applied"},
    bound="to 2 transactions; each is executed alike",
)
def a_refused_block_changes_nothing_and_an_accepted_one_goes_in_order(world: World) -> None:
    """A refused block leaves the very same state; else its beginning, each transaction in turn, and its end follow.

    Bounded, as the transactions are gone through one by one; what the loop carries is the ledger and the receipts.
    """
    state, block = any_state(world), any_proposal(world)
    refused = world.choice("block", ("follows", "does not follow")) == "does not follow"
    begun, ended, committed = (replace(state, height=state.height + more) for more in (1, 2, 3))
    ledgers = told_apart(world, len(block.transactions))
    receipts = [Receipt(None) for _ in block.transactions]
    made = iter(zip(ledgers, receipts, strict=True))
    rejection, fixed, last = Rejection("CONS-6", "it does not follow"), object(), (Receipt(None),)
    steps: Steps = {
        check_block: lambda *_: rejection if refused else None,
        begin_block: lambda *_: begun,
        context_of: lambda _: fixed,
        execute: lambda *_: next(made),
        end_block: lambda *_: (ended, last),
        commit_state: lambda _: committed,
    }
    (after, receipt), calls = noting(steps, lambda: apply_block(state, block, lambda *_: True))
    world.reached("refused" if refused else "applied")
    if refused:
        world.require(after is state, "the state is the same")
        world.require(receipt.rejection is rejection, "the reason is given")
        world.require(len(calls) == 1, "nothing is done")
        return
    world.require(calls[0][1:3] == (state, block), "the block is judged by the state before it")
    world.require(calls[1] == ("begin_block", state, block), "it begins")
    world.require(calls[2] == ("context_of", begun), "what holds for its transactions is fixed")
    running = begun.ledger
    for call, transaction, given in zip(calls[3:], block.transactions, ledgers, strict=False):
        world.require(
            call[:4] == ("execute", running, fixed, transaction), "each transaction on what the last one left"
        )
        running = given
    name, closing, around = calls[-2]
    world.require(name == "end_block" and around is fixed, "then it ends")
    world.require(closing.ledger is running, "on what the last transaction left")
    world.require(calls[-1] == ("commit_state", ended), "and its root is taken")
    world.require(len(calls) == 5 + len(block.transactions), "there is nothing else")
    world.require(after is committed, "the state is what that gives")
    world.require(receipt.transactions == tuple(receipts) and receipt.steps == last, "with every receipt, in order")


@obligation(
    "LEDGER-7",
    "LEDGER-1",
    "CONS-6",
    about=(begin_block,),
    reaches={"carried", "arrived"},
    bound="to one feed and one expiry; each entry is taken alike",
)
def beginning_a_block_moves_time_and_prices_and_no_money(world: World) -> None:
    """Before its first transaction a block sets time, feeds, funding, expiries and quotes, and leaves the ledger.

    Bounded, as tables are gone through entry by entry; none of the loops reads or writes another entry.
    """
    block = any_proposal(world)
    feed, later = any_feed(world), any_feed(world)
    median = world.integer("new median", 1, MAX_TICKS, 50_000)
    later = replace(later, index=world.integer("new index", 1, MAX_TICKS, 51_000), median=median)
    expiry = Expiry("feed", world.integer("expiry", 1, MAX_TIME, 4_000))
    sampled = replace(expiry, count=1)
    state = replace(any_state(world), feeds=table([("feed", feed)]), expiries=table([("feed/1", expiry)]))
    funding, quotes, unclamped = table([("perp", 1)]), Map({"clamped": 1}), Map({"unclamped": 1})
    steps: Steps = {
        block_id: lambda _: b"id",
        update_feed: lambda *_: later,
        accrue_all: lambda *_: funding,
        sample_expiry: lambda *_: sampled,
        make_quotes: lambda _, __, clamped: quotes if clamped else unclamped,
    }
    after, calls = noting(steps, lambda: begin_block(state, block))
    by_name = {call[0]: call[1:] for call in calls}
    carried = later.index != later.median
    world.reached("carried" if carried else "arrived")
    world.require(after.ledger is state.ledger, "no money moves and no account changes")
    world.require(after.height == block.height, "the height is the block's")
    world.require(after.time == block.time, "so is the time")
    world.require(after.block_id == b"id", "and the id")
    asked = (feed, "feed", block.commit, state.validators, state.parameters, block.time)
    world.require(by_name["update_feed"] == asked, "each feed takes the reports of the commit")
    accruing, before = by_name["accrue_all"]
    world.require(accruing.feeds["feed"] is later, "funding accrues at the new index")
    world.require(before == state.time, "over the time since the block before")
    world.require(after.funding is funding, "and is kept")
    fresh = is_fresh(later, state.parameters)
    sampling = (expiry, state.parameters, block.time, later.index, fresh)
    world.require(by_name["sample_expiry"] == sampling, "each expiry samples the new index")
    world.require(after.expiries["feed/1"] is sampled, "and keeps it")
    world.require(after.quotes is quotes, "quotes are at the clamped prices")
    world.require(after.unclamped is (unclamped if carried else quotes), "and at the others while they differ")
    world.require(by_name["make_quotes"][0].expiries is after.expiries, "of the new state")


@obligation("LEDGER-7", "LEDGER-8", about=(end_block,), reaches={DONE})
def a_block_ends_with_defaults_then_fees_then_changes(world: World) -> None:
    """Defaults come first, fees then, and parameters last: nothing in the block is judged by what binds at its end."""
    state = any_state(world)
    ledgers = told_apart(world, 3)
    receipts = [Receipt(Rejection("NUM-1", name)) for name in ("defaults", "fees", "changes")]
    instruments: Any = table([("perp", 1)])
    fixed = object()
    steps: Steps = {
        resolve_flagged: lambda *_: (ledgers[0], (receipts[0],)),
        collect_fees: lambda *_: (ledgers[1], (receipts[1],)),
        bind_changes: lambda *_: (ledgers[2], instruments, (receipts[2],)),
    }
    end: Any = end_block
    (after, given), calls = noting(steps, lambda: end(state, fixed))
    world.reached(DONE)
    world.require(calls[0] == ("resolve_flagged", state.ledger, fixed), "first the defaults")
    world.require(calls[1] == ("collect_fees", ledgers[0]), "then the fees")
    world.require(calls[2] == ("bind_changes", ledgers[1], state.instruments, state.time), "then the changes")
    world.require(len(calls) == 3, "nothing else")
    expected = replace(state, ledger=ledgers[2], instruments=instruments)
    world.require(after == expected, "nothing else of the state changes: not the quotes, not the clock")
    world.require(given == tuple(receipts), "every receipt is kept, in order")


@obligation("LEDGER-9", "LEDGER-1", about=(fill_fund, collect_fees), reaches={"filled", "nothing"})
def collecting_fees_moves_them_within_their_pool(world: World) -> None:
    """What leaves a pool's fees arrives in its own insurance fund, no more than is lacking there; so for every pool.

    Collecting is a fold over the pools, and this is its step, after any other pools.
    """
    before, earlier = ledger(world, {}, ()), (Receipt(None),)
    after, receipts = fill_fund((before, earlier), "main")
    world.observe("came", (after, receipts))
    world.reached("filled" if len(receipts) > 1 else "nothing")
    require_conservation(world, before, after, (), ())
    postings = tuple(posting for receipt in receipts[1:] for posting in receipt.postings)
    require_postings(world, before, after, postings, (), ())
    world.require(receipts[:1] == earlier and len(receipts) <= 2, "the receipts of other pools stay")
    world.require(replace(after, pools=before.pools) == before, "nothing else of the ledger changes")
    was, now = before.pools["main"], after.pools["main"]
    world.require(replace(now, fees=was.fees, insurance=was.insurance) == was, "nothing else of the pool changes")
    world.require(now.insurance >= was.insurance, "the fund never pays here")
    lacking = max(0, was.parameters.insurance_target - was.insurance)
    world.require(now.insurance <= was.insurance + lacking, "it is filled up to its target")
    world.require(now.fees == 0 or now.insurance - was.insurance == lacking, "as far as the fees go")
