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
from clearstone.spec.consensus.claims import Claim, Commit, Polka, Proposed, Split, Timeout
from clearstone.spec.consensus.messages import PROPOSE, Message, SignedMessage, Vote
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
        self.owed: list[str] = []
        self.locals = LocalStates(instance) if locals is None else locals
        self.soup = Soup(instance)
        self.effects = Effects(instance, self.locals, self.soup, judges_steps)
        self.powers = [instance.powers[place] for place in instance.correct]
        self.contributions: list[tuple[int, ...]] = []
        self.byzantine_votes = safety.sent_by_byzantine(instance)
        self.renamings = [names for names in permutations(instance.names) if names != instance.names]
        self.renamed: list[list[int]] = [[] for _ in self.renamings]
        self.votes: dict[tuple[int, bytes], frozenset[Message]] = {}
        self.groups = alike(instance)
        self.twins = [
            next([other for other in group if other < index] for group in self.groups if index in group)
            for index in range(len(instance.correct))
        ]

    def initial(self) -> Iterator[GlobalState]:
        """Nobody has begun."""
        yield self.locals.starts

    def canonical(self, state: GlobalState) -> GlobalState:
        """The least of the states that differ from this one by names alone."""
        if not self.instance.symmetric:
            return state
        least = self.in_order(state)
        for names, known in zip(self.renamings, self.renamed, strict=True):
            while len(known) < len(self.locals.all):
                known.append(self.locals.rename(len(known), names))
            other = self.in_order(tuple([known[number] for number in state]))
            least = min(least, other)
        return least

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

    def expand(self, state: GlobalState) -> Expansion[GlobalState, Happening]:
        """Offer every claim to every correct validator."""
        self.fill(state)
        self.owed.clear()
        steps: list[Step[GlobalState, Happening]] = []
        decidable: set[bytes] = set()
        for index, place in enumerate(self.instance.correct):
            if any(state[other] == state[index] for other in self.twins[index]):
                continue  # what it can do, its twin can
            seen = {state[index]}
            for effect in self.effects_of(place, state[index]):
                if effect.values:
                    decidable |= effect.values
                findings = effect.findings if effect.findings is not None else self.judge(state, place, effect)
                for carried_out, after, wrong in effect.ways:
                    if after not in seen or findings or wrong:
                        seen.add(after)
                        label = Happening(place, effect.claim, effect.candidate, carried_out)
                        moved = (*state[:index], after, *state[index + 1 :])
                        steps.append(Step(label, moved, (*findings, *wrong)))
        return Expansion(steps, self.wrong_with(state, decidable, is_last=not steps))

    def wrong_with(self, state: GlobalState, decidable: set[bytes], *, is_last: bool) -> tuple[str, ...]:
        """What is wrong with a state in which these blocks can be decided; `is_last` if nothing can happen in it."""
        wrong: tuple[str, ...] = tuple(dict.fromkeys(self.owed))
        if self.judges_agreement and (decidable or self.instance.keeps_decisions):
            decided = {self.locals.all[number].node.decision for number in state} - {NIL}
            wrong = (*safety.agreement(decidable | decided), *wrong)
        if is_last and safety.is_stuck([self.locals.all[number].node for number in state], self.instance.rounds):
            wrong = (*wrong, "no-deadlock: nothing can happen although not all have come to the end")
        return wrong

    def effects_of(self, place: int, number: int) -> Iterator[Effect]:
        """What the claims of one validator lead to, the log being filled."""
        prospects = self.effects.of(place, number)
        yield from prospects.fixed
        node, soup = self.locals.all[number].node, self.soup
        turns, scheduled = self.effects.turns[place], self.instance.timers_are_scheduled
        somebody_proposes = self.instance.proposers is not None
        for asking in prospects.asking:
            if somebody_proposes:
                soup.own_candidate = dict.fromkeys(turns, asking.candidate)
            outcome = step(node, soup, asking.claim)
            if outcome.node is node and not outcome.actions:
                if asking.joins is not None:
                    self.owed += safety.left_behind(self.instance, node, asking.claim, self.heard(asking.joins))
                continue
            if not scheduled or self.may_run_out(place, node, asking.claim):
                yield self.effects.effect(asking, place, number, outcome)

    def heard(self, round: int) -> int:
        """The power heard from in a round, the log being filled."""
        return self.soup.counts[self.soup.places[(round,)]]

    def may_run_out(self, place: int, node: Node, claim: Claim) -> bool:
        """Whether the timer that has run out, according to a claim, was scheduled: whoever proposes awaits nothing."""
        if not isinstance(claim, Timeout):
            return True
        if claim.step == PROPOSE:
            return claim.round not in self.effects.turns[place]
        return Schedule(claim.step, claim.round) in step(node, self.soup, Split(claim.step)).actions

    def judge(self, state: GlobalState, place: int, effect: Effect) -> tuple[str, ...]:
        """What is wrong with a step that must be judged by what others voted.

        Of that only votes for the block in question are shown, so that the same comes up often and is not asked again.
        Fewer messages can only make the verdict stricter.
        """
        assert effect.claim is not None, "a crash is judged by itself"
        value = effect.claim.proposal.block_id if isinstance(effect.claim, (Proposed, Polka, Commit)) else NIL
        votes = [self.votes_for(number, value) for number in state]
        index, heard = self.instance.correct.index(place), self.heard(effect.outcome.node.round)
        shown = (place, heard, *votes[:index], *votes[index + 1 :])
        known = effect.verdicts.get(shown)
        if known is None:
            log = [
                SignedMessage(self.instance.validators[sender].key, message, b"")
                for sender, said in zip(self.instance.correct, votes, strict=True)
                for message in said
            ]
            before, after = self.locals.all[state[index]], self.locals.all[effect.ways[0].after]
            log += self.byzantine_votes
            known = safety.claimed(self.instance, place, before, effect.claim, effect.outcome, after, log, heard)
            effect.verdicts[shown] = known
        return known

    def votes_for(self, number: int, value: bytes) -> frozenset[Message]:
        """What a validator in a local state has voted for a block; nothing is looked for if there is no block."""
        known = self.votes.get((number, value))
        if known is None:
            said = self.locals.all[number].said
            known = frozenset(each for each in said if isinstance(each, Vote) and each.block_id == value != NIL)
            self.votes[number, value] = known
        return known


def alike(instance: Instance) -> list[list[int]]:
    """Which correct validators may be renamed into each other, by their places among the correct.

    Those that propose in some round are like no other.
    """
    groups: dict[tuple[int, int], list[int]] = {}
    for index, place in enumerate(instance.correct):
        is_special = not instance.symmetric or place in (instance.proposers or ())
        groups.setdefault((instance.powers[place], index if is_special else -1), []).append(index)
    return list(groups.values())
