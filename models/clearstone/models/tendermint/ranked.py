"""The accelerated exploration with closed rounds: state by state in the order of how far everybody has come.

Every step takes a validator on, to a later round or to a later step of its round, and nobody ever goes back. So how far
all have come together, their rank, grows with each step, and is the same however a state was reached: states of one
rank are compared with one another, and with no others, and need not be kept once they were looked at. What is lost is
the order of breadth first, and so the shortest way to what is wrong, which the search with open rounds finds.
"""

from __future__ import annotations

import numpy as np

from clearstone.models.tendermint.closed_rounds import ClosedRounds
from clearstone.models.tendermint.columns import Words
from clearstone.models.tendermint.packed import CHUNK, PackedExploration, PackedSearch, Tell, distinct, silent


def explore_ranked(columns: ClosedRounds, *, max_states: int | None = None, tell: Tell = silent) -> PackedExploration:
    """Look at every state, or up to a number of states; end at the first rank in which something is wrong.

    Of what comes out, `layers` counts the states of each rank, and `found` is empty.
    """
    search = RankedSearch(columns, tell)
    try:
        search.run(max_states)
    except KeyboardInterrupt:
        search.done.ended = "interrupted"
    return search.done


class RankedSearch(PackedSearch):
    """An exploration on its way, rank by rank."""

    def __init__(self, columns: ClosedRounds, tell: Tell = silent) -> None:
        """Begin with the state in which nobody has begun."""
        super().__init__(columns, judges_agreement=True, judges_steps=True, gathers=False, tell=tell)
        self.closed = columns

    def run(self, max_states: int | None) -> None:
        """Go from rank to rank."""
        waiting: dict[int, list[Words]] = {}
        self.put(waiting, self.columns.start())
        while waiting:
            states = distinct(np.concatenate(waiting.pop(min(waiting))))
            self.done.layers.append(states.size)
            self.done.states += states.size
            if max_states is not None and self.done.states > max_states:
                self.done.ended = "state limit"
                return
            for begin in range(0, states.size, CHUNK):
                chunk = states[begin : begin + CHUNK]
                self.put(waiting, self.look_at(chunk))
                self.done.expanded += chunk.size
                self.tell(self.done)
                if self.done.wrong is not None:
                    self.done.ended = "violation"
                    return
        self.done.ended = "exhausted"

    def put(self, waiting: dict[int, list[Words]], states: Words) -> None:
        """Have states wait for their rank to be looked at."""
        ranks = self.closed.rank(states)
        for rank in np.unique(ranks):
            waiting.setdefault(int(rank), []).append(states[ranks == rank])
