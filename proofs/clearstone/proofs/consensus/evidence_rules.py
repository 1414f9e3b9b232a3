"""The judge's code convicts for exactly the crimes of `guilt`: so the theorems about guilt are about `spec.evidence`.

What is a crime is decided by functions of two messages, or of a lock, a vote and what may have freed it. They run here
on any messages, and what they say is compared with the very formulas of the theorems, read over a record of just those
messages. Around them the code only collects, for each validator, what was said, and adds up power.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from clearstone.proofs.consensus.guilt import Record, breaks, contradicts, frees
from clearstone.proofs.consensus.local_steps import iff
from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.obligations import obligation
from clearstone.proofs.symbolic.formulas import conjunction, negation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import evidence
from clearstone.spec.consensus.evidence import Ballot
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal, Vote


def any_ballot(world: World, name: str) -> Ballot:
    """Any vote for a block."""
    block = any_block(world, f"block of the {name}", usual=1)
    world.assume(block != NIL)
    return Ballot(world.integer(f"height of the {name}", 1, usual=1), world.integer(f"round of the {name}", 0), block)


def any_proposal(world: World, name: str) -> Proposal:
    """Any proposal of one chain."""
    height, round = world.integer(f"height of the {name}", 1, usual=1), world.integer(f"round of the {name}", 0)
    block = any_block(world, f"block of the {name}", usual=1)
    return Proposal("chain", height, round, block, world.integer(f"valid round of the {name}", -1))


def any_message(world: World, name: str) -> Proposal | Vote:
    """Any message of one chain."""
    kind = world.choice(f"kind of the {name}", ("proposal", "prevote", "precommit"))
    time = world.integer(f"clock of the {name}", 0)
    if kind == "proposal":
        return any_proposal(world, name)
    height, round = world.integer(f"height of the {name}", 1, usual=1), world.integer(f"round of the {name}", 0)
    block = any_block(world, f"block of the {name}", usual=1)
    return Vote("chain", height, round, PREVOTE if kind == "prevote" else PRECOMMIT, block, time, ())


def never(*_: object) -> Any:
    """A relation that holds of nothing."""
    return False


def is_ballot(ballots: tuple[Ballot, ...], height: int, round: Any, block: Any) -> Any:
    """Whether there is a ballot of this height and round for this block."""
    found = (conjunction(b.height == height, b.round == round, b.block_id == block) for b in ballots)
    return reduce(or_, found, False)


@obligation("CONS-5", about=(evidence.breaks,), reaches={"it breaks the lock", "it does not"})
def a_prevote_breaks_a_lock_exactly_when_it_is_later_and_for_another_block(world: World) -> None:
    """A prevote goes against a precommit of its height if and only if it is of a later round, for another block."""
    lock, vote = any_ballot(world, "precommit"), any_ballot(world, "prevote")
    broken = bool(evidence.breaks(lock, vote))
    world.reached("it breaks the lock" if broken else "it does not")
    said = Record(
        NIL,
        lambda n, r, b: is_ballot((vote,), vote.height, r, b),
        lambda n, r, b: is_ballot((lock,), vote.height, r, b),
        never,
        never,
    )
    expected = breaks(said, None, lock.round, lock.block_id, vote.round, vote.block_id)
    world.require(iff(broken, expected), "it breaks the lock exactly then")


@obligation(
    "CONS-5",
    about=(evidence.is_freed, evidence.names),
    reaches={"freed", "not freed"},
    bound="one polka, one proposal and one precommit at a time",
)
def a_prevote_is_excused_exactly_by_a_polka_since_that_was_precommitted_or_proposed(world: World) -> None:
    """The judge excuses a prevote if and only if a polka since the lock was precommitted, or named by the proposal.

    The code looks at polkas, and for each of them at precommits and proposals, one at a time, and stops at the first
    that will do; so what holds of one of each holds of any number.
    """
    lock, vote = any_ballot(world, "lock"), any_ballot(world, "prevote")
    polka, kept, named = (
        any_ballot(world, "polka"),
        any_ballot(world, "other precommit"),
        any_proposal(world, "proposal"),
    )
    freed = bool(evidence.is_freed(lock, vote, (polka,), (named,), (kept,)))  # type: ignore[arg-type]  # no set of symbols
    world.reached("freed" if freed else "not freed")

    def proposed(round: Any, block: Any, valid_round: Any) -> Any:
        place = conjunction(named.height == vote.height, named.round == round)
        return conjunction(place, named.block_id == block, named.valid_round == valid_round)

    said = Record(
        NIL,
        never,
        lambda n, r, b: is_ballot((kept,), vote.height, r, b),
        proposed,
        lambda r, b: is_ballot((polka,), vote.height, r, b),
    )
    expected = frees(said, None, lock.round, vote.round, vote.block_id, polka.round)
    world.require(iff(freed, expected), "it is excused exactly then")


@obligation("CONS-5", about=(evidence.contradict,), reaches={"a contradiction", "none"})
def two_messages_contradict_exactly_when_no_correct_validator_says_both(world: World) -> None:
    """Two different proposals of a round contradict each other, and so do two votes of a round and kind that differ."""
    first, second = any_message(world, "first"), any_message(world, "second")
    found = bool(evidence.contradict(first, second))
    world.reached("a contradiction" if found else "none")
    together = conjunction(first.height == second.height, first.round == second.round)
    expected: Any = False
    if isinstance(first, Proposal) and isinstance(second, Proposal):
        alike = conjunction(first.block_id == second.block_id, first.valid_round == second.valid_round)
        expected = conjunction(together, negation(alike))
    elif isinstance(first, Vote) and isinstance(second, Vote) and first.step == second.step:

        def voted(n: object, r: Any, b: Any) -> Any:
            votes = (conjunction(vote.round == r, vote.block_id == b) for vote in (first, second))
            return reduce(or_, votes, False)

        crime = contradicts(voted, None, first.round, first.block_id, second.block_id)
        expected = conjunction(together, crime)
    world.require(iff(found, expected), "they contradict each other exactly then")
