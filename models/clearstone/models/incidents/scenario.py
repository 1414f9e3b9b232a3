"""What a scenario is, and how one is run.

A scenario is an attack, or the accident, of one row of the list of incidents, tried on this protocol. Its script drives
chains and states what it expects: that a rule refuses the attempt, or what the attacker is left with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.models.chain import Applied, Chain
from clearstone.models.expectations import Expectation, Expectations, Judged, follow
from clearstone.models.scenario_genesis import started
from clearstone.spec.genesis import Genesis
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import State
from clearstone.spec.transactions import Action


@dataclass(frozen=True, slots=True)
class ScenarioResult(Judged):
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
    def history(self) -> tuple[Applied, ...]:
        """The blocks of all chains, one chain after the other: for what is checked of a single step."""
        return tuple(applied for blocks in self.histories for applied in blocks)


class Trial(Expectations):
    """A scenario while it runs: the chains that it started and what it expected so far."""

    def __init__(self) -> None:
        """Begin with no chain and nothing expected."""
        super().__init__()
        self.chains: list[Chain] = []

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

    def refused(self, statement: str, rule: str, receipt: Receipt) -> None:
        """Expect that a transaction was refused by a rule."""
        self.expect_refusal(statement, rule, receipt.rejection)

    def accepted(self, statement: str, receipt: Receipt) -> None:
        """Expect that a transaction was accepted."""
        self.expect_acceptance(statement, receipt.rejection)


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
        follow(self.script, trial)
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
