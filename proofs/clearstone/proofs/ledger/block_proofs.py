"""Blocks: which one may follow a state, and what its time is."""

from __future__ import annotations

from typing import Any

from immutables import Map

from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.number_proofs import DONE
from clearstone.proofs.ledger.worlds import ledger
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import Block, Commit, CommitSignature
from clearstone.spec.consensus.commits import check_commit
from clearstone.spec.consensus.validators import Validators, power_of
from clearstone.spec.encoding.trie import EMPTY, root
from clearstone.spec.numbers import MAX_TIME, lower_weighted_median
from clearstone.spec.oracle import block_time
from clearstone.spec.parameters import ProtocolParameters
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.tables import Table, table
from clearstone.spec.transactions import Body, Cancel, Transaction
from clearstone.spec.transition import check_block

PROPOSER = b"p" * 32
"""Key of a block's proposer."""
OTHER_ROOT = b"r" * 32
"""A root that is no state's."""
SIGNATURE = CommitSignature(b"v" * 32, 5, (), bytes(64))
"""Some precommit."""
ELSEWHERE = Rejection("CONS-1", "what another rule says")
"""A refusal of the rule that judges commits."""
TRANSACTION = Transaction(Body("chain", "alice", 1, 1, Cancel(0)), ())
"""Some transaction."""


def any_state(world: World) -> State:
    """Any state as far as blocks are judged by it; what a block goes on to change is put in where it matters."""
    nothing: Table[Any] = table()
    return State(
        chain="chain",
        version=world.integer("version", 1, None, 1),
        height=world.integer("height", 0, None, 4),
        time=world.integer("time before", 0, MAX_TIME, 2_000),
        block_id=any_block(world, "block before", 7),
        validators=(),
        parameters=parts.parameters(world, ProtocolParameters, "protocol"),
        instruments=nothing,
        feeds=nothing,
        funding=nothing,
        expiries=nothing,
        ledger=ledger(world, {}, ()),
        quotes=Map(),
        unclamped=Map(),
        trie=EMPTY,
    )


def any_proposal(world: World) -> Block:
    """Any block, of up to two transactions, with a commit of any block of any height."""
    signatures = (SIGNATURE,) if world.choice("commit", ("signed", "empty")) == "signed" else ()
    commit = Commit(
        world.integer("commit's height", None, None, 4),
        world.integer("commit's round", None, None, 0),
        any_block(world, "commit's block", 7),
        signatures,
    )
    return Block(
        world.choice("chain", ("chain", "another")),
        world.integer("block's version", None, None, 1),
        world.integer("block's height", None, None, 5),
        world.integer("block's time", None, None, 2_500),
        PROPOSER,
        any_block(world, "block's predecessor", 7),
        commit,
        (TRANSACTION,) * world.choice("transactions", (0, 2)),
        world.choice("root", (root(EMPTY), OTHER_ROOT)),
    )


@obligation(
    "CONS-6",
    "ORACLE-6",
    "LEDGER-8",
    about=(check_block,),
    reaches={"follows", "first", "LEDGER-8", "CONS-6", "CONS-1", "NUM-5", "ORACLE-6"},
)
def a_block_follows_only_the_state_that_it_names(world: World) -> None:
    """A block may follow only the one it names, with that one's commit and state root, at the median of its clocks."""
    state, block = any_state(world), any_proposal(world)
    power, clocks = world.integer("proposer's power", 0, None, 1), world.integer("median or later", 1, None, 2_500)
    asked: list[tuple[object, ...]] = []

    def proves(chain: str, validators: Validators, commit: Commit, _: object) -> Rejection | None:
        asked.append((chain, validators, commit))
        return None if world.choice("the commit proves the decision", (True, False)) else ELSEWHERE

    def median(commit: Commit, validators: Validators, previous: int) -> int:
        asked.append((commit, validators, previous))
        return clocks

    with replaced(power_of, lambda *_: power), replaced(check_commit, proves), replaced(block_time, median):
        rejection = check_block(state, block, lambda *_: True)
    world.observe("rejection", rejection)
    if rejection is not None:
        world.reached(rejection.rule)
        return
    world.require(block.version == state.version, "it is for the rules in force")
    world.require(block.chain == state.chain, "it is of this chain")
    world.require(block.height == state.height + 1, "its height is the next")
    world.require(block.previous == state.block_id, "it names the block before")
    world.require(power >= 1, "its proposer is a validator")
    world.require(block.root == root(state.trie), "it names the state's root")
    world.require(block.commit.height == state.height, "its commit is of the height before")
    world.require(block.commit.block_id == state.block_id, "its commit is of the block before")
    if state.height == 0:
        world.reached("first")
        world.require(not block.commit.signatures, "the first block carries an empty commit")
        world.require(block.commit.round == 0, "of round 0")
    else:
        world.reached("follows")
        world.require(asked[0] == (state.chain, state.validators, block.commit), "the commit proves that decision")
    world.require(asked[-1] == (block.commit, state.validators, state.time), "the clocks are those of its commit")
    world.require(block.time == clocks, "its time is their median")
    world.require(block.time <= MAX_TIME, "within the bound of time")
    world.require(len(block.transactions) <= state.parameters.max_transactions, "no more transactions than allowed")


@obligation("ORACLE-6", about=(block_time,), reaches={"genesis", "clocks"})
def time_strictly_increases_whatever_the_clocks_say(world: World) -> None:
    """A block's time is the median of its commit's clocks, and later than the block before if that is not."""
    median, previous = world.integer("median", usual=2_500), world.integer("time before", 0, MAX_TIME, 2_000)
    signed = world.choice("commit", (True, False))
    commit = Commit(1, 0, b"", (SIGNATURE,) if signed else ())
    with replaced(lower_weighted_median, lambda _: median):
        time = block_time(commit, (), previous)
    world.observe("time", time)
    world.reached("clocks" if signed else "genesis")
    world.require(time > previous, "later than the block before")
    if signed:
        world.require(time >= median, "not before the median")
        world.require(time == median or time == previous + 1, "the median, or else the next moment")


@obligation("ORACLE-6", about=(block_time,), reaches={DONE}, bound="to 2 clocks; the median is proved for any number")
def every_clock_counts_with_its_signers_power(world: World) -> None:
    """The median that sets a block's time is over each clock of the commit, weighted by its signer's power.

    Bounded, as the clocks are gone through one by one; each is weighted without a look at the others.
    """
    keys = (b"a" * 32, b"b" * 32)
    powers = {key: world.integer(f"power {number}", 0, None, 1) for number, key in enumerate(keys)}
    clocks = tuple(CommitSignature(key, world.integer(f"clock {n}", usual=n), (), b"") for n, key in enumerate(keys))
    asked: list[tuple[int, int]] = []

    def median(weighted: Any) -> int:
        asked.extend(weighted)
        return asked[0][0]

    with replaced(lower_weighted_median, median), replaced(power_of, lambda _, key: powers[key]):
        time = block_time(Commit(1, 0, b"", clocks), (), world.integer("time before", 0, MAX_TIME, 2))
    world.observe("time", time)
    world.reached(DONE)
    for (clock, weight), signature in zip(asked, clocks, strict=True):
        world.require(clock == signature.time, "the signer's clock")
        world.require(weight == powers[signature.validator], "at the signer's power")
