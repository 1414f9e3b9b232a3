"""Questions to the solver as scripts in SMT-LIB 2, which any other solver can answer.

A script asks whether integers exist that take a path and break what is demanded there. It holds the path's conditions,
as far as they have to do with the demand, the definitions of all that they speak of, and the demand's negation. The
ladder of `symbolic.solving` is climbed with these very assertions: what is printed was decided as it is printed.

A product of unknowns is an unknown of its own, named `a*b`, and the question one of linear arithmetic: if no value of
it will do, neither will the product. Where more has to be known of products, the script states it, and
`lemmas_on_products` gives, once, all that is ever stated so. Where that does not suffice, products are products.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import z3

from clearstone.proofs.symbolic.definitions import Cases, PositivePart, Quotient, Symbol
from clearstone.proofs.symbolic.encodings import Encoding, hypothesis_products, sign_lemmas
from clearstone.proofs.symbolic.formulas import Both, Formula, Not, Within, at_least_zero, atoms_of, negation
from clearstone.proofs.symbolic.polynomials import Monomial, Polynomial, atom
from clearstone.proofs.symbolic.solving import RUNGS, STEPS, Rung, Solver
from clearstone.proofs.symbolic.vocabulary import Vocabulary

MEANS: dict[Rung, str] = {
    "linear": "linear arithmetic; each product is an unknown",
    "signs": "linear arithmetic, and what is true of products: their signs and sizes",
    "products": "linear arithmetic, products of hypotheses, and what is true of products: their signs and sizes",
    "nonlinear": "nonlinear arithmetic",
}
"""How a question was decided."""
LOGICS: dict[Rung, str] = {"linear": "QF_LIA", "signs": "QF_LIA", "products": "QF_LIA", "nonlinear": "QF_NIA"}
"""What SMT-LIB calls the theory of a rung."""
TAKEN = frozenset(
    [
        "abs",
        "and",
        "as",
        "assert",
        "distinct",
        "div",
        "exists",
        "false",
        "forall",
        "ite",
        "let",
        "mod",
        "not",
        "or",
        "par",
        "true",
        "xor",
        "_",
        "!",
    ]
)
"""Words that mean something in SMT-LIB, also between bars."""
LONGEST = 200
"""Longest formula in a comment."""
TOKEN = re.compile(r"\|[^|]*\||[^\s()|]+")
"""A name in a script, or a number or operator."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whether something follows from a path, for all integers."""

    title: str
    """Which path, and what should follow."""
    conditions: tuple[Formula, ...]
    """The path."""
    goal: Formula | bool
    """What should follow."""


@dataclass(frozen=True, slots=True)
class Script:
    """A question in SMT-LIB."""

    text: str
    """The script."""
    rung: str
    """The rung that decided it; empty if none did."""


class NamedEncoding(Encoding):
    """Unknowns under the names that the obligation gives them."""

    def __init__(self, products: bool, vocabulary: Vocabulary) -> None:
        """Encode formulas over this vocabulary, in a context of their own."""
        super().__init__(products, z3.Context())
        self.vocabulary = vocabulary

    def name(self, monomial: Monomial) -> str:
        """The names of the factors."""
        return "*".join(name_of(self.vocabulary, place) for place in monomial)

    def declarations(self, text: str) -> list[str]:
        """Declarations of all unknowns that stand in a text."""
        tokens = {token.strip("|") for token in TOKEN.findall(text)}
        names = sorted({str(made) for made in self.monomials.values()} & tokens)
        return [f"(declare-fun |{name}| () Int)" for name in names]


