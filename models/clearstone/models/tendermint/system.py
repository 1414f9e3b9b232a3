"""The plain exploration: `spec.consensus.step` itself, called for every validator and every claim in every state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import TypeAlias

from clearstone.models.exploration.system import Expansion, Step
from clearstone.models.tendermint import safety
from clearstone.models.tendermint.effects import Effect, Effects, Happening
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.local_states import LocalStates
from clearstone.models.tendermint.soup import Soup
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Schedule
from clearstone.spec.consensus.claims import Claim, Split, Timeout
from clearstone.spec.consensus.messages import PROPOSE, Proposal, SignedMessage
from clearstone.spec.consensus.node import Node
from clearstone.spec.consensus.step import step

GlobalState: TypeAlias = tuple[int, ...]
"""The number of each correct validator's local state, in the order of their places."""


class TendermintSystem:
    """A finite instance of consensus, to be explored."""

    def __init__(
        self,
        instance: Instance,
        *,
        judges_agreement: bool = True,
        judges_steps: bool = True,
        locals: LocalStates | None = None,
    ) -> None:
        """Explore this instance, and judge what is asked for; with local states that have their numbers already."""
        self.instance = instance
        self.judges_agreement = judges_agreement
        self.locals = LocalStates(instance) if locals is None else locals
        self.soup = Soup(instance)
        self.effects = Effects(instance, self.locals, self.soup, judges_steps)
        self.powers = [instance.powers[place] for place in instance.correct]
        self.contributions: list[tuple[int, ...]] = []
        self.byzantine_votes = safety.sent_by_byzantine(instance)
        self.renamings = list(permutations(instance.names)) if instance.symmetric else [instance.names]
        self.groups = alike(instance)
        self.twins = [
            next([other for other in group if other < index] for group in self.groups if index in group)
            for index in range(len(instance.correct))
        ]

    def initial(self) -> Iterator[GlobalState]:
        """Nobody has begun."""
        yield (0,) * len(self.instance.correct)

    def canonical(self, state: GlobalState) -> GlobalState:
        """The least of the states that differ from this one by names alone."""
        if not self.instance.symmetric:
            return state
        return min(self.in_order(self.rename(state, names)) for names in self.renamings)

    def rename(self, state: GlobalState, names: tuple[bytes, ...]) -> GlobalState:
        """The state with its values renamed."""
        if names == self.instance.names:
            return state
        return tuple(self.locals.rename(number, names) for number in state)

    def in_order(self, state: GlobalState) -> GlobalState:
        """The state with validators that are alike in the order of their local states' numbers."""
        if len(self.groups) == 1:
            return tuple(sorted(state))
        made = list(state)
        for group in self.groups:
            for index, number in zip(group, sorted(state[each] for each in group), strict=True):
                made[index] = number
        return tuple(made)

    def fill(self, state: GlobalState) -> None:
        """Put into the log what has been sent in a state."""
        while len(self.contributions) < len(self.locals.all):
            self.contributions.append(self.soup.contributions(self.locals.all[len(self.contributions)]))
        self.soup.fill(self.powers, [self.contributions[number] for number in state])
        if self.instance.proposers is not None:
            said = (message for number in state for message in self.locals.all[number].said)
            self.soup.proposals = frozenset(message for message in said if isinstance(message, Proposal))

    def expand(self, state: GlobalState) -> Expansion[GlobalState, Happening]:
        """Offer every claim to every correct validator."""
        self.fill(state)
        steps: list[Step[GlobalState, Happening]] = []
        decidable: set[bytes] = set()
        for index, place in enumerate(self.instance.correct):
            if any(state[other] == state[index] for other in self.twins[index]):
                continue  # what it can do, its twin can
            seen = {state[index]}
            for effect in self.effects_of(place, state[index]):
                decidable.update(value for _, value in effect.decides)
                findings = effect.findings if effect.findings is not None else self.judge(state, place, effect)
                for way in effect.ways:
                    found = (*findings, *way.findings)
                    if way.after not in seen or found:
                        seen.add(way.after)
                        label = Happening(place, effect.claim, effect.candidate, way.carried_out)
                        steps.append(Step(label, (*state[:index], way.after, *state[index + 1 :]), found))
        nodes = [self.locals.all[number].node for number in state]
        wrong: tuple[str, ...] = ()
        if self.judges_agreement:
            decidable.update(node.decision for node in nodes if node.decision != NIL)
            wrong = safety.agreement(decidable)
        if not steps and safety.is_stuck(nodes, self.instance.rounds):
            wrong = (*wrong, "no-deadlock: nothing can happen although not all have come to the end")
        return Expansion(steps, wrong)

    def effects_of(self, place: int, number: int) -> Iterator[Effect]:
        """What the claims of one validator lead to, the log being filled."""
        prospects = self.effects.of(place, number)
        yield from prospects.fixed
        node, soup = self.locals.all[number].node, self.soup
        turns = self.effects.turns[place]
        for claim, candidate in prospects.asking:
            if turns:
                soup.own_candidate = dict.fromkeys(turns, candidate)
            outcome = step(node, soup, claim)
            if outcome.node is node and not outcome.actions:
                continue
            if self.instance.timers_are_scheduled and not self.may_run_out(place, node, claim):
                continue
            yield self.effects.effect(prospects, place, number, claim, candidate, outcome)

    def may_run_out(self, place: int, node: Node, claim: Claim) -> bool:
        """Whether the timer that has run out, according to a claim, was scheduled: whoever proposes awaits nothing."""
        if not isinstance(claim, Timeout):
            return True
        if claim.step == PROPOSE:
            return claim.round not in self.effects.turns[place]
        return Schedule(claim.step, claim.round) in step(node, self.soup, Split(claim.step)).actions

    def judge(self, state: GlobalState, place: int, effect: Effect) -> tuple[str, ...]:
        """What is wrong with a step that must be judged by the messages of all."""
        assert effect.claim is not None, "a crash is judged by itself"
        index = self.instance.correct.index(place)
        log = [
            SignedMessage(self.instance.validators[sender].key, message, b"")
            for sender, number in zip(self.instance.correct, state, strict=True)
            if sender != place
            for message in self.locals.all[number].said
        ]
        before, after = self.locals.all[state[index]], self.locals.all[effect.ways[0].after]
        log += self.byzantine_votes
        return safety.claimed(self.instance, place, before, effect.claim, effect.outcome, after, log)


def alike(instance: Instance) -> list[list[int]]:
    """Which correct validators may be renamed into each other, by their places among the correct.

    Those that propose in some round are like no other.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(instance.correct):
        is_special = not instance.symmetric or place in (instance.proposers or ())
        groups.setdefault((instance.powers[place], index if is_special else -1), []).append(index)
    return list(groups.values())
