"""Those who clean up: liquidators with capital of their own, and the keeper who settles expired options."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from clearstone.models.market.participants import Holder, View
from clearstone.models.market.traders import market_order
from clearstone.spec.accounts import Account, Position
from clearstone.spec.instruments import Perpetual
from clearstone.spec.numbers import MAX_LOTS
from clearstone.spec.state import State
from clearstone.spec.transactions import Action, ChangeParameter, Liquidate, Release, Settle


@dataclass(slots=True)
class Liquidator:
    """Takes over from accounts below maintenance margin while it can carry more, and sells what it took over."""

    holder: Holder
    """Who acts."""
    at_once: int
    """Most accounts that it goes for in one block."""

    def act(self, view: View) -> Iterator[Action]:
        """Unload first, then take over."""
        account = view.account(self.holder)
        if account is None:
            return
        for position in account.positions:
            quote = view.quote(position.instrument)
            if quote.phase == "trade" and quote.fresh:
                yield market_order(position.instrument, -position.lots, reduce_only=True)
        targets = [target for target in view.liquidatable.get(self.holder.pool, ()) if target != self.holder.account]
        self.holder.random.shuffle(targets)
        for target in targets[: self.at_once]:
            largest = self._largest(view, view.state.ledger.accounts[target])
            if largest is not None:
                yield Liquidate(target, largest.instrument, MAX_LOTS)

    def _largest(self, view: View, account: Account) -> Position | None:
        """The position that moves most money, of those that can be taken over now."""
        able = [
            position
            for position in account.positions
            if view.quote(position.instrument).fresh and view.quote(position.instrument).phase == "trade"
        ]
        return max(able, key=lambda position: weight(position, view.state), default=None)


def weight(position: Position, state: State) -> int:
    """What the margin of a position is made of: its lots at the index, in atoms."""
    quote = state.quotes[position.instrument]
    if not isinstance(quote.instrument, Perpetual) and position.lots > 0:
        return 0
    return abs(position.lots) * quote.index * quote.instrument.multiplier


@dataclass(slots=True)
class Keeper:
    """Does what anyone may do: settles expired options; and tells the validators what happened outside."""

    holder: Holder
    """Who acts."""
    at_once: int
    """Most settlements in one block."""
    changes: dict[int, ChangeParameter] = field(default_factory=dict)
    """Parameter changes that the validators will attest, by height."""

    def act(self, view: View) -> Iterator[Action]:
        """Settle, release what waits in escrow, and hand in the changes of this height."""
        left = self.at_once
        for account_id, account in view.state.ledger.accounts.items():
            for position in account.positions:
                if left > 0 and view.quote(position.instrument).phase == "settle":
                    left -= 1
                    yield Settle(account_id, position.instrument)
        for key, withdrawal in view.state.ledger.withdrawals.items():
            if withdrawal.status == "escrowed" and left > 0 and _luck(key, view.height):
                left -= 1
                yield Release(withdrawal.account, bytes.fromhex(key.rpartition("/")[2]))
        if view.height in self.changes:
            yield self.changes[view.height]


def _luck(key: str, height: int) -> bool:
    """Whether a withdrawal is paid outside at this height: payments take their time."""
    return sha256(f"{key} {height}".encode()).digest()[0] < 64
