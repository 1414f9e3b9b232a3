"""The log of a finite model: all that the correct have sent, and all that the Byzantine could ever send."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.local_states import LocalState
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Message, Proposal, Vote


class Soup:
    """CONS-2. Answers the questions of `spec.consensus.log.Log`: the same for everybody, but for `candidate`.

    The power of the Byzantine is behind every vote. Filled anew for each state. `asked` counts the questions whose
    answer depends on the state: what `step` says without one is the same in all states.
    """

    def __init__(self, instance: Instance, *, liars_said_all: bool = True) -> None:
        """With nothing in it yet of the correct; of the Byzantine all that they could send, or nothing."""
        self.instance = instance
        self.liars_said_all = liars_said_all
        kinds = [(kind, round) for kind in (PREVOTE, PRECOMMIT) for round in range(instance.rounds)]
        votes = [(kind, round, value) for kind, round in kinds for value in (NIL, *instance.names)]
        heard = [(round,) for round in range(instance.rounds + 1)]
        questions: list[tuple[object, ...]] = [*votes, *kinds, *heard]
        self.places = {question: place for place, question in enumerate(questions)}
        self.bare = [instance.byzantine_power if liars_said_all else 0] * len(questions)
        self.counts = self.bare
        self.proposals: frozenset[Message] = frozenset()
        self.values = frozenset(instance.names)
        self.own_candidate: dict[int, bytes] = {}
        self.asked = 0

    def contributions(self, local: LocalState) -> tuple[int, ...]:
        """The questions whose answer a validator raises by its power, by place."""
        asked: set[tuple[object, ...]] = set()
        for message in local.said:
            asked.add((message.round,))
            if isinstance(message, Vote):
                asked |= {(message.step, message.round), (message.step, message.round, message.block_id)}
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
        self.asked += 1
        return self.counts[self.places[step, round, value]]

    def power_any(self, step: int, round: int) -> int:
        """Power behind votes of this kind in this round."""
        self.asked += 1
        return self.counts[self.places[step, round]]

    def heard(self, round: int) -> int:
        """Power of those heard from in this round."""
        self.asked += 1
        return self.counts[self.places[(round,)]]

    def proposed(self, proposal: Proposal) -> bool:
        """Whether it was made, or could be made by a Byzantine proposer."""
        proposers = self.instance.proposers
        if proposers is None or (self.liars_said_all and proposers[proposal.round] in self.instance.byzantine):
            return True
        self.asked += 1
        return proposal in self.proposals

    def valid(self, value: bytes) -> bool:
        """Every value of the instance is."""
        return value in self.values

    def candidate(self, round: int) -> bytes:
        """What the validator that asks would propose; NIL if it is not its turn."""
        return self.own_candidate.get(round, NIL)