class ScriptWriter:
    """Writes questions about one vocabulary."""

    def __init__(self, solver: Solver) -> None:
        """Write questions as this solver is asked them."""
        self.vocabulary, self.relevant = solver.vocabulary, solver.relevant
        self.opaque, self.exact = NamedEncoding(False, self.vocabulary), NamedEncoding(True, self.vocabulary)

    def formulas(self, question: Question) -> tuple[Formula, ...]:
        """What cannot be true together if it follows: the relevant part of the path, then the goal's negation."""
        if isinstance(question.goal, bool):
            return question.conditions
        return self.relevant(question.conditions, negation(question.goal))

    def script(self, question: Question, formulas: Sequence[Formula]) -> Script:
        """The script of a question, as the lowest rung can decide it that can; if none can, on the highest."""
        facts = self.vocabulary.closure(formulas)
        for rung in RUNGS:
            text, decided = self._on_rung(question, formulas, facts, rung)
            if decided:
                return Script(text, rung)
        return Script(text, "")

    def _on_rung(
        self, question: Question, formulas: Sequence[Formula], facts: Sequence[Formula], rung: Rung
    ) -> tuple[str, bool]:
        """The script on one rung, and whether it is decided so."""
        encoding = self.exact if rung == "nonlinear" else self.opaque
        whole = (*formulas, *facts)
        products = list(hypothesis_products(whole)) if rung == "products" else []
        signs = list(sign_lemmas(encoding, (*whole, *products))) if rung in ("signs", "products") else []
        given, lemmas = [encoding.of(formula) for formula in whole], [*map(encoding.of, products), *signs]
        decided = self._contradict(encoding, rung, [*given, *lemmas])
        if decided and lemmas:
            lemmas = self._needed(encoding, rung, given, lemmas)
        before = len(formulas) - (not isinstance(question.goal, bool))
        parts = (
            ("the path", given[:before]),
            ("what is always true of what it speaks of", given[len(formulas) :]),
            ("what is true of products in general, here needed of these", lemmas),
            ("what should follow, denied", given[before : len(formulas)]),
        )
        atoms = sorted({place for formula in whole for place in atoms_of(formula)})
        lines = [f"; {question.title}", f"; to show: {said(self.vocabulary, question.goal)}"]
        lines.append(f"; decided by {MEANS[rung]}" if decided else "; not proved")
        lines += defined(self.vocabulary, atoms)
        lines.append(f"(set-logic {LOGICS[rung]})")
        asserted = [(heading, [f"(assert {each.sexpr()})" for each in listed]) for heading, listed in parts if listed]
        lines += encoding.declarations("\n".join(line for _, listed in asserted for line in listed))
        lines += [line for heading, listed in asserted for line in (f"; {heading}", *listed)]
        return "\n".join([*lines, "(check-sat)", ""]), decided

    def _solver(self, encoding: Encoding, rung: Rung, assertions: Iterable[z3.BoolRef]) -> z3.Solver:
        """A solver as the ladder uses it."""
        linear = rung != "nonlinear"
        solver = z3.SolverFor(LOGICS[rung], encoding.context) if linear else z3.SimpleSolver(ctx=encoding.context)
        solver.set("rlimit", STEPS[rung])
        solver.add(list(assertions))
        return solver

    def _contradict(self, encoding: Encoding, rung: Rung, assertions: Iterable[z3.BoolRef]) -> bool:
        """Whether the solver finds that these cannot be true together."""
        return bool(self._solver(encoding, rung, assertions).check() == z3.unsat)

    def _needed(
        self, encoding: Encoding, rung: Rung, given: list[z3.BoolRef], lemmas: list[z3.BoolRef]
    ) -> list[z3.BoolRef]:
        """Those lemmas that the contradiction needs; all, if it is not found with these alone."""
        switches = z3.Bools([f"lemma{number}" for number in range(len(lemmas))], encoding.context)
        guarded = [z3.Implies(switch, lemma) for switch, lemma in zip(switches, lemmas, strict=True)]
        solver = self._solver(encoding, rung, [*given, *guarded])
        if solver.check(*switches) != z3.unsat:
            return lemmas
        core = {str(switch) for switch in solver.unsat_core()}
        few = [lemma for switch, lemma in zip(switches, lemmas, strict=True) if str(switch) in core]
        return few if self._contradict(encoding, rung, [*given, *few]) else lemmas


def name_of(vocabulary: Vocabulary, place: int) -> str:
    """What an atom is called: a symbol by its name, anything else by what it is and a number."""
    match vocabulary.definitions[place]:
        case Symbol(name):
            return f"{name} (input)" if name in TAKEN else name
        case Quotient():
            return f"quotient#{place}"
        case PositivePart():
            return f"positive#{place}"
        case Cases():
            return f"case#{place}"


def defined(vocabulary: Vocabulary, atoms: Iterable[int]) -> Iterator[str]:
    """Comments: what those atoms are that are no inputs."""
    for place in atoms:
        match vocabulary.definitions[place]:
            case Quotient(numerator, divisor):
                said = f"({shown(vocabulary, numerator)}) // ({shown(vocabulary, divisor)}), rounded down"
            case PositivePart(of):
                said = f"max(0, {shown(vocabulary, of)})"
            case Cases(cases):
                said = f"one of {', '.join(shown(vocabulary, value) for _, value in cases)}, by cases"
            case Symbol():
                continue
        yield f"; {name_of(vocabulary, place)} is {said}"


def shown(vocabulary: Vocabulary, polynomial: Polynomial) -> str:
    """A polynomial as a person writes it."""
    terms = []
    for monomial, factor in sorted(polynomial.terms.items(), reverse=True):
        names = [name_of(vocabulary, place) for place in monomial]
        number = [] if abs(factor) == 1 and names else [str(abs(factor))]
        terms.append(("- " if factor < 0 else "+ ") + " * ".join([*number, *names]))
    return " ".join(terms).removeprefix("+ ") or "0"


def said(vocabulary: Vocabulary, formula: Formula | bool) -> str:
    """A formula as a person writes it; at length it is left to the script."""
    match formula:
        case Within(form, low, high) if low == high:
            text = f"{shown(vocabulary, form)} = {low}"
        case Within(form, low, high):
            least, most = "" if low is None else f"{low} <= ", "" if high is None else f" <= {high}"
            text = f"{least}{shown(vocabulary, form)}{most}"
        case Both(parts):
            text = " and ".join(said(vocabulary, part) for part in parts)
        case Not(part):
            text = f"not ({said(vocabulary, part)})"
        case _:
            text = "no input gets here"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def lemmas_on_products() -> Iterator[tuple[str, str]]:
    """All that scripts ever state of products, each as a script that shows it to be true of all integers."""
    vocabulary = Vocabulary()
    a, b, c = (vocabulary.define(Symbol(name, None, None)) for name in "abc")
    encoding = NamedEncoding(True, vocabulary)
    whole = [at_least_zero(a * b), at_least_zero(a * c)]
    names = "".join(f"(declare-fun |{name}| () Int)\n" for name in "abc")
    for number, lemma in enumerate(sign_lemmas(encoding, whole), 1):
        title = f"products in general, {number}: of any integers this is true"
        yield title, f"; {title}\n(set-logic QF_NIA)\n{names}(assert (not {lemma.sexpr()}))\n(check-sat)\n"
    title = "products in general: the product of two that are not negative is not negative"
    stated = [encoding.of(at_least_zero(one)) for one in (atom(0), atom(1))]
    stated.append(encoding.of(negation(at_least_zero(a * b))))
    asserted = "".join(f"(assert {each.sexpr()})\n" for each in stated)
    yield title, f"; {title}\n(set-logic QF_NIA)\n{names}{asserted}(check-sat)\n"
