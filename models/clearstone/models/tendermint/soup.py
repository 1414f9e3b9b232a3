"""The log of a finite model: all that the correct have sent, and all that the Byzantine could ever send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clearstone.models.tendermint.instance import INVALID, Instance
from clearstone.models.tendermint.local_states import LocalState
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Proposal, Vote


class Soup:
    """CONS-2. Answers the questions of `spec.consensus.log.Log`: the same for everybody, but for `candidate`.

    The power of the Byzantine is behind every vote. Filled anew for each state.
    """

    def __init__(self, instance: Instance, *, liars_said_all: bool = True) -> None:
        """With nothing in it yet of the correct; of the Byzantine all that they could send, or nothing."""
        self.instance = instance
        kinds = [(kind, round) for kind in (PREVOTE, PRECOMMIT) for round in range(instance.rounds)]
        votes = [(kind, round, value) for kind, round in kinds for value in (NIL, INVALID, *instance.names)]
        heard = [(round,) for round in range(instance.rounds + 1)]
        made = [(proposal,) for proposal in instance.proposals] if instance.proposers is not None else []
        questions: list[tuple[object, ...]] = [*votes, *kinds, *heard, *made]
        self.places = {question: place for place, question in enumerate(questions)}
        self.bare = [instance.byzantine_power if liars_said_all else 0] * len(questions)
        self.counts = self.bare
        self.any_is_made = instance.proposers is None
        awaited = (p for p in instance.proposals if not (liars_said_all and instance.may_be_made(p)))
        self.awaited = {proposal: self.places[(proposal,)] for proposal in awaited if not self.any_is_made}
        self.values = frozenset(instance.names)
        self.own_candidate: dict[int, bytes] = {}

    def contributions(self, local: LocalState) -> tuple[int, ...]:
        """The questions whose answer a validator raises by its power, by place."""
        asked: set[tuple[object, ...]] = set()
        for message in local.said:
            asked.add((message.round,))
            if isinstance(message, Vote):
                asked |= {(message.step, message.round), (message.step, message.round, message.block_id)}
            elif (message,) in self.places:
                asked.add((message,))
        return tuple(sorted(self.places[question] for question in asked))

    def fill(self, powers: Sequence[int], contributions: Iterable[tuple[int, ...]]) -> None:
        """Hold what these validators have sent."""
        counts = self.bare.copy()
        for power, raised in zip(powers, contributions, strict=True):
            for place in raised:
                counts[place] += power
        self.counts = counts

    def power(self, step: int, round: int, value: bytes) -> int:
        """Power behind votes of this kind, in this round, for this value."""
        return self.counts[self.places[step, round, value]]

    def power_any(self, step: int, round: int) -> int:
        """Power behind votes of this kind in this round."""
        return self.counts[self.places[step, round]]

    def heard(self, round: int) -> int:
        """Power of those heard from in this round."""
        return self.counts[self.places[(round,)]]

    def proposed(self, proposal: Proposal) -> bool:
        """Whether it was made, or could be made by a Byzantine proposer; what is foreign always may have been."""
        if self.any_is_made:
            return True
        place = self.awaited.get(proposal)
        return place is None or self.counts[place] > self.bare[place]

    def valid(self, value: bytes) -> bool:
        """Every value of the instance is."""
        return value in self.values

    def candidate(self, round: int) -> bytes:
        """What the validator that asks would propose; NIL if it is not its turn."""
        return self.own_candidate.get(round, NIL)


class CountingLog:
    """CONS-2. A log that counts the questions whose answer depends on the state.

    What `step` says without one is the same in all states.
    """

    def __init__(self, soup: Soup) -> None:
        """Answer like this log. Nothing has been asked yet."""
        self.soup = soup
        self.asked = 0

    def power(self, step: int, round: int, value: bytes) -> int:
        """Counted."""
        self.asked += 1
        return self.soup.power(step, round, value)

    def power_any(self, step: int, round: int) -> int:
        """Counted."""
        self.asked += 1
        return self.soup.power_any(step, round)

    def heard(self, round: int) -> int:
        """Counted."""
        self.asked += 1
        return self.soup.heard(round)

    def proposed(self, proposal: Proposal) -> bool:
        """Counted, unless it is made once and for all."""
        self.asked += proposal in self.soup.awaited
        return self.soup.proposed(proposal)

    def valid(self, value: bytes) -> bool:
        """The same in every state."""
        return self.soup.valid(value)

    def candidate(self, round: int) -> bytes:
        """The same in every state."""
        return self.soup.candidate(round)
