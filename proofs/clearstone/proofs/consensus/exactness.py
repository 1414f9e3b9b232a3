"""Exactness: each rule of the code fires when, and only when, its guard in the paper holds, and does what that says.

Refinement alone would accept code that never decides, or that skips a round on too little: whatever does nothing does
nothing wrong. Here both directions are shown, for every log and every state: if the guard holds, the step's outcome is
the effect that the paper gives; if it does not, nothing happens at all.
"""

from __future__ import annotations

from clearstone.proofs.consensus import paper
from clearstone.proofs.consensus.local_steps import LocalStep, any_step, same
from clearstone.proofs.consensus.paper import Line
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.consensus import rules
from clearstone.spec.consensus import step as entry
from clearstone.spec.consensus.claims import Ahead, Commit, Polka, Proposed, Split, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.step import step


def require_exactly(world: World, taken: LocalStep, line: Line) -> None:
    """The step had this line's effect if its guard holds, and none otherwise."""
    does = same(taken.outcome, line.effect)
    stays = conjunction(same(taken.after, taken.before), taken.outcome.actions == ())
    world.require(
        conjunction(line.guard, does) | conjunction(negation(line.guard), stays), "it does what the paper says"
    )


@obligation(
    "CONS-2", "CONS-4", about=(step, rules.start, rules.enter_round), reaches={"proposal", "new round", "nothing"}
)
def the_height_is_begun_exactly_as_line_10_says(world: World) -> None:
    """The height is begun once, with round 0: with a proposal of one's own if it is one's turn."""
    taken = any_step(world, "start")
    require_exactly(world, taken, paper.line_10(taken.before, taken.log))


@obligation(
    "CONS-2", about=(step, rules.prevote_on_fresh_proposal, rules.is_proposed), reaches={"prevote", "prevote of NIL"}
)
def a_fresh_proposal_is_prevoted_exactly_when_lines_22_to_27_say(world: World) -> None:
    """A proposal made for the first time is prevoted if it is valid and the lock allows it; else NIL is."""
    taken = any_step(world, "proposed")
    assert isinstance(taken.claim, Proposed)
    if taken.claim.proposal.valid_round == NO_ROUND:
        require_exactly(world, taken, paper.line_22(taken.before, taken.log, taken.claim.proposal))


@obligation(
    "CONS-2",
    about=(step, rules.prevote_on_reproposal, rules.is_proposed),
    reaches={"prevote", "prevote of NIL", "nothing"},
)
def a_reproposal_is_prevoted_exactly_when_lines_28_to_33_say(world: World) -> None:
    """A proposal with a valid round is prevoted on its polka there, unless the lock is younger; then NIL is."""
    taken = any_step(world, "proposed")
    assert isinstance(taken.claim, Proposed)
    if taken.claim.proposal.valid_round != NO_ROUND:
        require_exactly(world, taken, paper.line_28(taken.before, taken.log, taken.claim.proposal))


@obligation("CONS-2", about=(step, rules.precommit_on_polka), reaches={"precommit", "memory", "nothing"})
def a_block_is_locked_and_precommitted_exactly_when_lines_36_to_43_say(world: World) -> None:
    """A quorum of prevotes for a valid proposal is remembered, and while prevoting it is locked and precommitted."""
    taken = any_step(world, "polka")
    assert isinstance(taken.claim, Polka)
    require_exactly(world, taken, paper.line_36(taken.before, taken.log, taken.claim.proposal))


@obligation("CONS-2", about=(step, rules.precommit_nil_on_nil_polka), reaches={"precommit of NIL", "nothing"})
def NIL_is_precommitted_exactly_when_lines_44_to_46_say(world: World) -> None:
    """A quorum of prevotes for NIL leads to a precommit of NIL, and leaves the lock."""
    taken = any_step(world, "nil polka")
    require_exactly(world, taken, paper.line_44(taken.before, taken.log))


@obligation(
    "CONS-2",
    about=(step, entry.split, rules.await_more_prevotes, rules.await_more_precommits),
    reaches={"timer", "nothing"},
)
def a_split_starts_a_timer_exactly_when_lines_34_and_47_say(world: World) -> None:
    """A quorum of votes of a kind, for whatever, starts that kind's timer; there are no other kinds."""
    taken = any_step(world, "split")
    assert isinstance(taken.claim, Split)
    if taken.claim.step == PREVOTE:
        require_exactly(world, taken, paper.line_34(taken.before, taken.log))
    elif taken.claim.step == PRECOMMIT:
        require_exactly(world, taken, paper.line_47(taken.before, taken.log))
    else:
        require_exactly(world, taken, Line(False, taken.outcome))


@obligation("CONS-2", about=(step, rules.decide), reaches={"decision", "nothing"})
def a_block_is_decided_exactly_when_lines_49_to_54_say(world: World) -> None:
    """A quorum of precommits for a valid proposal of any round decides it."""
    taken = any_step(world, "commit")
    assert isinstance(taken.claim, Commit)
    require_exactly(world, taken, paper.line_49(taken.before, taken.log, taken.claim.proposal))


@obligation("CONS-2", about=(step, rules.skip_ahead, rules.enter_round), reaches={"proposal", "new round", "nothing"})
def a_round_is_skipped_to_exactly_when_lines_55_and_56_say(world: World) -> None:
    """More than a third of the power in a later round makes a validator join it; a third does not."""
    taken = any_step(world, "ahead")
    assert isinstance(taken.claim, Ahead)
    require_exactly(world, taken, paper.line_55(taken.before, taken.log, taken.claim.round))


@obligation(
    "CONS-2",
    about=(
        step,
        entry.timeout,
        rules.prevote_nil_on_timeout,
        rules.precommit_nil_on_timeout,
        rules.next_round_on_timeout,
    ),
    reaches={"prevote of NIL", "precommit of NIL", "proposal", "new round", "nothing"},
)
def a_timer_acts_exactly_when_lines_57_to_67_say(world: World) -> None:
    """A timer acts only in the round, and the step, that it was set for; there are no other timers."""
    taken = any_step(world, "timeout")
    assert isinstance(taken.claim, Timeout)
    before, claim = taken.before, taken.claim
    if claim.step == PROPOSE:
        require_exactly(world, taken, paper.line_57(before, claim.round))
    elif claim.step == PREVOTE:
        require_exactly(world, taken, paper.line_61(before, claim.round))
    elif claim.step == PRECOMMIT:
        require_exactly(world, taken, paper.line_65(before, taken.log, claim.round))
    else:
        require_exactly(world, taken, Line(False, taken.outcome))
