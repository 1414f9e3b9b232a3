"""The table as arrays: what numpy needs to look at many states at once.

A state is one integer: the numbers of the local states side by side, a field of bits for each validator. The votes that
guards ask for are counted side by side in one word too: each distinct "question, least power" is a field, every local
state adds what its validator has sent, and the field starts at such a value that its top bit is set just when the power
is reached. Whether a guard holds is then one `and` and one comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearstone.models.tendermint.answers import Guard, Question, RefusedError
from clearstone.models.tendermint.soup import Soup
from clearstone.models.tendermint.system import alike
from clearstone.models.tendermint.table import Table

Words: TypeAlias = NDArray[np.uint64]
"""States, or counts of votes."""
Numbers: TypeAlias = NDArray[np.int64]
"""Numbers of local states."""
WORD = 63
"""Usable bits of a word."""
NOWHERE = -1
"""In place of a local state: this way does not exist."""


class Columns:
    """A table, laid out for numpy."""

    def __init__(self, table: Table) -> None:
        """Lay it out."""
        instance = table.instance
        self.table = table
        self.width = len(instance.correct)
        self.bits = max(1, (len(table.rows) - 1).bit_length())
        if self.width * self.bits > WORD:
            raise RefusedError(f"a state needs {self.width * self.bits} bits, more than a word has")
        self.powers = [instance.powers[place] for place in instance.correct]
        self.groups = alike(instance)
        self.renamings = [np.array(each, dtype=np.int64) for each in table.renamings]
        self.atoms = self._atoms()
        self.field = (2 * instance.total + 1).bit_length() + 1
        self.per_word = WORD // self.field
        self.words = max(1, -(-len(self.atoms) // self.per_word))
        self.bases, self.tops = self._bases()
        self.sent = self._sent()
        self.after, self.needs = self._ways()
        self.decisions, self.offered = self._decisions()
        self.faulty, self.fault_needs = self._faults()
        self.window: int | None = None
        if not table.returns:
            self.window = self.width * max(a - b for a, b in zip(table.longest, table.shortest, strict=True))

    def _atoms(self) -> dict[tuple[Question, int], int]:
        guards: list[Guard] = []
        for row in self.table.rows:
            guards += [guard for ways in row.ways.values() for guard in ways]
            guards += [guard for _, _, guard in row.decides]
            guards += list(row.wrong)
        atoms = sorted({atom for guard in guards for atom in guard}, key=repr)
        return {atom: number for number, atom in enumerate(atoms)}

    def _bases(self) -> tuple[list[int], list[int]]:
        """For each word, what its fields start at, and their top bits."""
        bases, tops = [0] * self.words, [0] * self.words
        top = 1 << (self.field - 1)
        for (_, least), number in self.atoms.items():
            word, place = divmod(number, self.per_word)
            bases[word] |= (top - least + self.table.instance.byzantine_power) << (place * self.field)
            tops[word] |= top << (place * self.field)
        return bases, tops

    def _sent(self) -> NDArray[np.uint64]:
        """For each word and local state, what a validator of power 1 adds."""
        sent = np.zeros((self.words, len(self.table.rows)), dtype=np.uint64)
        soup = Soup(self.table.instance)
        by_place = {place: question for question, place in soup.places.items()}
        for number, local in enumerate(self.table.locals.all):
            raised = {by_place[place] for place in soup.contributions(local)}
            for (question, _), atom in self.atoms.items():
                if question in raised:
                    word, place = divmod(atom, self.per_word)
                    sent[word, number] += np.uint64(1 << (place * self.field))
        return sent

    def mask(self, guard: Guard) -> list[int]:
        """The top bits that must be set for a guard to hold, in each word."""
        masks = [0] * self.words
        for atom in guard:
            word, place = divmod(self.atoms[atom], self.per_word)
            masks[word] |= 1 << (place * self.field + self.field - 1)
        return masks

    def _ways(self) -> tuple[Numbers, NDArray[np.uint64]]:
        """For each slot and local state, where it leads; for each slot, alternative, word and state, what it takes."""
        rows = self.table.rows
        slots = max(len(row.ways) for row in rows)
        alternatives = max((len(guards) for row in rows for guards in row.ways.values()), default=1)
        after = np.full((slots, len(rows)), NOWHERE, dtype=np.int64)
        needs = np.zeros((slots, alternatives, self.words, len(rows)), dtype=np.uint64)
        for number, row in enumerate(rows):
            for slot, (target, guards) in enumerate(sorted(row.ways.items())):
                after[slot, number] = target
                masks = [self.mask(guard) for guard in sorted(guards, key=repr)]
                for alternative in range(alternatives):
                    needs[slot, alternative, :, number] = masks[min(alternative, len(masks) - 1)]
        return after, needs

    def _decisions(self) -> tuple[list[tuple[int, bytes, list[int]]], NDArray[np.uint64]]:
        """Every way to decide, with round and value; and for each local state which of them are open to it, as bits."""
        distinct = sorted({each for row in self.table.rows for each in row.decides}, key=repr)
        if len(distinct) > WORD:
            raise RefusedError("there are more ways to decide than bits in a word")
        offered = np.zeros(len(self.table.rows), dtype=np.uint64)
        for number, row in enumerate(self.table.rows):
            offered[number] = sum(1 << place for place, each in enumerate(distinct) if each in row.decides)
        return [(round, value, self.mask(guard)) for round, value, guard in distinct], offered

    def _faults(self) -> tuple[NDArray[np.bool_], NDArray[np.uint64]]:
        """For each alternative and local state, whether a step from it is wrong, and (for each word) what it takes."""
        rows = self.table.rows
        alternatives = max(len(row.wrong) for row in rows)
        faulty = np.zeros((alternatives, len(rows)), dtype=np.bool_)
        needs = np.zeros((alternatives, self.words, len(rows)), dtype=np.uint64)
        for number, row in enumerate(rows):
            for alternative, guard in enumerate(row.wrong):
                faulty[alternative, number] = True
                needs[alternative, :, number] = self.mask(guard)
        return faulty, needs

    def start(self) -> Words:
        """The state in which nobody has begun."""
        return self.canonical([np.array([number], dtype=np.int64) for number in self.table.locals.starts])

    def split(self, states: Words) -> list[Numbers]:
        """The local states of many states, a column for each validator."""
        mask = np.uint64((1 << self.bits) - 1)
        return [((states >> np.uint64(self.bits * column)) & mask).astype(np.int64) for column in range(self.width)]

    def counted(self, columns: Iterable[Numbers]) -> list[Words]:
        """The top bits of the votes that were reached, in each word."""
        given = list(columns)
        words = []
        for word in range(self.words):
            total = np.full(given[0].shape, self.bases[word], dtype=np.uint64)
            for column, power in zip(given, self.powers, strict=True):
                total += self.sent[word][column] * np.uint64(power)
            words.append(total & np.uint64(self.tops[word]))
        return words

    def steps(self, columns: list[Numbers], reached: list[Words]) -> Iterator[tuple[NDArray[np.intp], Words]]:
        """The steps of many states, some at a time: from which of them, and to which canonical state."""
        for chosen, _, moved in self.moves(columns, reached):
            yield chosen, self.canonical(moved)

    def moves(
        self, columns: list[Numbers], reached: list[Words]
    ) -> Iterator[tuple[NDArray[np.intp], int, list[Numbers]]]:
        """The same, and who moves, and where everybody then is, before anything is taken together.

        Of two validators that are alike, in like local states, only the first moves.
        """
        for mover, column in enumerate(columns):
            group = next(group for group in self.groups if mover in group)
            place = group.index(mover)
            twin = columns[group[place - 1]] if place else None
            for slot in range(self.after.shape[0]):
                after = self.after[slot][column]
                enabled = (after != NOWHERE) & self.holds(slot, column, reached)
                if twin is not None:
                    enabled &= column != twin
                chosen = np.flatnonzero(enabled)
                if chosen.size:
                    moved = [each[chosen] for each in columns]
                    moved[mover] = after[chosen]
                    yield chosen, mover, moved

    def holds(self, slot: int, column: Numbers, reached: list[Words]) -> NDArray[np.bool_]:
        """Whether one of the guards of a way holds."""
        held = np.zeros(column.shape, dtype=np.bool_)
        for alternative in self.needs[slot]:
            each = np.ones(column.shape, dtype=np.bool_)
            for word, need in zip(reached, alternative, strict=True):
                asked = need[column]
                each &= (word & asked) == asked
            held |= each
        return held

    def canonical(self, columns: list[Numbers]) -> Words:
        """The least of the integers for these states and for those that differ from them by names alone."""
        least = self.joined(columns)
        for renaming in self.renamings:
            least = np.minimum(least, self.joined([renaming[column] for column in columns]))
        return least

    def joined(self, columns: list[Numbers]) -> Words:
        """The integers for these states, validators that are alike being put in order."""
        columns = list(columns)
        for group in self.groups:
            for end in range(len(group) - 1, 0, -1):
                for low, high in pairwise(group[: end + 1]):
                    first, second = columns[low], columns[high]
                    columns[low], columns[high] = np.minimum(first, second), np.maximum(first, second)
        states = np.zeros(columns[0].shape, dtype=np.uint64)
        for place, column in enumerate(columns):
            states |= column.astype(np.uint64) << np.uint64(self.bits * place)
        return states
