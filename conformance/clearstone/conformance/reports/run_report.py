"""A run as a whole: who was asked, what came of every case, and which rules the failures point at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from clearstone.conformance.runner.verdicts import VERDICTS, Result, Verdict
from clearstone.conformance.wire import SUITES, Hello
from clearstone.spec.rules import RULES

WHOLE_STATES = frozenset({"apply_transaction", "apply_blocks", "genesis", "root_of_state"})
"""Operations whose answer is a whole state, or its hash."""

_LATER_BLOCK = re.compile(r"blocks\[\d+\]\.rejection")
_RULE = re.compile(r"\b[A-Z]+-\d+[a-z]?\b")


@dataclass(frozen=True, slots=True)
class RunReport:
    """A finished run."""

    command: tuple[str, ...]
    """What started the client."""
    client: Hello | None
    """How it introduced itself; None if it never did."""
    results: tuple[Result, ...]
    """What came of each case, one result for every case."""
    notes: tuple[str, ...] = ()
    """What went wrong that no single case is to blame for."""
    starts: int = 1
    """How often the client was started."""
    seconds: float = 0.0
    """What the run took."""
    now_passing: tuple[str, ...] = ()
    """Ids in the list of known failures that pass: to be taken off it."""
    known: frozenset[str] = frozenset()
    """Ids of the cases that are known to fail."""

    @property
    def name(self) -> str:
        """What the client is called."""
        return self.command[0] if self.client is None else f"{self.client.name} {self.client.version}"

    @property
    def conforms(self) -> bool:
        """Whether nothing failed but what is known to, everything was run, and the list of known failures is true."""
        return self.client is not None and not self.now_passing and not self.bad

    @property
    def bad(self) -> tuple[Result, ...]:
        """The cases that failed or were not run, but for those that are known to fail."""
        return tuple(
            each for each in self.results if each.verdict in ("failed", "not run") and each.case.id not in self.known
        )


@dataclass(frozen=True, slots=True)
class Suspect:
    """A rule that failures point at."""

    rule: str
    """Its id."""
    failed: int
    """Cases that name it and failed."""
    asked: int
    """Cases that name it and passed or failed."""
    score: float
    """How much points at it, 0 to 1."""


def tally(results: tuple[Result, ...]) -> Mapping[str, Mapping[Verdict, int]]:
    """How many cases of each suite came to what, in the order of suites."""
    counts: dict[str, Counter[Verdict]] = {}
    for result in results:
        counts.setdefault(result.case.suite, Counter())[result.verdict] += 1
    return {suite: {verdict: counts[suite][verdict] for verdict in VERDICTS} for suite in SUITES if suite in counts}


def suspects(results: tuple[Result, ...]) -> tuple[Suspect, ...]:
    """The rules that failures point at, the likeliest first.

    A rule is the likelier the more failed cases name it and the fewer passed ones do, as one compares failing tests
    with the code that they run. A broken foundation breaks all that stands on it, and suites stand on those before
    them: so each suite that has failures counts half of the one before, and within a suite cases that ask a single
    function come before those that ask for a whole state, which rests on everything.
    """
    whole = _scores(results)
    points = dict.fromkeys(whole, 0.0)
    weight = 1.0
    for suite in SUITES:
        for whole_states in (False, True):
            group = tuple(
                each
                for each in results
                if each.case.suite == suite and (each.case.operation in WHOLE_STATES) == whole_states
            )
            scores = _scores(group)
            best = max((score for _, _, score in scores.values()), default=0.0)
            for rule, (_, _, score) in scores.items():
                points[rule] += weight * score / best
            weight = weight / 2 if scores else weight
    found = (Suspect(rule, failed, asked, points[rule] / 2) for rule, (failed, asked, _) in whole.items())
    return tuple(sorted(found, key=lambda each: (-each.score, each.rule)))


def _scores(results: tuple[Result, ...]) -> dict[str, tuple[int, int, float]]:
    """For each rule that a failure names: failures and cases that name it, and how well the two agree."""
    failed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    failures = 0
    for result in results:
        if result.verdict in ("passed", "failed"):
            asked.update(named(result))
        if result.verdict == "failed":
            failed.update(named(result))
            failures += 1
    return {rule: (count, asked[rule], count / sqrt(failures * asked[rule])) for rule, count in failed.items()}


def named(result: Result) -> frozenset[str]:
    """The rules that a result is about: those of its case, and those by which it was or should have been rejected.

    Once a block has gone wrong, all that come after are refused for naming another root: that says nothing more.
    """
    texts = [result.reason]
    for number, each in enumerate(result.differences):
        if each.path.endswith("rejection") and (number == 0 or not _LATER_BLOCK.fullmatch(each.path)):
            texts.append(f"{each.expected} {each.actual}")
    found = {rule for text in texts for rule in _RULE.findall(text) if rule in RULES}
    return frozenset(found.union(result.case.rules))
