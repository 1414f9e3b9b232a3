"""What is finite about an instance: validators, powers, liars, values, rounds, crashes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Proposal
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.validators import Validator, Validators

CHAIN = "finite"
"""Id of the chain in every instance."""
HEIGHT = 1
"""The one height that is explored."""


INVALID = b"!" * 32
"""The block id of a block that breaks a rule."""


def value_name(number: int) -> bytes:
    """The block id of a value: 32 times the letter A, B, …"""
    return bytes([65 + number]) * 32


@dataclass(frozen=True)
class Instance:
    """A finite instance of consensus at one height."""

    powers: tuple[int, ...] = (1, 1, 1, 1)
    """Power of each validator."""
    byzantine: frozenset[int] = frozenset({3})
    """Which of them are Byzantine, by place."""
    values: int = 2
    """How many blocks can be proposed, all valid."""
    rounds: int = 2
    """Rounds 0 to this less one: no round after them is entered."""
    proposers: tuple[int, ...] | None = None
    """Who proposes in each round, by place; None if any proposal may be made at any time, as by Byzantine proposers."""
    crashes: int = 0
    """How often each correct validator may crash."""
    timers_are_scheduled: bool = False
    """Whether a timer runs out only once the rules have scheduled it, and not at any time."""
    keeps_decisions: bool = False
    """Whether who has decided is silent from then on; else what could be decided is looked at in each state."""
    symmetric: bool = True
    """Whether states that differ by names of values or of correct validators of equal power count once."""

    @cached_property
    def correct(self) -> tuple[int, ...]:
        """The correct validators, by place."""
        return tuple(place for place in range(len(self.powers)) if place not in self.byzantine)

    @cached_property
    def total(self) -> int:
        """The power of all validators."""
        return sum(self.powers)

    @cached_property
    def byzantine_power(self) -> int:
        """The power of the Byzantine."""
        return sum(self.powers[place] for place in self.byzantine)

    @property
    def is_over_threshold(self) -> bool:
        """Whether the Byzantine have a third of the power or more, so that agreement is not promised."""
        return 3 * self.byzantine_power >= self.total

    @cached_property
    def validators(self) -> Validators:
        """The validators, as the rules know them: keys ascend with the places."""
        return tuple(Validator(bytes([1 + place]) * 32, power) for place, power in enumerate(self.powers))

    @cached_property
    def names(self) -> tuple[bytes, ...]:
        """The block ids of the values."""
        return tuple(value_name(number) for number in range(self.values))

    def turns(self, place: int) -> tuple[int, ...]:
        """The rounds in which a correct validator proposes."""
        return tuple(round for round, proposer in enumerate(self.proposers or ()) if proposer == place)

    def may_be_made(self, proposal: Proposal) -> bool:
        """Whether a proposal may be made at any time: its proposer is Byzantine, or as if it were, or it is foreign."""
        if self.proposers is None or proposal in self.foreign:
            return True
        return self.proposers[proposal.round] in self.byzantine

    def fresh_node(self, place: int) -> Node:
        """A validator that has not begun.

        The rules do not look at its key, so all have the same here but those that propose: they are not like others.
        """
        return Node(CHAIN, HEIGHT, self.validators[place].key if self.turns(place) else bytes(32), self.total)

    def proposal(self, round: int, value: bytes, valid_round: int) -> Proposal:
        """One proposal."""
        return Proposal(CHAIN, HEIGHT, round, value, valid_round)

    @cached_property
    def proposals(self) -> tuple[Proposal, ...]:
        """Every well-formed proposal."""
        return tuple(
            self.proposal(round, value, valid_round)
            for round in range(self.rounds)
            for value in self.names
            for valid_round in range(NO_ROUND, round)
        )

    @cached_property
    def foreign(self) -> frozenset[Proposal]:
        """Proposals of another height, and of another chain: nothing may follow from them."""
        return frozenset(
            made
            for proposal in self.proposals
            if proposal.valid_round == NO_ROUND
            for made in (replace(proposal, height=HEIGHT + 1), replace(proposal, chain=f"not {CHAIN}"))
        )

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim that does not lead beyond the last round, whether it makes sense or not.

        Blocks that break a rule are only proposed where anything may be.
        """
        last = self.rounds - 1
        foreign = sorted(self.foreign, key=repr)
        about_proposals = (kind(p) for p in (*self.proposals, *foreign) for kind in (Proposed, Polka, Commit))
        open_rounds = range(self.rounds if self.proposers is None else 0)
        invalid = (Proposed(self.proposal(round, INVALID, NO_ROUND)) for round in open_rounds)
        timeouts = (
            Timeout(step, round)
            for step, round in product((PROPOSE, PREVOTE, PRECOMMIT), range(self.rounds))
            if not (step == PRECOMMIT and round == last)
        )
        aheads = (Ahead(round) for round in range(self.rounds))
        return (Start(), *about_proposals, *invalid, NilPolka(), Split(PREVOTE), Split(PRECOMMIT), *aheads, *timeouts)
