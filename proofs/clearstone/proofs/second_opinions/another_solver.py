"""cvc5, asked every question that Z3 answered: a solver of another group, with other algorithms.

The questions are the scripts that `clearstone prove --explain` prints, word for word, so what is checked here is what
an auditor can check. Like everywhere, the limit is on work and not on time; and what cvc5 cannot decide within it is
said by name, with cvc5's reason. A few ways to go about a question are tried in turn: quantifiers need another one than
products do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from clearstone.proofs.catalogue import Proof
from clearstone.proofs.explaining import VerificationCondition, verification_conditions
from clearstone.proofs.second_opinions.opinions import MissingToolError, Opinion

WORK_LIMIT = 2_000_000
"""Most units of work that cvc5 spends on one question in one way."""
WAYS: tuple[tuple[tuple[str, str], ...], ...] = (
    (),
    (("enum-inst", "true"), ("arrays-exp", "true")),
    (("nl-ext-tplanes", "true"),),
)
"""Options of cvc5, in the order in which they are tried."""


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """What cvc5 says of one question."""

    title: str
    """The question."""
    said: str
    """`unsat` confirms that it is proved; `sat` contradicts; else `unknown` and why."""
    way: int
    """Number of the way that decided it, from 0, or of the last one tried."""


def another_opinion(proof: Proof, seed: int = 0) -> Opinion:
    """What cvc5 says of all that a proof rests on; the first question that it contradicts or cannot decide is named."""
    began = perf_counter()
    answers = tuple(second_answers(proof, seed))
    refuted = [answer for answer in answers if answer.said == "sat"]
    undecided = [answer for answer in answers if answer.said not in ("sat", "unsat")]
    confirmed = len(answers) - len(refuted) - len(undecided)
    doubtful = (*refuted, *undecided)
    judgement = "refuted" if refuted else "no verdict" if undecided or not answers else "confirmed"
    return Opinion(
        proof.id,
        "cvc5",
        judgement,  # type: ignore[arg-type]  # one of the three
        f"{confirmed} of {len(answers)} questions",
        confirmed,
        f"{doubtful[0].title}: {doubtful[0].said}" if doubtful else "" if answers else "nothing is asked of a solver",
        seconds=perf_counter() - began,
    )


def second_answers(proof: Proof, seed: int = 0) -> Iterator[SecondAnswer]:
    """What cvc5 says of each question."""
    for condition in verification_conditions(proof, seed):
        if condition.is_asked:
            yield second_answer(condition)


def second_answer(condition: VerificationCondition) -> SecondAnswer:
    """What cvc5 says of one question, in the first way that decides it."""
    said = "unknown"
    for number, options in enumerate(WAYS):
        said = ask(condition.text, options)
        if said in ("sat", "unsat"):
            return SecondAnswer(condition.title, said, number)
    return SecondAnswer(condition.title, said, len(WAYS) - 1)


def ask(script: str, options: tuple[tuple[str, str], ...] = (), limit: int = WORK_LIMIT) -> str:
    """Run a script, and return what cvc5 says of its only question."""
    try:
        import cvc5
    except ImportError:
        raise MissingToolError("cvc5") from None
    solver: Any = cvc5.Solver(cvc5.TermManager())
    solver.setOption("reproducible-resource-limit", str(limit))
    for name, value in options:
        solver.setOption(name, value)
    parser: Any = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, parser.getSymbolManager())
    return said.strip()
