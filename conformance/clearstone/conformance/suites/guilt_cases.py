"""Evidence: who is proved guilty by the logs of correct validators, and who is not (CONS-5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.conformance.operations.consensus_operations import Logs
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.conformance.suites.message_cases import BLOCK, KEYS, PRECOMMITTED, STRANGER, VALIDATORS
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, Message, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.proposer import proposer

OTHER = bytes(range(32))


def by(who: int | bytes, message: Message) -> SignedMessage:
    """A message that somebody signed."""
    key = KEYS[who] if isinstance(who, int) else who
    return SignedMessage(key, message, RING.signature(key, message))


def vote(step: int, round: int, value: bytes, height: int = 9) -> Vote:
    """A vote; a precommit for a block has a clock."""
    return Vote("c", height, round, step, value, 1 if step == PRECOMMIT and value != NIL else 0, ())


def polka(round: int, value: bytes, voters: tuple[int, ...] = (0, 1, 2)) -> tuple[SignedMessage, ...]:
    """Prevotes for a block."""
    return tuple(by(who, vote(PREVOTE, round, value)) for who in voters)


def proposed(round: int, value: bytes, valid_round: int) -> SignedMessage:
    """A proposal, by whose turn it is."""
    return by(proposer(VALIDATORS, 9, round), Proposal("c", 9, round, value, valid_round))


def drafts() -> list[Draft]:
    """The cases about guilt."""
    found = [
        Draft(f"consensus/guilt-{name}", told, ("CONS-5",), "accuse", Logs("c", VALIDATORS, logs))
        for name, told, logs in (*_equivocation(), *_amnesia())
    ]
    three = VALIDATORS[:3]
    key = proposer(three, 9, 3)
    locked, against = by(0, vote(PRECOMMIT, 1, BLOCK)), by(0, vote(PREVOTE, 3, OTHER))
    freed = by(key, Proposal("c", 9, 3, OTHER, 2))
    for name, voters in (("exactly-two-thirds", (1, 2)), ("everybody", (0, 1, 2))):
        log = (locked, against, freed, *polka(2, OTHER, voters))
        told = "Exactly two thirds of the power free nobody."
        question = Logs("c", three, (log,))
        found.append(Draft(f"consensus/guilt-freed-by-{name}", told, ("CONS-5", "CONS-1"), "accuse", question))
    return found


Told = tuple[str, str, tuple[tuple[SignedMessage, ...], ...]]


def _equivocation() -> Iterator[Told]:
    first, second = by(0, vote(PREVOTE, 1, BLOCK)), by(0, vote(PREVOTE, 1, OTHER))
    nothing = by(0, vote(PREVOTE, 1, NIL))
    yield "of-nobody", "No message, no guilt.", ()
    yield "two-prevotes", "Two prevotes of a round contradict each other.", ((first, second),)
    yield "two-prevotes-in-two-logs", "Logs are taken together.", ((first,), (second,))
    yield "prevote-and-nil", "One for nothing, too.", ((first, nothing),)
    yield "the-same-twice", "Saying the same twice is no crime.", ((first, first), (first,))
    yield "two-rounds", "Nor voting in two rounds.", ((first, by(0, vote(PREVOTE, 2, OTHER))),)
    yield "two-heights", "Nor at two heights.", ((first, by(0, vote(PREVOTE, 1, OTHER, 10))),)
    yield "two-kinds", "Nor two kinds of votes.", ((first, by(0, vote(PRECOMMIT, 1, BLOCK))),)
    precommits = (by(0, PRECOMMITTED), by(0, replace(PRECOMMITTED, time=PRECOMMITTED.time + 1)))
    yield "two-clocks", "Nor two clocks in precommits for one block.", (precommits,)
    yield "two-precommits", "Two blocks are.", ((by(0, PRECOMMITTED), by(0, replace(PRECOMMITTED, block_id=OTHER))),)
    yield "two-proposals", "Two proposals of a round.", ((proposed(1, BLOCK, NO_ROUND), proposed(1, OTHER, NO_ROUND)),)
    yield "two-valid-rounds", "Of one block, too.", ((proposed(2, BLOCK, NO_ROUND), proposed(2, BLOCK, 1)),)
    yield (
        "proposal-and-vote",
        "A proposal and a vote do not.",
        ((proposed(1, BLOCK, NO_ROUND), first, polka(1, OTHER)[1]),),
    )
    forged = replace(second, signature=bytes(64))
    yield "a-forgery", "Nobody is convicted by a forgery.", ((first, forged),)
    strangers = (by(STRANGER, vote(PREVOTE, 1, BLOCK)), by(STRANGER, vote(PREVOTE, 1, OTHER)))
    yield "a-stranger", "Nor is a stranger.", (strangers,)
    everybody = tuple(by(who, vote(PREVOTE, 1, value)) for who in range(4) for value in (BLOCK, OTHER))
    yield "of-everybody", "All of them.", (everybody,)


def _amnesia() -> Iterator[Told]:
    locked, against = by(0, vote(PRECOMMIT, 1, BLOCK)), by(0, vote(PREVOTE, 3, OTHER))
    yield "amnesia", "A prevote against an earlier precommit.", ((locked, against),)
    yield "amnesia-in-two-logs", "Also across logs.", ((locked,), (against,))
    yield "prevote-for-the-lock", "For it is fine.", ((locked, by(0, vote(PREVOTE, 3, BLOCK))),)
    yield "prevote-for-nothing", "So is nothing.", ((locked, by(0, vote(PREVOTE, 3, NIL))),)
    yield "prevote-before", "And what came before.", ((locked, by(0, vote(PREVOTE, 0, OTHER))),)
    yield "another-height", "Locks end with the height.", ((locked, by(0, vote(PREVOTE, 3, OTHER, 10))),)
    yield "precommitted-nothing", "Nothing locks nobody.", ((by(0, vote(PRECOMMIT, 1, NIL)), against),)
    freed = proposed(3, OTHER, 2)
    yield (
        "freed",
        "A quorum since, named by the proposal, frees.",
        ((locked, against, freed, *polka(2, OTHER, (1, 2, 3))),),
    )
    yield (
        "freed-in-the-same-round",
        "Of the same round, too.",
        ((locked, against, proposed(3, OTHER, 1), *polka(1, OTHER, (1, 2, 3))),),
    )
    yield (
        "freed-before-the-lock",
        "One before does not.",
        ((locked, against, proposed(3, OTHER, 0), *polka(0, OTHER, (1, 2, 3))),),
    )
    yield "freed-by-too-few", "Nor a minority.", ((locked, against, freed, *polka(2, OTHER, (1, 2))),)
    yield (
        "freed-by-another-block",
        "Nor one for another block.",
        ((locked, against, freed, *polka(2, bytes(32), (1, 2, 3))),),
    )
    unnamed = proposed(3, OTHER, NO_ROUND)
    yield (
        "freed-but-not-named",
        "Nor one that nobody named.",
        ((locked, against, unnamed, *polka(2, OTHER, (1, 2, 3))),),
    )
    moved = by(0, vote(PRECOMMIT, 2, OTHER))
    yield "moved", "A lock that moved with a quorum frees.", ((locked, moved, against, *polka(2, OTHER, (1, 2, 3))),)
    yield "moved-without-a-quorum", "Without one it does not.", ((locked, moved, against, *polka(2, OTHER, (1, 2))),)
    votes = tuple(by(who, vote(PRECOMMIT, 1, BLOCK)) for who in (0, 1, 2))
    fork = tuple(by(who, vote(PREVOTE, 2, OTHER)) for who in (1, 2, 3))
    decision = tuple(by(who, vote(PRECOMMIT, 2, OTHER)) for who in (1, 2, 3))
    yield "of-a-fork", "Who forks the chain is more than a third.", ((*votes, *polka(1, BLOCK)), (*fork, *decision))
