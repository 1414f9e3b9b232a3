"""What happened in a replay, counted from receipts: what the command prints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from clearstone.models.market.listing import INDEX
from clearstone.spec.oracle import is_fresh
from clearstone.spec.receipts import Event, Receipt
from clearstone.spec.state import State
from clearstone.spec.transition import BlockReceipt

STAGES = ("insurance", "closed-profit", "profit", "equity", "last-insurance", "last-residue", "last-fees")
"""Who pays a deficit, in order (WATER-2): what `absorbed` events call the stages."""
SOCIALISED = ("closed-profit", "profit", "equity")
"""The stages in which other accounts pay."""


@dataclass(slots=True)
class PoolTally:
    """What happened in one pool; amounts in atoms."""

    liquidations: int = 0
    """Takeovers."""
    discount: int = 0
    """What liquidators received for them."""
    penalty: int = 0
    """What the insurance fund received for them."""
    defaults: int = 0
    """Accounts that ended with nothing."""
    deficit: int = 0
    """What they owed."""
    absorbed: Counter[str] = field(default_factory=Counter)
    """Who paid it, by stage."""
    deleveraged: int = 0
    """Value at the mark of the positions that were closed against others."""
    counterparties: int = 0
    """How often an account was deleveraged."""

    @property
    def socialised(self) -> int:
        """What other accounts paid."""
        return sum(self.absorbed[stage] for stage in SOCIALISED)


@dataclass(slots=True)
class MarketTally:
    """What happened in a replay."""

    blocks: int = 0
    """Blocks executed."""
    transactions: int = 0
    """Transactions in them."""
    accepted: int = 0
    """Those that were accepted."""
    rejected: Counter[str] = field(default_factory=Counter)
    """Those that were not, by the rule that refused."""
    fills: int = 0
    """Trades between a taker and a maker."""
    settled: int = 0
    """Positions settled at an expiry."""
    clamped: int = 0
    """Blocks in which the index had not yet caught up with the reports (ORACLE-4)."""
    frozen: int = 0
    """Blocks in which the index could not be relied on (ORACLE-5)."""
    pools: dict[str, PoolTally] = field(default_factory=dict)
    """By pool."""

    def add(self, after: State, receipt: BlockReceipt) -> None:
        """Count a block."""
        self.blocks += 1
        self.transactions += len(receipt.transactions)
        for each in receipt.transactions:
            if each.rejection is None:
                self.accepted += 1
            else:
                self.rejected[each.rejection.rule] += 1
        self.clamped += any(feed.index != feed.median for _, feed in after.feeds.items())
        self.frozen += not is_fresh(after.feeds[INDEX], after.parameters)
        for each in (*receipt.transactions, *receipt.steps):
            self._add_events(after, each)

    def _add_events(self, after: State, receipt: Receipt) -> None:
        """Count what a receipt tells."""
        for event in receipt.events:
            self.fills += event.kind == "fill"
            self.settled += event.kind == "settled"
            account = after.ledger.accounts.get(event.subject)
            if account is not None:
                pool = self.pools.setdefault(account.pool, PoolTally())
                _add_event(pool, event, after)


def _add_event(pool: PoolTally, event: Event, after: State) -> None:
    """Count an event of an account in its pool's tally."""
    details = dict(event.details)
    match event.kind:
        case "liquidated":
            pool.liquidations += 1
            pool.discount += int(details["discount"])
            pool.penalty += int(details["penalty"])
        case "defaulted":
            pool.defaults += 1
            pool.deficit += int(details["deficit"])
        case "absorbed":
            pool.absorbed[str(details["stage"])] += int(details["amount"])
        case "deleveraged":
            pool.counterparties += 1
            pool.deleveraged += abs(int(details["lots"])) * after.quotes[str(details["market"])].mark
