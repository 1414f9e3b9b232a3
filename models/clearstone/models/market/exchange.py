"""The world around the validators: what they report, what they are asked to put into blocks, and when.

It stands behind any driver: a single replica, or a cluster that disagrees for a while about what the next block is. So
what is asked twice is answered alike, and a transaction that a block left out is offered again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearstone.models.market.listing import MAIN, USD, Listing
from clearstone.models.market.mischief import Mischief
from clearstone.models.market.participants import Desk, View
from clearstone.models.market.population import Resident
from clearstone.models.market.price_path import MINUTE
from clearstone.models.market.reports import Reports
from clearstone.models.market.timetable import Timetable
from clearstone.models.market.traders import payment
from clearstone.spec.consensus.messages import Prices
from clearstone.spec.ledger_state import withdrawal_key
from clearstone.spec.state import State
from clearstone.spec.transactions import Action, Deposit, OpenAccount, Release, Transaction

KEPT = 8
"""For how many heights offers are remembered: validators are never further apart."""


@dataclass(slots=True)
class Exchange:
    """Everything that a replay needs from outside the chain."""

    listing: Listing
    """What is traded."""
    timetable: Timetable
    """When blocks are made."""
    reports: Reports
    """What truthful validators report."""
    residents: tuple[Resident, ...]
    """Who trades."""
    mischief: Mischief
    """Who tries what must not work."""
    desk: Desk
    """Where transactions are signed."""
    offered: dict[int, tuple[Transaction, ...]] = field(default_factory=dict)
    """What was offered for the last heights, and will be offered again if a block leaves it out."""
    tried: dict[int, tuple[Transaction, ...]] = field(default_factory=dict)
    """What was offered besides, and once only, because it must be refused."""

    @property
    def heights(self) -> int:
        """How many blocks it takes until the last price has reached the ledger."""
        return len(self.timetable.moments) + 1

    def starts(self, height: int) -> int:
        """When a height may begin, ms since the epoch: heights count from 1, and after the last moment come minutes."""
        moments = self.timetable.moments
        late = max(0, height - len(moments))
        return moments[min(height, len(moments)) - 1] + late * MINUTE

    def prices(self, height: int, validator: int) -> Prices:
        """What a truthful validator reports with its precommit at a height."""
        return self.reports.at(height - 1, validator)

    def transactions(self, height: int, state: State) -> tuple[Transaction, ...]:
        """What waits for the block of a height, which follows this state. Everybody acts once a height."""
        if height not in self.offered:
            before = self.offered.get(height - 1, ())
            left_out = tuple(transaction for transaction in before if waits(state, transaction))
            view = View(height, state)
            self.offered[height] = left_out + tuple(self._new(view))
            self.tried[height] = tuple(self._tried(view))
            for table in (self.offered, self.tried):
                table.pop(height - KEPT, None)
        return self.offered[height] + self.tried[height]

    def _new(self, view: View) -> Iterator[Transaction]:
        """What the population does about the state that it sees."""
        height, state = view.height, view.state
        for resident in self.residents:
            if height < resident.arrives or (height - resident.arrives) % resident.pace:
                continue
            holder = resident.participant.holder
            if view.account(holder) is None:
                opening: tuple[Action, ...] = (
                    OpenAccount(holder.key.public, holder.pool, 0),
                    payment(holder, resident.cash, height),
                )
                yield from (self.desk.transaction(holder, action, state.time) for action in opening)
                continue
            for action in resident.participant.act(view):
                yield self.desk.transaction(holder, action, state.time)

    def _tried(self, view: View) -> Iterator[Transaction]:
        """What must be refused, once its author has an account with some cash."""
        holder = self.mischief.holder
        if view.height == 4:
            opening: tuple[Action, ...] = (OpenAccount(holder.key.public, MAIN, 0), payment(holder, 1_000 * USD, 4))
            yield from (self.desk.transaction(holder, action, view.state.time) for action in opening)
        elif view.account(holder) is not None:
            yield from self.mischief.transactions(view)


def waits(state: State, transaction: Transaction) -> bool:
    """Whether a transaction that was offered was left out of the block, as far as the state tells."""
    body, ledger = transaction.body, state.ledger
    if body.expires <= state.time:
        return False
    match body.action:
        case OpenAccount():
            return body.account not in ledger.accounts
        case Deposit():
            return len(transaction.signatures) > 1 and body.action.deposit_id.hex() not in ledger.deposits
        case Release():
            withdrawal = ledger.withdrawals.get(withdrawal_key(body.action.account, body.action.withdrawal_id))
            return withdrawal is not None and withdrawal.status == "escrowed"
    account = ledger.accounts.get(body.account)
    return account is not None and account.nonce < body.nonce and body.chain == state.chain
