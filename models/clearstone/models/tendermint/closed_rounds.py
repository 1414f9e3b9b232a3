"""Rounds that are closed: nobody acts in a round any more once somebody has left it. A far smaller set of states.

Let the steps of any run be put in the order of the rounds that they lead to, and those of a round be left in theirs.
That is a run too, and ends where the first did: a step into a round asks for votes of that round and of earlier ones
alone, which are sent by steps into those rounds, and what it finds besides, rules that are monotone in the log do not
mind. So nothing is lost if a validator that is behind does one thing only, to go on. Nor if it does so at once, by its
timers, casting nil in whatever it did not vote on: who is in a round and has said more can do all that the other could.
Each state therefore counts as the one in which everybody is in the latest round that anybody is in, and has voted in
all rounds before. The thought is that of communication-closed layers (Elrad and Francez 1982).

That the rules which run are such is not taken on trust: it is read off their table for every local state and way, and
what is not such is refused. That just the states of the full exploration are reached, taken together like this, is a
test. `ranked` explores what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearstone.models.tendermint.answers import Guard, Question, RefusedError, is_enough
from clearstone.models.tendermint.columns import Columns, Numbers, Words
from clearstone.models.tendermint.instance import CHAIN, HEIGHT
from clearstone.models.tendermint.local_states import LocalState
from clearstone.models.tendermint.table import Row, Table
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, PROPOSE, Message, Vote
from clearstone.spec.consensus.node import NEW


class ClosedRounds(Columns):
    """A table laid out for numpy, whose steps take everybody into the latest round at once."""

    def __init__(self, table: Table) -> None:
        """Lay it out; RefusedError if the rules that run do not allow to close rounds."""
        super().__init__(table)
        instance = table.instance
        if instance.crashes or instance.proposers is not None or instance.timers_are_scheduled:
            raise RefusedError("timers would have to run out at any time, and nobody correct to crash or to propose")
        self.rounds = np.array([local.node.round for local in table.locals.all], dtype=np.int64)
        self.progress = np.array([progress(local) for local in table.locals.all], dtype=np.int64)
        self.joined_in = np.array([self._joined_in(round) for round in range(instance.rounds)], dtype=np.int64)
        for number, row in enumerate(table.rows):
            self._must_be_closed(number, row)
            for round in range(table.locals.all[number].node.round, instance.rounds):
                self._must_follow(row, int(self.joined_in[round, number]), round)

    def steps(self, columns: list[Numbers], reached: list[Words]) -> Iterator[tuple[NDArray[np.intp], Words]]:
        """The steps of many states, each with everybody going on to the latest round after it."""
        for chosen, _, moved in self.moves(columns, reached):
            yield chosen, self.canonical(self.together(moved))

    def together(self, columns: list[Numbers]) -> list[Numbers]:
        """The same states, with everybody in the latest round that anybody is in."""
        latest = np.maximum.reduce([self.rounds[column] for column in columns])
        return [self.joined_in[latest, column] for column in columns]

    def rank(self, states: Words) -> Numbers:
        """How far everybody has come, together: more after every step."""
        ranks: Numbers = np.sum([self.progress[column] for column in self.split(states)], axis=0)
        return ranks

    @cached_property
    def _numbers(self) -> dict[LocalState, int]:
        return self.table.locals.numbers

    def _joined_in(self, round: int) -> list[int]:
        """For each local state the number of the one that goes on to a round, if it is behind, with every vote cast."""
        joined = []
        for local in self.table.locals.all:
            behind = local.node.round < round
            node = replace(local.node, round=round, step=PROPOSE) if behind else local.node
            after = replace(local, node=node, said=local.said | missing(local.said, min(round, node.round)))
            if after not in self._numbers:
                raise RefusedError(f"a validator cannot go on to round {round} by its timers, whatever it has said")
            joined.append(self._numbers[after])
        return joined

    def _must_be_closed(self, number: int, row: Row) -> None:
        """Refuse a step that asks for votes of rounds after the one that it leads to, or casts one in another."""
        said = self.table.locals.all[number].said
        for after, ways in row.ways.items():
            there = self.table.locals.all[after]
            if any(round_of(question) > there.node.round for guard in ways for question, _ in guard):
                raise RefusedError("a rule asks for votes of rounds to come")
            if progress(there) <= progress(self.table.locals.all[number]):
                raise RefusedError("a step takes its validator neither to a later round nor to a later step")
            if any(message.round != there.node.round for message in there.said - said):
                raise RefusedError("a vote is cast in another round than its voter is in then")
        if row.wrong:
            raise RefusedError("a step is wrong in itself: with rounds open, it is shown where")

    def _must_follow(self, row: Row, joined: int, round: int) -> None:
        """Refuse what a validator can do from a round on, or decide, that the one which joined others in it cannot."""
        ahead = self.table.rows[joined]
        if not row.decides <= ahead.decides:
            raise RefusedError("a validator that goes on to a later round can no longer decide as before")
        for after, ways in row.ways.items():
            there = int(self.rounds[after])
            if there < round:
                continue
            target = int(self.joined_in[there, after])
            if target != int(self.joined_in[there, joined]) and not all(
                self._leads(ahead, target, there, guard) for guard in ways
            ):
                raise RefusedError("a validator that goes on to a later round can no longer do what it could")

    def _leads(self, row: Row, target: int, round: int, given: Guard) -> bool:
        """Whether some step of a row leads to a local state on these votes, once everybody is in its round."""
        return any(
            int(self.joined_in[round, after]) == target and any(is_enough(guard, given) for guard in ways)
            for after, ways in row.ways.items()
            if int(self.rounds[after]) == round
        )


def progress(local: LocalState) -> int:
    """How far a validator has come: a number that grows with its round, and in a round with its step."""
    return local.node.round * (PRECOMMIT - NEW + 1) + local.node.step - NEW


def missing(said: frozenset[Message], round: int) -> frozenset[Message]:
    """The votes for nil that are missing for somebody who has said this to have voted in all rounds before one."""
    cast = {(vote.round, vote.step) for vote in said if isinstance(vote, Vote)}
    return frozenset(
        Vote(CHAIN, HEIGHT, earlier, step, NIL, 0, ())
        for earlier in range(round)
        for step in (PREVOTE, PRECOMMIT)
        if (earlier, step) not in cast
    )


def round_of(question: Question) -> int:
    """The round of the votes that are asked for."""
    round = question[0] if len(question) == 1 else question[1]
    assert isinstance(round, int), "no correct validator proposes"
    return round
