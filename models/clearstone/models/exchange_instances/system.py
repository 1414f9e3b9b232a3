"""The exchange as a system to be explored: `apply_block` in every state for everything on the menu."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clearstone.invariants.block_step import BlockStep
from clearstone.invariants.checking import Tally
from clearstone.models.chain import Applied, Chain, accept_all, forked
from clearstone.models.exchange_instances.menu import MENU, Choice
from clearstone.models.exchange_instances.refused import authentic
from clearstone.models.exchange_instances.starting import starting_chain
from clearstone.models.exploration.system import Expansion, Step
from clearstone.spec.blocks import Block
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Transaction
from clearstone.spec.transition import apply_block


@dataclass(frozen=True, slots=True)
class Happened:
    """What one step was."""

    name: str
    """What was chosen from the menu."""
    refused: str
    """Id of the rule that refused its transaction; empty if it was accepted, or there was none."""


class ExchangeState:
    """A state, the same as another if root and prices are."""

    __slots__ = ("prices", "root", "state")

    def __init__(self, state: State, prices: Mapping[str, int]) -> None:
        """A state, and the prices (in ticks by feed) that are reported from then on."""
        self.state = state
        self.prices = tuple(sorted(prices.items()))
        self.root = state_root(state)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ExchangeState) and (self.root, self.prices) == (other.root, other.prices)

    def __hash__(self) -> int:
        return hash((self.root, self.prices))


class ExchangeSystem:
    """A finite instance of the exchange; unbounded in time, so to be explored to a depth."""

    def __init__(self, menu: Sequence[Choice] = MENU) -> None:
        """Explore what is on this menu."""
        self.menu = menu
        self.chain, self.accounts = starting_chain()
        self.tally = Tally(thorough=True)
        self.accepted: dict[str, int] = {}

    def initial(self) -> Iterator[ExchangeState]:
        """The one state in which it starts."""
        yield ExchangeState(self.chain.state, self.chain.prices)

    def canonical(self, state: ExchangeState) -> ExchangeState:
        """No two states count as one."""
        return state

    def expand(self, state: ExchangeState) -> Expansion[ExchangeState, Happened]:
        """Let everything on the menu happen."""
        return Expansion([self.step(state, choice) for choice in self.menu])

    def step(self, state: ExchangeState, choice: Choice) -> Step[ExchangeState, Happened]:
        """Let one thing happen, and judge it; rules are total, so that one that raises is wrong in itself."""
        try:
            return self.judged_step(state, choice)
        except Exception as error:  # whatever a broken rule raises
            told = f"totality: {choice.name}: {type(error).__name__} was raised, {error}"
            return Step(Happened(choice.name, ""), state, (told,))

    def judged_step(self, state: ExchangeState, choice: Choice) -> Step[ExchangeState, Happened]:
        """Let one thing happen, and judge it."""
        chain = forked(self.chain)
        chain.state, chain.prices = state.state, dict(state.prices)
        applied = self.block(chain, choice)
        if choice.tamper is not None:
            return self.tampered(state, choice.name, choice.tamper(applied.block))
        receipts = applied.receipt.transactions
        refusals = [receipt.rejection.rule for receipt in receipts if receipt.rejection is not None]
        wrong: tuple[str, ...] = ()
        if choice.must_be_refused and not refusals:
            wrong = (f"refusals: {choice.name} was accepted",)
        if receipts and not refusals:
            self.accepted[choice.name] = self.accepted.get(choice.name, 0) + 1
        return Step(
            Happened(choice.name, refusals[0] if refusals else ""),
            ExchangeState(chain.state, chain.prices),
            (*wrong, *self.judged(applied)),
        )

    def tampered(self, state: ExchangeState, name: str, block: Block) -> Step[ExchangeState, Happened]:
        """Let a block come that must be refused, and that must change nothing."""
        after, receipt = apply_block(state.state, block, authentic)
        wrong: tuple[str, ...] = () if receipt.rejection is not None else (f"refusals: {name} was accepted",)
        if receipt.rejection is not None and after is not state.state:
            wrong = (f"refusals: {name} was refused and changed the state",)
        refused = receipt.rejection.rule if receipt.rejection is not None else ""
        return Step(Happened(name, refused), ExchangeState(after, dict(state.prices)), wrong)

    def transaction(self, state: ExchangeState, choice: Choice) -> Transaction:
        """The transaction of a choice that has one."""
        assert choice.make is not None, "the choice has a transaction"
        chain = forked(self.chain)
        chain.state, chain.prices = state.state, dict(state.prices)
        return choice.make(chain, self.accounts)

    def block(self, chain: Chain, choice: Choice) -> Applied:
        """The block of a choice."""
        transactions = () if choice.make is None else (choice.make(chain, self.accounts),)
        nobody: dict[str, int] = {}
        silence = {validator.key: nobody for validator in chain.state.validators} if choice.silent else None
        time = chain.state.time + 1_000
        if choice.at is not None:
            time = max(time, choice.at)
        return chain.block(*transactions, time=time, prices=choice.prices, reports=silence)

    def judged(self, applied: Applied) -> tuple[str, ...]:
        """What is wrong with a block or the state after it."""
        if applied.receipt.rejection is not None:
            rejection = applied.receipt.rejection
            return (f"totality: a block that is in order was refused, {rejection.rule}: {rejection.reason}",)
        seen = BlockStep(applied.before, applied.block, applied.after, applied.receipt, accept_all)
        found = tuple(f"{each.invariant}: {each.detail}" for each in self.tally.check_block(seen))
        self.tally.violations.clear()
        return found
