"""Messages that may not be counted, put to the check at the door and to the judge of evidence (CONS-2, CONS-4, CONS-5).

Nobody is convicted by a forgery, and nobody without two messages of his own that no correct validator would sign both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from clearstone.invariants.registry import Violation
from clearstone.models.directed_scenarios.stage import CHAIN, HEIGHT, Stage
from clearstone.models.stateful.network_program import VALUES, Forge
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.evidence import accused
from clearstone.spec.consensus.messages import (
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
    check_message,
)
from clearstone.spec.consensus.proposer import proposer

LET_IN = "let-in"
"""What is violated if a message that may not be counted is let in."""
GUILT_PROVED = "guilt-proved"
"""What is violated if somebody is convicted of nothing that he signed."""


def in_anothers_name(stage: Stage, step: Forge) -> tuple[SignedMessage, ...]:
    """The liar signs a vote with his own key and puts another's name on it."""
    signed = stage.vote(step.liar, PREVOTE, step.round, VALUES[step.value])
    return tuple(replace(signed, sender=actor.key) for actor in stage.actors.values())


def for_another_chain(stage: Stage, step: Forge) -> tuple[SignedMessage, ...]:
    """The liar's vote on another chain."""
    return (stage.sign(step.liar, Vote("elsewhere", HEIGHT, step.round, PREVOTE, VALUES[step.value], 0, ())),)


def out_of_turn(stage: Stage, step: Forge) -> tuple[SignedMessage, ...]:
    """The liar's proposal in a round that is another's."""
    own = stage.keys[step.liar].public
    round = next(each for each in range(step.round, step.round + 99) if turn(stage, each) != own)
    return (stage.proposal(step.liar, round, VALUES["other"]),)


def before_all_rounds(stage: Stage, step: Forge) -> tuple[SignedMessage, ...]:
    """The liar's vote in a round before the first."""
    return (stage.vote(step.liar, PREVOTE, NO_ROUND, VALUES[step.value]),)


REFUSED: dict[str, Callable[[Stage, Forge], tuple[SignedMessage, ...]]] = {
    "in another's name": in_anothers_name,
    "for another chain": for_another_chain,
    "out of turn": out_of_turn,
    "before all rounds": before_all_rounds,
}
"""What may not be counted, by what is wrong with it."""
CLOCKS = "with another clock"
"""Two precommits that differ in the clock alone: both may be counted, and convict nobody."""
FORGERIES = (*REFUSED, CLOCKS)
"""All that can be forged."""


def turn(stage: Stage, round: int) -> bytes:
    """Whose turn a round is."""
    return proposer(stage.validators, HEIGHT, round)


def forged(stage: Stage, step: Forge) -> tuple[Violation, ...]:
    """What is wrong with how a forgery is taken."""
    if step.how == CLOCKS:
        vote = Vote(CHAIN, HEIGHT, step.round, PRECOMMIT, VALUES["other"], 1, ())
        made = tuple(stage.sign(step.liar, replace(vote, time=time)) for time in (1, 2))
        return tuple(unproved(stage, made))
    made = REFUSED[step.how](stage, step)
    return (*let_in(stage, made, step.how), *unproved(stage, made))


def let_in(stage: Stage, messages: Iterable[SignedMessage], how: str) -> Iterator[Violation]:
    """The messages that are let in."""
    for signed in messages:
        if check_message(CHAIN, stage.validators, signed, stage.authentic) is None:
            yield Violation(LET_IN, HEIGHT, f"a message {how} is let in")


def unproved(stage: Stage, evidence: Sequence[SignedMessage]) -> Iterator[Violation]:
    """Those who are convicted by some evidence, on top of all logs, of nothing that they signed."""
    trace = stage.trace()
    signed = {each for log in trace.logs.values() for each in log} | {*evidence}
    genuine = [each for each in signed if stage.authentic(each.sender, each.message, each.signature)]
    for key in sorted(accused(CHAIN, stage.validators, [signed], stage.authentic)):
        if key in trace.correct or not could_be_guilty([each for each in genuine if each.sender == key]):
            yield Violation(GUILT_PROVED, HEIGHT, f"{key.hex()[:16]} is convicted of nothing that it signed")


def could_be_guilty(own: Sequence[SignedMessage]) -> bool:
    """CONS-5. Whether somebody signed two messages that may prove him guilty, by the plainest reading."""
    return any(guilty_of(one.message, other.message) for one in own for other in own)


def guilty_of(one: Message, other: Message) -> bool:
    """CONS-5. Whether two messages of a validator may prove it guilty: two things at once, or a lock that it broke."""
    if isinstance(one, Proposal) or isinstance(other, Proposal):
        return type(one) is type(other) and one.round == other.round and one != other
    if one.block_id == other.block_id:
        return False
    broke = one.step == PRECOMMIT and other.step == PREVOTE and one.round < other.round
    return (one.round, one.step) == (other.round, other.step) or (broke and NIL not in (one.block_id, other.block_id))
