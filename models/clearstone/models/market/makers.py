"""Those who make the market: they quote both sides of perpetuals and options and lean against what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from clearstone.models.market.participants import Holder, View
from clearstone.spec.instruments import Perpetual, Quote
from clearstone.spec.margin import initial_requirement
from clearstone.spec.numbers import PPM
from clearstone.spec.transactions import Action, Cancel, Place


@dataclass(slots=True)
class MarketMaker:
    """Quotes its markets in turn, one at each look: cancels what has gone stale, and places two new orders."""

    holder: Holder
    """Who acts."""
    markets: tuple[str, ...]
    """What it quotes."""
    width: int
    """Half the distance between bid and ask, in ppm of the index (perpetual) or of the mark (option)."""
    size: int
    """What each quote offers, in atoms of the index."""
    depth: int = 1
    """Quotes on each side, each `width` behind the one before."""
    at: dict[str, int] = field(default_factory=dict)
    """Mark at which each market was last quoted, in ticks."""

    def act(self, view: View) -> Iterator[Action]:
        """Quote the market whose mark has moved most since it was last quoted, if any moved by half a width."""
        account = view.account(self.holder)
        if account is None:
            return
        moved = [(self._moved(view, market), market) for market in self.markets]
        distance, market = max(moved)
        resting = {order.market for order in account.orders}
        missing = [name for _, name in moved if name not in resting and view.quote(name).phase == "trade"]
        if distance < 0 or (distance < PPM // 2 and not missing):
            return
        market = market if distance >= PPM // 2 else missing[view.height % len(missing)]
        for order in account.orders:
            if order.market == market:
                yield Cancel(order.nonce)
        yield from self._quotes(view, market)

    def _moved(self, view: View, market: str) -> int:
        """How far a market's mark has moved since it was quoted, in ppm of the quotes' half width; −1 if not traded."""
        quote = view.quote(market)
        if quote.phase != "trade" or not quote.fresh:
            return -1
        mark = quote.mark // quote.instrument.multiplier
        return abs(mark - self.at.get(market, 0)) * PPM // max(1, self._half(quote))

    def _half(self, quote: Quote) -> int:
        """Half the distance between bid and ask, in ticks, at least 1."""
        mark = quote.mark // quote.instrument.multiplier
        floor = 0 if isinstance(quote.instrument, Perpetual) else quote.index // 500
        return max(1, mark * self.width // PPM, floor)

    def _quotes(self, view: View, market: str) -> Iterator[Action]:
        """Bids and asks around the mark, shifted against what it holds, within the band."""
        account = view.account(self.holder)
        quote = view.quote(market)
        multiplier = quote.instrument.multiplier
        mark, half = quote.mark // multiplier, self._half(quote)
        self.at[market] = mark
        lots = max(1, self.size // (quote.index * multiplier))
        lean = -half * view.lots(self.holder, market) // (20 * lots)
        highest_bid, lowest_ask = self._inside(view, market)
        centre = mark + max(-2 * half, min(2 * half, lean))
        tight = account is not None and 2 * initial_requirement(account, view.state.quotes) > view.equity(self.holder)
        held = view.lots(self.holder, market)
        for level in range(1, self.depth + 1):
            bid, ask = min(highest_bid, centre - level * half), max(lowest_ask, centre + level * half)
            if bid >= quote.lowest and not (tight and held >= 0):
                yield Place(market, "buy", lots, bid, "post-only", False, "cancel-maker")
            if ask <= quote.highest and not (tight and held <= 0):
                yield Place(market, "sell", lots, ask, "post-only", False, "cancel-maker")

    def _inside(self, view: View, market: str) -> tuple[int, int]:
        """The highest bid and the lowest ask that cross nobody else's orders and lie in the band, in ticks."""
        quote, book = view.quote(market), view.state.ledger.books[market]
        asks = [level.rank for level in book.asks if level.queue[0].account != self.holder.account]
        bids = [-level.rank for level in book.bids if level.queue[0].account != self.holder.account]
        return min([quote.highest, *(ask - 1 for ask in asks[:1])]), max([quote.lowest, *(bid + 1 for bid in bids[:1])])
