"""The theorems about the abstract system, as entries of the report beside the obligations on the code.

A theorem holds if each of its conditions is proved and each of its assumptions is satisfiable. If a condition is not
proved, the same condition is looked at in a small universe, where the solver always finds what breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypeAlias

import z3

from clearstone.models.cluster.message_log import MessageLog
from clearstone.proofs.consensus import accountability, agreement, bridge, never_accused, one_message, quorums
from clearstone.proofs.consensus.conditions import Answer, Condition, Proof, Verdict, decide, solver_of
from clearstone.proofs.consensus.universe import finite, unbounded
from clearstone.proofs.obligations import Counterexample, ProofResult, place_of
from clearstone.spec.consensus import evidence, rules, validators
from clearstone.spec.consensus.step import step

Witnesses: TypeAlias = Callable[[], list[tuple[str, tuple[z3.BoolRef, ...]]]]
"""What has to be satisfiable, each with a name."""
Replay: TypeAlias = Callable[[z3.ModelRef, str], tuple[dict[str, int], bool]]
"""Turns a counterexample into numbers, and says whether the spec's own functions confirm it."""


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement about any number of validators, rounds and blocks."""

    id: str
    """Its name: a sentence with underscores."""
    statement: str
    """The sentence."""
    rules: tuple[str, ...]
    """Rules of the protocol that it is about."""
    about: tuple[Callable[..., Any], ...]
    """Functions of the specification that it speaks of."""
    proofs: Callable[[], list[Proof]]
    """Its conditions, unbounded."""
    witnesses: Witnesses
    """What has to be satisfiable."""
    small: Callable[[], list[Proof]] | None
    """The same conditions in a small universe, where there is one."""
    replay: Replay | None
    """How a counterexample is replayed, where there is a function to replay it on."""

    def prove(self, seed: int = 0) -> ProofResult:
        """Decide every condition, then look for a witness of every assumption."""
        began = perf_counter()
        about = tuple(place_of(function) for function in self.about)
        result = ProofResult(self.id, self.statement, self.rules, about, "INDUCTIVE")
        for condition in self.conditions():
            answer = decide(condition, seed)
            if answer.verdict is not Verdict.PROVED:
                self.explain(answer, result)
                break
            result.requirements += 1
        else:
            self.witness(result)
        result.seconds = perf_counter() - began
        return result

    def conditions(self) -> Iterator[Condition]:
        """Every condition: what `--explain` prints, each for any solver to refute."""
        for proof in self.proofs():
            yield from proof.conditions

    def witness(self, result: ProofResult) -> None:
        """Note each satisfiable assumption as an outcome; one that is not makes the theorem vacuous."""
        for name, assumed in self.witnesses():
            if solver_of(assumed).check() != z3.sat:
                result.verdict, result.detail = "vacuous", f"no witness was found of what is assumed: {name}"
                return
            result.outcomes[name] = 1

    def explain(self, answer: Answer, result: ProofResult) -> None:
        """Say what is not proved, and look for numbers that show why."""
        name = answer.condition.name
        result.verdict = "refuted" if answer.verdict is Verdict.REFUTED else "undecided"
        result.detail = f"not shown: {name}"
        if answer.model is not None and self.replay is not None:
            values, confirmed = self.replay(answer.model, name)
            result.counterexample = Counterexample(name, values, {}, confirmed)
        elif self.small is not None:
            self.look_closer(name, result)

    def look_closer(self, name: str, result: ProofResult) -> None:
        """Decide the same condition in a small universe."""
        assert self.small is not None
        for proof in self.small():
            for condition in proof.conditions:
                answer = decide(condition) if condition.name == name else None
                if answer is not None and answer.model is not None:
                    result.verdict = "refuted"
                    result.counterexample = Counterexample(name, {}, described(answer.model), False)


def described(model: z3.ModelRef) -> dict[str, str]:
    """A counterexample to a statement about relations, as the solver prints it."""
    return {symbol.name(): str(model[symbol]).replace("\n", " ") for symbol in model.decls()}


SMALL = partial(finite, validators=3, blocks=2, quorums=3, rounds=3)
"""Three correct validators of four, two blocks, three rounds."""

THEOREMS = (
    Theorem(
        "no_two_correct_validators_ever_decide_differently",
        "No two correct validators decide differently, for any number of validators, weights, rounds and blocks, "
        "while any two quorums share a correct validator.",
        ("CONS-1", "CONS-2"),
        (step, rules.precommit_on_polka, rules.prevote_on_fresh_proposal, rules.prevote_on_reproposal, rules.decide),
        lambda: agreement.proofs(unbounded()),
        agreement.witnesses,
        lambda: agreement.proofs(SMALL()),
        None,
    ),
    Theorem(
        "any_two_quorums_share_a_correct_validator",
        "Any two sets with more than 2/3 of the power, of any list of weighted validators, share a correct validator "
        "while liars have less than 1/3.",
        ("CONS-1",),
        (validators.is_quorum, validators.exceeds_a_third, validators.total_power),
        lambda: quorums.proofs(quorums.MEET),
        lambda: quorums.witnesses(quorums.MEET),
        None,
        quorums.replay,
    ),
    Theorem(
        "any_two_quorums_share_more_than_a_third_of_the_power",
        "Any two sets with more than 2/3 of the power, of any list of weighted validators, share more than 1/3 of it, "
        "however many lie; and each has a correct member unless liars have more than 2/3.",
        ("CONS-1", "CONS-5"),
        (validators.is_quorum, validators.exceeds_a_third, validators.total_power),
        lambda: quorums.proofs(quorums.BLAME),
        lambda: quorums.witnesses(quorums.BLAME),
        None,
        quorums.replay,
    ),
    Theorem(
        "power_of_a_quorum_in_a_log_is_a_quorum_whose_correct_members_all_voted_so",
        "If the power behind a vote in a log, each sender counted once, is a quorum's, then there is a quorum all of "
        "whose correct members sent that vote, however many messages and validators there are.",
        ("CONS-1", "CONS-2"),
        (validators.is_quorum, MessageLog.add),
        bridge.proofs,
        bridge.witnesses,
        None,
        None,
    ),
    Theorem(
        "a_fork_convicts_all_that_some_two_quorums_share",
        "If two blocks are certified at a height, all validators that some two quorums share are guilty of "
        "equivocation or amnesia, as long as every quorum has a correct member.",
        ("CONS-5",),
        (evidence.accused, evidence.contradict, evidence.is_freed),
        lambda: accountability.proofs(unbounded()),
        accountability.witnesses,
        None,
        None,
    ),
    Theorem(
        "a_validator_says_one_thing_of_each_kind_in_a_round_across_restarts",
        "If every message is of a round and step after those of the stored record, and is stored with the record that "
        "it leads to, then a validator never says two things of one kind in one round.",
        ("CONS-3", "CONS-5"),
        (rules.send, rules.resume, evidence.contradict),
        one_message.proofs,
        one_message.witnesses,
        None,
        None,
    ),
    Theorem(
        "a_correct_validator_is_never_accused",
        "Whatever all others do, even if all of them lie, nothing that is ever recorded convicts a correct validator.",
        ("CONS-3", "CONS-5"),
        (step, evidence.accused, evidence.is_freed, rules.prevote_on_fresh_proposal, rules.prevote_on_reproposal),
        lambda: never_accused.proofs(unbounded()),
        never_accused.witnesses,
        None,
        None,
    ),
)
"""All theorems about the abstract system."""
