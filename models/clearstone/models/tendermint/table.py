"""The table: for every local state, where its validator can go and which votes that takes, all of it said by `step`.

It writes no rule a second time. It is made by running `step` on every local state, every claim and every way in which a
log could answer, starting from a fresh validator and going on with all local states that come up. Three things that
the packed exploration rests on are checked on the way, and refused if they are not so: rules are monotone in the log
(`answers`); no validator ever comes back to where it was; and no rule tells values apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import NamedTuple

from clearstone.models.tendermint import safety
from clearstone.models.tendermint.answers import Guard, RefusedError, both, guards, is_enough, possible_powers
from clearstone.models.tendermint.effects import Effects
from clearstone.models.tendermint.instance import CHAIN, HEIGHT, Instance
from clearstone.models.tendermint.local_states import LocalStates
from clearstone.models.tendermint.soup import Soup
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Outcome, Schedule
from clearstone.spec.consensus.claims import Ahead, Claim, Split, Timeout
from clearstone.spec.consensus.messages import PROPOSE, SignedMessage, Vote
from clearstone.spec.consensus.node import Node


class Fired(NamedTuple):
    """A claim that has an effect."""

    claim: Claim
    """The claim."""
    candidate: bytes
    """The block that the validator would propose, if it is its turn; else NIL."""
    guard: Guard
    """The votes, and proposals of the correct, that it takes."""
    outcome: Outcome
    """The effect."""


class Fault(NamedTuple):
    """A step that is wrong in itself."""

    findings: tuple[str, ...]
    """What is wrong with it."""
    claim: Claim | None
    """The claim; None for a crash between two."""
    candidate: bytes
    """The block that the validator would propose, if it is its turn; else NIL."""
    carried_out: int | None
    """After how many of its actions the validator crashes; None if it does not."""
    is_omitted: bool = False
    """Whether it is wrong that nothing comes of the claim."""


@dataclass(slots=True)
class Row:
    """What one validator in one local state can do."""

    ways: dict[int, set[Guard]] = field(default_factory=dict)
    """Where it can go: the number of each local state, and the votes of which any one set is enough."""
    decides: set[tuple[int, bytes, Guard]] = field(default_factory=set)
    """What it would decide, by a commit of which round, and on which votes."""
    wrong: dict[Guard, Fault] = field(default_factory=dict)
    """Steps that are wrong in themselves, by the votes that they take."""


class Table:
    """What every validator can do in every local state."""

    def __init__(self, instance: Instance, *, judges_steps: bool = True) -> None:
        """Run `step` on everything."""
        if instance.proposers is not None and instance.symmetric:
            raise RefusedError("values that correct validators propose are told apart: no names count once")
        self.instance = instance
        self.judges_steps = judges_steps
        self.locals = LocalStates(instance)
        self.effects = Effects(instance, self.locals, Soup(instance), judges_steps)
        self.powers = possible_powers(instance)
        self.place_of = {
            key: place
            for place in reversed(instance.correct)
            for key in (instance.fresh_node(place).key, instance.validators[place].key)
        }
        self._fired: dict[Node, list[Fired]] = {}
        self.rows: list[Row] = []
        while len(self.rows) < len(self.locals.all):
            self.rows.append(self._row(len(self.rows)))
        self.longest, self.shortest = self._distances()
        self.renamings = self._renamings()

    def _row(self, number: int) -> Row:
        row, local = Row(), self.locals.all[number]
        place = self.place_of[local.node.key]
        for claim, candidate, guard, outcome in self.fired_by(local.node):
            effect = self.effects.follow(place, local, claim, candidate, outcome)
            findings = effect.findings
            if findings is None:
                findings = self._judged(place, number, claim, outcome, guard)
            for way in effect.ways:
                if way.after != number:
                    row.ways.setdefault(way.after, set()).add(guard)
                if findings or way.findings:
                    row.wrong.setdefault(guard, Fault((*findings, *way.findings), claim, candidate, way.carried_out))
            row.decides |= {(round, value, guard) for round, value in effect.decides}
        if self.judges_steps:
            row.wrong |= self._left_behind(local.node)
        if local.node.decision != NIL:
            row.decides.add((local.node.round, local.node.decision, frozenset()))
        if local.crashes < self.instance.crashes:
            left = self.locals.crashed(local, ())
            row.ways.setdefault(self.locals.number(left), set()).add(frozenset())
            if self.judges_steps and safety.crashed(left):
                row.wrong.setdefault(frozenset(), Fault(safety.crashed(left), None, NIL, 0))
        for after, ways in row.ways.items():
            row.ways[after] = {guard for guard in ways if not any(other < guard for other in ways)}
        return row

    def fired_by(self, node: Node) -> list[Fired]:
        """What a validator can claim with effect, and the votes that it takes: the same whatever it has said."""
        known = self._fired.get(node)
        if known is None:
            turns = self.instance.turns(self.place_of[node.key])
            known = self._fired[node] = [
                Fired(claim, candidate, both(guard, scheduled), outcome)
                for candidate in (self.instance.names if turns else (NIL,))
                for claim in self.instance.claims
                for scheduled in self._scheduled(node, claim, turns)
                for guard, outcome in guards(self.instance, self.powers, node, claim, dict.fromkeys(turns, candidate))
            ]
        return known

    def _left_behind(self, node: Node) -> dict[Guard, Fault]:
        """Later rounds that a validator does not join though more than a third of the power is in them."""
        found: dict[Guard, Fault] = {}
        least = next(power for power in self.powers if 3 * power > self.instance.total)
        for claim in self.instance.claims:
            findings = safety.left_behind(self.instance, node, claim, least)
            if findings and isinstance(claim, Ahead):
                due: Guard = frozenset({((claim.round,), least)})
                fired = (each.guard for each in self.fired_by(node) if each.claim == claim)
                if not any(is_enough(guard, due) for guard in fired):
                    found[due] = Fault(findings, claim, NIL, None, is_omitted=True)
        return found

    def _scheduled(self, node: Node, claim: Claim, turns: tuple[int, ...]) -> list[Guard]:
        """The votes on which a timer was scheduled that has run out, according to a claim."""
        if not (self.instance.timers_are_scheduled and isinstance(claim, Timeout)):
            return [frozenset()]
        if claim.step == PROPOSE:
            return [] if claim.round in turns else [frozenset()]
        timer = Schedule(claim.step, claim.round)
        split = guards(self.instance, self.powers, node, Split(claim.step))
        return [guard for guard, outcome in split if timer in outcome.actions]

    def _judged(self, place: int, number: int, claim: Claim, outcome: Outcome, guard: Guard) -> tuple[str, ...]:
        """Judge a step by a log that has just the votes that its guard asks for."""
        log = [
            SignedMessage(self.instance.validators[sender].key, Vote(CHAIN, HEIGHT, round, kind, value, 0, ()), b"")
            for (kind, round, value), least in self.votes_of(guard)
            for sender in self.senders(least)
        ]
        heard = dict(guard).get((outcome.node.round,), self.instance.byzantine_power)
        local = self.locals.all[number]
        after = self.locals.after(local, outcome.node, outcome.actions)
        return safety.claimed(self.instance, place, local, claim, outcome, after, log, heard)

    @staticmethod
    def votes_of(guard: Guard) -> list[tuple[tuple[int, int, bytes], int]]:
        """The votes for one value that a guard asks for, each with the power behind it."""
        return [(question, least) for question, least in guard if len(question) == 3]  # type: ignore[misc]  # by its length

    def senders(self, power: int) -> list[int]:
        """Validators that have just this power together: the Byzantine, and some of the correct."""
        chosen = sorted(self.instance.byzantine)
        missing = power - self.instance.byzantine_power
        sums: dict[int, list[int]] = {0: []}
        for place in reversed(self.instance.correct):  # the one that is judged last: the others suffice if they can
            for total, who in list(sums.items()):
                sums.setdefault(total + self.instance.powers[place], [*who, place])
        return [*chosen, *sums[missing]]

    def _distances(self) -> tuple[list[int], list[int]]:
        """How many steps lead to each local state, at most and at least; refused if one can be come back to."""
        longest, shortest = [0] * len(self.rows), [0] * len(self.rows)
        waiting = [0] * len(self.rows)
        for row in self.rows:
            for after in row.ways:
                waiting[after] += 1
        ready, done = [number for number, before in enumerate(waiting) if not before], 0
        least: dict[int, int] = {}
        while ready:
            number = ready.pop()
            shortest[number] = least.get(number, 0)
            done += 1
            for after in self.rows[number].ways:
                longest[after] = max(longest[after], longest[number] + 1)
                least[after] = min(least.get(after, shortest[number] + 1), shortest[number] + 1)
                waiting[after] -= 1
                if not waiting[after]:
                    ready.append(after)
        self.returns = done < len(self.rows)
        if self.returns and self.instance.proposers is None:
            raise RefusedError("a validator can come back to where it was: there is no progress to go by")
        return longest, shortest

    def _renamings(self) -> list[list[int]]:
        """For each renaming of values but the trivial one, what becomes of each local state."""
        if not self.instance.symmetric:
            return []
        made = []
        for names in permutations(self.instance.names):
            if names == self.instance.names:
                continue
            to = dict(zip(self.instance.names, names, strict=True))
            renamed = [self.locals.rename(number, names) for number in range(len(self.rows))]
            if len(self.locals.all) > len(self.rows) or not all(
                self._renamed_row(number, renamed, to) == self._contents(self.rows[renamed[number]])
                for number in range(len(self.rows))
            ):
                raise RefusedError("a rule tells values apart, so states that differ by names do not count once")
            made.append(renamed)
        return made

    def _renamed_row(self, number: int, renamed: list[int], to: dict[bytes, bytes]) -> object:
        def guard_of(guard: Guard) -> Guard:
            return frozenset(
                ((*question[:2], to.get(question[2], question[2])) if len(question) == 3 else question, least)  # type: ignore[call-overload]  # a value's name
                for question, least in guard
            )

        row = self.rows[number]
        ways = {renamed[after]: {guard_of(guard) for guard in ways} for after, ways in row.ways.items()}
        return ways, {(round, to[value], guard_of(guard)) for round, value, guard in row.decides}

    @staticmethod
    def _contents(row: Row) -> object:
        return row.ways, row.decides
