"""What the rules of the exchange machine share: the run so far, how a step is taken, how near to trouble it came."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis import target
from hypothesis.stateful import initialize

from clearstone.models.scenario_genesis import USD
from clearstone.models.stateful.exchange_program import Act, Step
from clearstone.models.stateful.exchange_run import ExchangeRun, Taken
from clearstone.models.stateful.exchange_world import WORLDS
from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.observed_machine import ObservedMachine
from clearstone.spec.margin import equity, health_equity, maintenance_requirement
from clearstone.spec.transactions import Action


class ExchangeBase(ObservedMachine):
    """A program on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.run: ExchangeRun | None = None
        self.least_health = self.deepest = 0

    @property
    def now(self) -> ExchangeRun:
        """The run so far."""
        assert self.run is not None, "a program starts in a world"
        return self.run

    def take(self, step: Step) -> Taken:
        """Take a step, and end the program if anything is wrong."""
        taken = self.now.take(step)
        if taken.violations:
            raise Broken(taken.violations)
        state = self.now.state
        for _, account in state.ledger.accounts.items():
            if account.positions:
                spare = health_equity(account, state.quotes) - maintenance_requirement(account, state.quotes)
                self.least_health = min(self.least_health, max(spare, -100 * USD))
            self.deepest = min(self.deepest, equity(account, state.quotes))
        return taken

    def act(self, name: str, action: Action, elapsed: int = 1_000) -> Taken:
        """Let somebody do one thing."""
        return self.take(Step((Act(name, action),), elapsed))

    def teardown(self) -> None:
        """Say how near to trouble the program came."""
        if self.run is not None:
            run, self.run = self.run, None  # Hypothesis keeps machines in cycles, and they all their states
            self.observe(run)
            target(float(-self.least_health), label="how far below maintenance an account came")
            target(float(-self.deepest), label="how far below zero an account came")

    @initialize(world=st.sampled_from(WORLDS))
    def start(self, world: str) -> None:
        """Begin."""
        self.run = ExchangeRun(world)
