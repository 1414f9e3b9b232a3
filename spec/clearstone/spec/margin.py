"""Margin: what an account must hold, and the one health rule that every user transaction answers to.

Marks are already in equity, so requirements are stated against it: R = max(0, Σ amounts + Σ option lots · mark). The
second sum makes what was paid for options neither collateral nor requirement; without it bought premium would count
twice (deposit 1000, buy options for 1000, withdraw 1000). Maintenance compares equity with R. Initial margin compares
equity without excluded profit, and adds what open orders could require.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from clearstone.spec.accounts import Account, Position
from clearstone.spec.instruments import OptionSeries, Perpetual, Quote
from clearstone.spec.numbers import PPM, ceil_div
from clearstone.spec.portfolio_margin import option_amounts


class Quotes(Protocol):
    """MARK-1. The quotes of a block by instrument: all that margin asks of the market."""

    def __getitem__(self, instrument: str, /) -> Quote:
        """MARK-1. The quote of a listed instrument."""


def equity(account: Account, quotes: Quotes) -> int:
    """LEDGER-2. Cash plus the value of all lots at the marks, in atoms."""
    total = account.cash
    for position in account.positions:
        total += position.lots * quotes[position.instrument].mark
    return total


def health_equity(account: Account, quotes: Quotes) -> int:
    """MARK-1. Equity as health tests count it: options on frozen feeds at their worse value, in atoms."""
    total = account.cash
    for position in account.positions:
        total += health_value(position, quotes[position.instrument])
    return total


def health_value(position: Position, quote: Quote) -> int:
    """MARK-1. The value of a position in health tests, in atoms."""
    return position.lots * (quote.long_mark if position.lots > 0 else quote.short_mark)


class InitialHealth(NamedTuple):
    """MARGIN-4. What the initial test of an account compares."""

    equity: int
    """Equity as health tests count it, in atoms (MARK-1)."""
    excluded: int
    """Unrealised profit in it that does not count, in atoms, at least 0 (MARGIN-4)."""
    required: int
    """Initial margin of positions and open orders, in atoms, at least 0 (MARGIN-3a, BOOK-5)."""
    fresh: bool
    """Whether every price that its positions are valued at may be relied on (ORACLE-5)."""


def initial_health(account: Account, quotes: Quotes, capped: bool) -> InitialHealth:
    """MARGIN-3a, MARGIN-4. Everything about an account's initial margin, in one pass over its positions.

    Excluded is, of a perpetual, the profit above the market's cap (`capped`; withdrawals and transfers use cap 0), and
    of a short option all profit; long options are discounted by the requirement already. Profit that exists only at a
    pumped price was once borrowed against for $116 M (incident 1).
    """
    held, excluded, required, fresh = account.cash, 0, 0, True
    options: list[tuple[Position, Quote]] = []
    for position in account.positions:
        quote = quotes[position.instrument]
        instrument = quote.instrument
        value = health_value(position, quote)
        held += value
        fresh = fresh and quote.fresh
        if isinstance(instrument, Perpetual):
            required += abs(position.lots) * quote.initial
            allowed = instrument.parameters.profit_cap if capped else 0
            excluded += max(0, value - position.cost - allowed)
        else:
            options.append((position, quote))
            required += value
            if position.lots < 0:
                excluded += max(0, value - position.cost)
    if options:
        required += option_amounts(options, True)
    if account.orders:
        required += orders_requirement(account, quotes)
    return InitialHealth(held, excluded, max(0, required), fresh)


def initial_requirement(account: Account, quotes: Quotes) -> int:
    """MARGIN-3a, BOOK-5. Initial margin of positions and open orders, in atoms, at least 0.

    What the positions need may be below 0 by itself (options whose marks contradict each other); orders are added to
    that, and only the sum is at least 0. Here as in maintenance, options are taken back at their value in health tests.
    """
    return initial_health(account, quotes, True).required


def maintenance_requirement(account: Account, quotes: Quotes) -> int:
    """MARGIN-3a. Maintenance margin of the positions, in atoms, at least 0; open orders need none."""
    required = 0
    options: list[tuple[Position, Quote]] = []
    for position in account.positions:
        quote = quotes[position.instrument]
        if isinstance(quote.instrument, Perpetual):
            required += abs(position.lots) * quote.maintenance
        else:
            options.append((position, quote))
            required += health_value(position, quote)
    if options:
        required += option_amounts(options, False)
    return max(0, required)


def orders_requirement(account: Account, quotes: Quotes) -> int:
    """BOOK-5. What the open orders add to initial margin, in atoms, at least 0.

    A perpetual's orders need, of the two sides, the larger of the margin that the position can come to while that side
    is filled, which is what it has now if the orders reduce it, plus what filling it would lose against the mark. So
    one order more never needs less, and cancelling one never needs more. An option's bids need their premium and its
    asks their margin standing alone. The sum is over single orders, clipped one by one: netting good prices against bad
    ones would hide the bad (incident 16).
    """
    total = 0
    for market in {order.market for order in account.orders}:
        quote = quotes[market]
        multiplier = quote.instrument.multiplier
        held = sum(position.lots for position in account.positions if position.instrument == market)
        bought = sold = adverse_buys = adverse_sells = premium = 0
        for order in account.orders:
            if order.market == market:
                price = order.price * multiplier
                if order.buy:
                    bought += order.lots
                    premium += order.lots * price
                    adverse_buys += order.lots * max(0, price - quote.mark)
                else:
                    sold += order.lots
                    adverse_sells += order.lots * max(0, quote.mark - price)
        if isinstance(quote.instrument, OptionSeries):
            total += premium + sold * quote.initial
        else:
            buys = max(abs(held), abs(held + bought)) * quote.initial + adverse_buys
            sells = max(abs(held), abs(held - sold)) * quote.initial + adverse_sells
            total += max(buys, sells) - abs(held) * quote.initial
    return total


def meets_initial(account: Account, quotes: Quotes) -> bool:
    """MARGIN-4. Whether equity without excluded profit covers initial margin, at prices that may be relied on."""
    health = initial_health(account, quotes, True)
    return health.fresh and health.equity - health.excluded >= health.required


def withdrawable(health: InitialHealth, locked: int) -> int:
    """MARGIN-4. What could leave an account of this uncapped health, in atoms, possibly negative.

    No unrealised profit counts, nor what is locked; the account keeps its initial margin (incident 4).
    """
    return health.equity - health.excluded - locked - health.required


def nothing_worsened(before: Account, after: Account, quotes: Quotes) -> bool:
    """MARGIN-6. Whether an account below its initial margin took no step further down.

    No position grows or changes sign, the requirement is not larger, equity less requirement not smaller, and
    equity is not negative or not smaller: closing at a fair price stays open to everyone. Beside the requirement equity
    is as health tests count it; by itself, in the last condition, it is at the marks, as it is what others would owe.
    """
    held = {position.instrument: position.lots for position in before.positions}
    for position in after.positions:
        lots = held.get(position.instrument, 0)
        if not (0 < position.lots <= lots or lots <= position.lots < 0):
            return False
    was, becomes = initial_health(before, quotes, True), initial_health(after, quotes, True)
    if becomes.required > was.required or becomes.equity - becomes.required < was.equity - was.required:
        return False
    return not_deeper(equity(before, quotes), equity(after, quotes))


def not_deeper(equity_before: int, equity_after: int) -> bool:
    """MARGIN-6. Whether an account's equity is not negative, or at least not smaller: no deficit grows."""
    return equity_after >= 0 or equity_after >= equity_before


def healthy_after(before: Account, after: Account, quotes: Quotes) -> bool:
    """MARGIN-6. The universal health rule, for every account that a user transaction touches.

    One function that skipped such a check cost $197 M (incident 6). Judged after funding is settled and after fees.
    """
    return meets_initial(after, quotes) or nothing_worsened(before, after, quotes)


def liquidatable(account: Account, quotes: Quotes) -> bool:
    """LIQ-1. Whether equity is strictly below maintenance margin; exactly at it the account is safe."""
    return health_equity(account, quotes) < maintenance_requirement(account, quotes)


def buffered(account: Account, quotes: Quotes, buffer: int) -> bool:
    """LIQ-3. Whether equity covers maintenance margin and the buffer (in ppm of it) on top."""
    required = maintenance_requirement(account, quotes)
    return health_equity(account, quotes) >= ceil_div(required * (PPM + buffer), PPM)
