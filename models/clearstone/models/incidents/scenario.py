"""What a scenario is, and how one is run.

A scenario is an attack, or the accident, of one row of the list of incidents, tried on this protocol. Its script drives
chains and states what it expects: that a rule refuses the attempt, or what the attacker is left with. A broken rule
makes an expectation fail. So does an exception: the specification answers everything with a value (ENC-3), and a script
whose preparations no longer come about says as much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.models.chain import Applied, Chain
from clearstone.models.scenario_genesis import started
from clearstone.spec.genesis import Genesis
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import Action


@dataclass(frozen=True, slots=True)
class Expectation:
    """Something that a scenario expects, and whether it was so."""

    statement: str
    """What is expected, as a sentence."""
    holds: bool
    """Whether it was so."""
    detail: str
    """Figures, or what was seen instead."""


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """What running a scenario gave."""

    number: int
    """Number of the incident."""
    title: str
    """Name of the scenario."""
    expectations: tuple[Expectation, ...]
    """All that the scenario expected, in order; at least one."""
    histories: tuple[tuple[Applied, ...], ...]
    """The blocks of each chain that the scenario drove, from its genesis on."""

    @property
    def holds(self) -> bool:
        """Whether everything was as expected."""
        return all(expectation.holds for expectation in self.expectations)

    @property
    def failures(self) -> tuple[Expectation, ...]:
        """What was not as expected."""
        return tuple(expectation for expectation in self.expectations if not expectation.holds)

    @property
    def history(self) -> tuple[Applied, ...]:
        """The blocks of all chains, one chain after the other: for what is checked of a single step."""
        return tuple(applied for blocks in self.histories for applied in blocks)


class Trial:
    """A scenario while it runs: the chains that it started and what it expected so far."""

    def __init__(self) -> None:
        """Begin with no chain and nothing expected."""
        self.chains: list[Chain] = []
        self.expectations: list[Expectation] = []

    def start(self, genesis: Genesis) -> Chain:
        """Start a chain of which every block will be looked at; its feeds are fresh."""
        chain = started(genesis)
        self.chains.append(chain)
        return chain

    def resume(self, state: State, prices: Mapping[str, int]) -> Chain:
        """Start a chain in the middle, from any state, with prices (ticks by feed) in force."""
        chain = resumed(state, prices)
        self.chains.append(chain)
        return chain

    def expect(self, statement: str, holds: bool, detail: object = "") -> None:
        """Expect something."""
        self.expectations.append(Expectation(statement, holds, str(detail)))

    def refused(self, statement: str, rule: str, receipt: Receipt) -> None:
        """Expect that a transaction was refused by a rule."""
        seen = "accepted" if receipt.rejection is None else f"{receipt.rejection.rule}: {receipt.rejection.reason}"
        self.expect(statement, receipt.rejection is not None and receipt.rejection.rule == rule, seen)

    def accepted(self, statement: str, receipt: Receipt) -> None:
        """Expect that a transaction was accepted."""
        seen = "accepted" if receipt.rejection is None else f"{receipt.rejection.rule}: {receipt.rejection.reason}"
        self.expect(statement, receipt.rejection is None, seen)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One incident, tried on this protocol."""

    number: int
    """Number of the incident in the list of incidents."""
    title: str
    """What the attack or accident was, in a few words."""
    happened: str
    """What happened then, where and when; in brackets how it is known: S audit or code, P post-mortem, 2 secondary."""
    answer: str
    """How this protocol answers; begins with `absent:` where it has no such mechanism at all."""
    rules: tuple[str, ...]
    """Ids of the rules that it exercises."""
    script: Callable[[Trial], None]
    """Drives chains and states expectations."""

    @property
    def invariants(self) -> tuple[str, ...]:
        """Ids of the invariants that answer the incident, in the order of reports."""
        return tuple(each.id for each in INVARIANTS.values() if self.number in each.incidents)

    def run(self) -> ScenarioResult:
        """Run it; whatever goes wrong is a failed expectation, never an exception."""
        trial = Trial()
        try:
            self.script(trial)
        except Exception as error:
            trial.expect("the scenario runs to its end", False, f"{type(error).__name__}: {error}")
        histories = tuple(tuple(chain.history) for chain in trial.chains)
        return ScenarioResult(self.number, self.title, tuple(trial.expectations), histories)


def resumed(state: State, prices: Mapping[str, int]) -> Chain:
    """A chain that goes on from a state."""
    chain = object.__new__(Chain)
    chain.state, chain.prices, chain.history = state, dict(prices), []
    return chain


def act(chain: Chain, account: str, action: Action) -> Receipt:
    """One block in which an account's owner sends one transaction; its receipt."""
    return chain.run(chain.sign(account, action))[0]
