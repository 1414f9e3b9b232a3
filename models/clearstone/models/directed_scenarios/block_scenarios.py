"""Blocks: what may follow a state, and whose clock it tells (CONS-6, ORACLE-6)."""

from __future__ import annotations

from dataclasses import replace

from clearstone.models.chain import Chain, equal_validators, forked, named_key
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.scenario_genesis import HOUR, USD, scenario_genesis, started
from clearstone.spec.blocks import Block
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.state_root import state_root


def following(chain: Chain) -> Block:
    """The block that would follow, with everybody's clock a second later."""
    return forked(chain).block().block


def what_may_follow(trial: Trial) -> None:
    """Change one thing after the other in a block that may follow."""
    chain = started(scenario_genesis())
    chain.open("somebody", "main", 1_000 * USD)
    good, before = following(chain), chain.state
    early = replace(good.commit, height=good.commit.height - 1)
    wrong = (
        ("of another version", "LEDGER-8", replace(good, version=good.version + 1)),
        ("of another chain", "CONS-6", replace(good, chain="another")),
        ("of another height", "CONS-6", replace(good, height=good.height + 1)),
        ("after another block", "CONS-6", replace(good, previous=named_key("another block"))),
        ("of a stranger", "CONS-6", replace(good, proposer=named_key("a stranger"))),
        ("with the root of another state", "CONS-6", replace(good, root=state_root(chain.history[0].before))),
        ("with the commit of another block", "CONS-6", replace(good, commit=replace(good.commit, block_id=bytes(32)))),
        ("with the commit of another height", "CONS-6", replace(good, commit=early)),
        ("with no signatures", "CONS-1", replace(good, commit=replace(good.commit, signatures=()))),
        ("with half of the power", "CONS-1", with_signatures(good, 2)),
        ("of a time that nobody's clock shows", "ORACLE-6", replace(good, time=good.time + 1)),
        ("of the time of the block before", "ORACLE-6", replace(good, time=before.time)),
        ("past the end of time", "NUM-5", replace(good, time=MAX_TIME + 1)),
    )
    for what, rule, block in wrong:
        applied = forked(chain).apply(block)
        trial.expect_refusal(f"a block {what} is refused", rule, applied.receipt.rejection)
        trial.expect("and changes nothing", applied.after is before)
    trial.expect_acceptance("the block itself is accepted", chain.apply(good).receipt.rejection)
    again = chain.apply(good)
    trial.expect_refusal("and not a second time", "CONS-6", again.receipt.rejection)
    trial.judge_blocks(chain.history)


def with_signatures(block: Block, count: int) -> Block:
    """The block with the first so many signatures of its commit."""
    return replace(block, commit=replace(block.commit, signatures=block.commit.signatures[:count]))


def whose_clock(trial: Trial) -> None:
    """Let one validator's clock be far off, the proposer's own, and then let all stand still or go backwards."""
    chain = started(scenario_genesis(validators=equal_validators(4)))
    for wrong in (-30 * 24 * HOUR, 30 * 24 * HOUR):
        good = following(chain)
        signatures = good.commit.signatures
        liar = replace(signatures[0], time=signatures[0].time + wrong)
        commit = replace(good.commit, signatures=(liar, *signatures[1:]))
        applied = chain.apply(replace(good, commit=commit))
        trial.expect_acceptance(f"a clock that is {wrong} ms off is outvoted", applied.receipt.rejection)
        its_own = replace(following(chain), time=liar.time)
        refused = forked(chain).apply(its_own).receipt.rejection
        trial.expect_refusal("the proposer's own clock sets no time", "ORACLE-6", refused)
    now = chain.state.time
    for elapsed in (0, -HOUR):
        late = following(chain)
        clocks = tuple(replace(each, time=now + elapsed) for each in late.commit.signatures)
        slow = replace(late, commit=replace(late.commit, signatures=clocks))
        refused = forked(chain).apply(replace(slow, time=now + elapsed)).receipt.rejection
        trial.expect_refusal("time neither stands still nor goes backwards", "ORACLE-6", refused)
        accepted = chain.apply(replace(slow, time=now + 1)).receipt.rejection
        trial.expect_acceptance("it goes on by a millisecond", accepted)
        now = chain.state.time
    trial.judge_blocks(chain.history)


SCENARIOS = (
    DirectedScenario(
        "block-that-does-not-follow",
        "A block follows only the state that it names, with the commit of the block before; else nothing changes.",
        "consensus",
        ("CONS-6", "CONS-1", "LEDGER-8", "ORACLE-6", "NUM-5"),
        what_may_follow,
    ),
    DirectedScenario(
        "time-is-a-median",
        "Block time is the median of the validators' clocks, and always goes on.",
        "oracle",
        ("ORACLE-6",),
        whose_clock,
    ),
)
"""The scenarios of this theme."""
