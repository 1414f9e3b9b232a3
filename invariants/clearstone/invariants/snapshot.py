"""A state, with the sums over its accounts that several invariants need, taken in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from clearstone.spec.accounts import Account
from clearstone.spec.instruments import OptionSeries, Phase
from clearstone.spec.ledger_state import Pool
from clearstone.spec.settlement import expiry_key
from clearstone.spec.state import State


@dataclass(frozen=True, slots=True)
class Totals:
    """LEDGER-1, LEDGER-2. What the accounts add up to."""

    cash: Mapping[str, int]
    """Σ cash by pool, in atoms."""
    lots: Mapping[str, int]
    """Σ lots by instrument."""
    long_lots: Mapping[str, int]
    """Σ of the long lots by instrument."""
    settled_funding: Mapping[str, int]
    """Σ lots · funding index at the last settlement, by instrument, in atoms·10⁶."""
    entries: Mapping[str, list[tuple[bool, int, int, str, int]]]
    """The open orders by market, each as (buy, rank, sequence, account, nonce)."""
    flagged: Mapping[str, list[str]]
    """Flagged accounts by pool."""
    seats: set[tuple[str, str]]
    """Every (pool, instrument) of which an account of the pool has a position or an order in the instrument."""
    compound: tuple[tuple[str, Account], ...]
    """Accounts with an option, several positions or orders: their margin is not a single product."""


@dataclass(frozen=True)
class Snapshot:
    """CONS-6. The state after some block."""

    state: State
    """The state."""
    thorough: bool = False
    """Whether all accounts are asked at once that otherwise take turns."""

    @property
    def accounts(self) -> Iterable[tuple[str, Account]]:
        """The accounts, in no particular order."""
        return self.state.ledger.accounts.entries.items()

    @property
    def pools(self) -> Iterable[tuple[str, Pool]]:
        """The pools, in no particular order."""
        return self.state.ledger.pools.entries.items()

    @cached_property
    def options(self) -> Mapping[str, OptionSeries]:
        """The option series by instrument id."""
        listed = self.state.instruments.entries.items()
        return {market: instrument for market, instrument in listed if isinstance(instrument, OptionSeries)}

    @cached_property
    def phases(self) -> Mapping[str, Phase]:
        """The phase of every instrument, from times and settlement prices alone; a perpetual always trades."""
        phases: dict[str, Phase] = dict.fromkeys(self.state.instruments.entries, "trade")
        for market, series in self.options.items():
            if self.state.time >= series.expiry:
                price = self.state.expiries[expiry_key(series.feed, series.expiry)].price
                phases[market] = "pending" if price is None else "settle"
        return phases

    @cached_property
    def totals(self) -> Totals:
        """The sums, from the accounts up."""
        markets = list(self.state.instruments.entries)
        cash = dict.fromkeys(self.state.ledger.pools.entries, 0)
        lots, longs, funded = dict.fromkeys(markets, 0), dict.fromkeys(markets, 0), dict.fromkeys(markets, 0)
        entries: dict[str, list[tuple[bool, int, int, str, int]]] = {market: [] for market in markets}
        flagged: dict[str, list[str]] = {pool: [] for pool in cash}
        seats: set[tuple[str, str]] = set()
        compound: list[tuple[str, Account]] = []
        for account_id, account in self.accounts:
            cash[account.pool] += account.cash
            if account.flagged_at is not None:
                flagged[account.pool].append(account_id)
            for position in account.positions:
                market = position.instrument
                seats.add((account.pool, market))
                lots[market] += position.lots
                funded[market] += position.lots * position.funding_index
                if position.lots > 0:
                    longs[market] += position.lots
            for order in account.orders:
                rank = -order.price if order.buy else order.price
                seats.add((account.pool, order.market))
                entries[order.market].append((order.buy, rank, order.sequence, account_id, order.nonce))
            positions = account.positions
            if account.orders or len(positions) > 1 or (positions and positions[0].instrument in self.options):
                compound.append((account_id, account))
        return Totals(cash, lots, longs, funded, entries, flagged, seats, tuple(compound))
