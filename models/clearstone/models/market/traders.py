"""Those who take risk: leveraged longs and shorts, and buyers and sellers of options.

They are no fools and no machines: they arrive when they like, bet a multiple of what they have, hold on too long, come
back with fresh money, and take out what they won. A crash needs nobody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from clearstone.models.market.participants import Holder, View
from clearstone.spec.numbers import MAX_LOTS, PPM
from clearstone.spec.transactions import Action, Deposit, Place, Side, Transfer, Withdraw


def market_order(market: str, lots: int, reduce_only: bool = False) -> Place:
    """An order for signed lots at whatever price the collar allows."""
    side: Side = "buy" if lots > 0 else "sell"
    return Place(market, side, min(abs(lots), MAX_LOTS), None, "ioc", reduce_only, "cancel-maker")


def payment(holder: Holder, amount: int, height: int) -> Deposit:
    """Money that arrives for a holder's account, once a height."""
    return Deposit(sha256(f"payment {holder.name} {height}".encode()).digest(), holder.account, amount)


def payout(holder: Holder, amount: int, height: int) -> Withdraw:
    """Money that a holder takes out, once a height."""
    return Withdraw(sha256(f"payout {holder.name} {height}".encode()).digest(), amount)


@dataclass(slots=True)
class LeveragedTrader:
    """Bets a multiple of its equity on one direction of a perpetual."""

    holder: Holder
    """Who acts."""
    market: str
    """The perpetual."""
    direction: int
    """1 for long, −1 for short."""
    leverage: int
    """Notional over equity, in ppm."""
    stake: int
    """What it brings each time, in atoms."""
    returns: int
    """How often it comes back with fresh money after it has lost most of it."""
    trades_out: float
    """Chance at each look that it closes what it holds."""

    def act(self, view: View) -> Iterator[Action]:
        """Enter, hold, leave, come back; and withdraw now and then."""
        random = self.holder.random
        lots, held = view.lots(self.holder, self.market), view.equity(self.holder)
        quote = view.quote(self.market)
        if lots != 0:
            if random.random() < self.trades_out:
                yield market_order(self.market, -lots, reduce_only=True)
            return
        if held < self.stake // 4:
            if self.returns > 0 and random.random() < 0.2:
                self.returns -= 1
                yield payment(self.holder, self.stake, view.height)
            return
        if held > 2 * self.stake and random.random() < 0.3:
            yield payout(self.holder, held - self.stake, view.height)
            return
        wanted = held * self.leverage // (PPM * quote.mark)
        if wanted > 0 and random.random() < 0.5:
            yield market_order(self.market, self.direction * wanted)


@dataclass(slots=True)
class OptionTrader:
    """Buys options for a part of its money, or sells them against it."""

    holder: Holder
    """Who acts."""
    market: str
    """The series."""
    direction: int
    """1 buys, −1 sells."""
    appetite: int
    """What a buyer pays, or the margin that a seller uses, as a part of its equity in ppm."""
    done: bool = False
    """Whether it has what it wanted."""

    def act(self, view: View) -> Iterator[Action]:
        """Trade once; then wait for the expiry."""
        quote = view.quote(self.market)
        if self.done or quote.phase != "trade" or not quote.fresh:
            return
        each = quote.mark if self.direction > 0 else quote.initial
        wanted = view.equity(self.holder) * self.appetite // (PPM * max(1, each))
        lots = min(wanted - abs(view.lots(self.holder, self.market)), 40_000)
        if lots > wanted // 10:
            yield market_order(self.market, self.direction * lots)
        else:
            self.done = True


@dataclass(slots=True)
class Saver:
    """Holds cash: deposits, transfers to friends, withdraws."""

    holder: Holder
    """Who acts."""
    friend: str
    """Account to which it transfers."""
    amount: int
    """What it moves each time, in atoms."""

    def act(self, view: View) -> Iterator[Action]:
        """One of the three, or nothing."""
        chance = self.holder.random.random()
        if chance < 0.03:
            yield payment(self.holder, self.amount, view.height)
        elif chance < 0.10:
            yield Transfer(self.friend, self.amount)
        elif chance < 0.14:
            yield payout(self.holder, self.amount, view.height)
