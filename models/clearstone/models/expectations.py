"""What scenarios expect, and how their scripts are followed: shared by the incidents and the directed scenarios.

A script drives something and says what it expects of it. A broken rule makes an expectation fail; so does an exception,
since the specification answers everything with a value (ENC-3), and a script whose preparations no longer come about
says as much.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from clearstone.spec.receipts import Rejection


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that a scenario expects, and whether it was so."""

    statement: str
    """What is expected, as a sentence."""
    holds: bool
    """Whether it was so."""
    detail: str
    """Figures, or what was seen instead."""


class Expectations:
    """What a script has expected so far."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.expectations: list[Expectation] = []

    def expect(self, statement: str, holds: bool, detail: object = "") -> None:
        """Expect something."""
        self.expectations.append(Expectation(statement, holds, str(detail)))

    def expect_refusal(self, statement: str, rule: str, rejection: Rejection | None) -> None:
        """Expect that something is refused by a rule."""
        seen = "accepted" if rejection is None else f"{rejection.rule}: {rejection.reason}"
        self.expect(statement, rejection is not None and rejection.rule == rule, seen)

    def expect_acceptance(self, statement: str, rejection: Rejection | None) -> None:
        """Expect that something is not refused."""
        seen = "accepted" if rejection is None else f"{rejection.rule}: {rejection.reason}"
        self.expect(statement, rejection is None, seen)


class Judged:
    """A result that rests on expectations."""

    __slots__ = ()

    expectations: tuple[Expectation, ...]

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return all(expectation.holds for expectation in self.expectations)

    @property
    def failures(self) -> tuple[Expectation, ...]:
        """What was not as expected."""
        return tuple(expectation for expectation in self.expectations if not expectation.holds)


T = TypeVar("T", bound=Expectations)


def follow(script: Callable[[T], None], trial: T) -> None:
    """Follow a script; whatever goes wrong is a failed expectation, never an exception."""
    try:
        script(trial)
    except Exception as error:
        trial.expect("the scenario runs to its end", False, f"{type(error).__name__}: {error}")
