"""A driver: which claims to make, until none changes anything. Safety does not depend on it.

Every claim is checked by the rules, so a driver that makes too many, too few, or nonsense cannot cause two decisions;
one that leaves out claims can only stop the chain. A client may replace this by whatever suits it, such as making only
the claims that the last message can have made true. Unlike the rules, it needs to search the log.

How a validator uses it: put each admitted message into the log and follow `drive`, carrying out the actions of each
move in order; one's own messages go into the log as they are broadcast. When a timer runs out, `drive` with `Timeout`
as its first claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start
from clearstone.spec.consensus.log import Log
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, Proposal
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.step import step


class SearchableLog(Log, Protocol):
    """CONS-2. A log that can also list what it has."""

    def proposals(self) -> Iterable[Proposal]:
        """CONS-2. The proposals of this height whose blocks are there, of all rounds."""
        ...

    def rounds(self) -> Iterable[int]:
        """CONS-2. The rounds in which anything was heard."""
        ...


@dataclass(frozen=True, slots=True)
class Timeouts:
    """CONS-2. How long timers run. They grow from round to round, so that at last one outlasts the network's delay."""

    propose: int
    """Wait for a proposal in round 0, ms, at least 1."""
    prevote: int
    """Wait for more prevotes in round 0, ms, at least 1."""
    precommit: int
    """Wait for more precommits in round 0, ms, at least 1."""
    growth: int
    """What each round adds to each of them, ms, at least 1."""

    def duration(self, step: int, round: int) -> int:
        """CONS-2. How long the timer of this step runs in this round, in ms."""
        first = self.propose if step == PROPOSE else self.prevote if step == PREVOTE else self.precommit
        return first + round * self.growth


@dataclass(frozen=True, slots=True)
class Move:
    """CONS-2. A claim that led to something."""

    claim: Claim
    """The claim."""
    before: Node
    """The node before."""
    outcome: Outcome
    """The node afterwards, and what to do."""


def claims(node: Node, log: SearchableLog) -> Iterator[Claim]:
    """CONS-2. Every claim that the log could support now, decisions first."""
    if node.step == NEW:
        yield Start()
        return
    for proposal in log.proposals():
        yield Commit(proposal)
    for round in log.rounds():
        if round > node.round:
            yield Ahead(round)
    for proposal in log.proposals():
        if proposal.round == node.round:
            yield Proposed(proposal)
            yield Polka(proposal)
    yield NilPolka()
    yield Split(PREVOTE)
    yield Split(PRECOMMIT)


def drive(node: Node, log: SearchableLog, first: Claim | None = None) -> Iterator[Move]:
    """CONS-2. Make claims, `first` before all others, until none changes the node; yield each that led to anything.

    It ends, since every change is progress. Between two moves the caller may add to the log. A timer that is due may be
    scheduled more than once.
    """
    due = () if first is None else (first,)
    while True:
        for claim in (*due, *claims(node, log)):
            outcome = step(node, log, claim)
            if outcome.actions or outcome.node != node:
                yield Move(claim, node, outcome)
            if outcome.node != node:
                break
        else:
            return
        node, due = outcome.node, ()
