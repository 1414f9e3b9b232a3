"""Running a program of the exchange on the spec, block by block, every invariant asked at each."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.invariants.registry import Violation
from clearstone.models.chain import Applied, accept_all
from clearstone.models.stateful.altered_blocks import misjudged
from clearstone.models.stateful.exchange_program import Act, Program, Step
from clearstone.models.stateful.exchange_world import LIAR, PLACES, world_chain
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import (
    Action,
    Body,
    Deposit,
    Liquidate,
    OpenAccount,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
)

TOTALITY = "totality"
"""What is violated if the spec answers with an exception, or refuses a block that a correct validator makes."""
RESTART = "restart"
"""What is violated if a state that was written down and read again is another one."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken."""

    step: Step
    """The step."""
    applied: Applied | None
    """Its block and what it did; None if it got no answer."""
    violations: tuple[Violation, ...]
    """What was wrong."""


class ExchangeRun:
    """A program on its way."""

    def __init__(self, world: str, tally: Tally | None = None) -> None:
        """Begin in a world. Every invariant is asked at every step, unless a tally is given that asks less."""
        self.world = world
        self.chain = world_chain(world)
        self.first = self.chain.state
        self.tally = Tally(thorough=True) if tally is None else tally
        self.taken: list[Taken] = []
        self._truthful = frozenset(validator.key for validator in self.state.validators)

    @property
    def state(self) -> State:
        """The state as it is."""
        return self.chain.state

    @property
    def program(self) -> Program:
        """What has been done so far."""
        return Program(self.world, tuple(taken.step for taken in self.taken))

    @property
    def length(self) -> int:
        """How many steps have been taken."""
        return len(self.taken)

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What was wrong at the last step."""
        return self.taken[-1].violations if self.taken else ()

    def take(self, step: Step) -> Taken:
        """Take a step; nothing that the spec does ends in an exception here."""
        applied: Applied | None = None
        height = self.state.height + 1
        try:
            if step.restarts:
                self._restart()
            applied = self._block(step)
            violations = self._judged(applied)
        except Exception as error:  # whatever it is, the spec should have answered
            detail = str(error) if isinstance(error, RestartError) else f"{type(error).__name__}: {error}"
            violations = (Violation(RESTART if isinstance(error, RestartError) else TOTALITY, height, detail),)
        self.taken.append(Taken(step, applied, violations))
        return self.taken[-1]

    def _restart(self) -> None:
        state = restore(snapshot_of(self.state))
        if isinstance(state, Rejection):
            raise RestartError(f"the state that was written down is refused: {state.rule}, {state.reason}")
        if state_root(state) != state_root(self.state):
            raise RestartError("the state that was read has another root")
        self.chain.state = state

    def _block(self, step: Step) -> Applied:
        validators = self.state.validators
        self.chain.prices.update(step.prices)
        reports: dict[bytes, dict[str, int]] = {validators[index].key: {} for index in step.silent}
        if step.lies:
            self._truthful -= {validators[LIAR].key}
            reports[validators[LIAR].key] = {**self.chain.prices, **dict(step.lies)}
        earlier: dict[str, int] = {}
        transactions = []
        for act in step.acts:
            transactions.append(self._transaction(act, earlier.get(act.who, 0)))
            earlier[act.who] = earlier.get(act.who, 0) + 1
        return self.chain.block(*transactions, elapsed=step.elapsed, reports=reports)

    def _judged(self, applied: Applied) -> tuple[Violation, ...]:
        refused = applied.receipt.rejection
        if refused is not None:
            detail = f"a block of a correct validator is refused: {refused.rule}, {refused.reason}"
            return (Violation(TOTALITY, applied.block.height, detail),)
        observed = BlockStep(
            applied.before, applied.block, applied.after, applied.receipt, accept_all, honest=self._truthful
        )
        return (*self.tally.check_block(observed), *misjudged(applied))

    def _transaction(self, act: Act, earlier: int) -> Transaction:
        state, action = self.state, resolved(act.action)
        expires = min(state.time + act.lifetime, MAX_TIME)
        if not act.who:
            validators = state.validators
            signatures = tuple(Signature(validators[index].key, bytes(64)) for index in act.signers)
            return Transaction(Body(state.chain, "", 0, expires, action), signatures)
        account = PLACES[act.who].id
        held = state.ledger.accounts.get(account)
        owner = held.owner if held is not None else action.owner if isinstance(action, OpenAccount) else bytes(32)
        following = (0 if held is None else held.nonce + 1) + earlier
        body = Body(state.chain, account, following if act.nonce is None else act.nonce, expires, action)
        return Transaction(body, (Signature(owner, bytes(64)),))


class RestartError(Exception):
    """A restart went wrong."""


def resolved(action: Action) -> Action:
    """An action with the ids of the accounts that it names."""
    match action:
        case Transfer():
            return replace(action, to=PLACES[action.to].id)
        case Liquidate() | Settle() | Deposit() | Release():
            return replace(action, account=PLACES[action.account].id)
        case _:
            return action


def run_program(program: Program, tally: Tally | None = None) -> ExchangeRun:
    """Run a program to its end, or to the first step at which something is wrong."""
    run = ExchangeRun(program.world, tally)
    for step in program.steps:
        if run.take(step).violations:
            break
    return run
