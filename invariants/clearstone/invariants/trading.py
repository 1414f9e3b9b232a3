"""Trades: who may meet whom, in which order, at which price and for which fee (BOOK-1 to BOOK-7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from clearstone.invariants.block_step import BlockStep, SubStep
from clearstone.invariants.registry import invariant
from clearstone.spec.accounts import Account, Order, lots_in, order_of
from clearstone.spec.book import side_of
from clearstone.spec.instruments import Quote
from clearstone.spec.numbers import PPM
from clearstone.spec.transactions import Liquidate, Place


@dataclass(frozen=True, slots=True)
class Fill:
    """BOOK-2. One fill of a transaction, as its receipt tells it."""

    part: SubStep
    """The transaction."""
    order: Place
    """The taker's order."""
    taker: Account
    """The taker before the transaction."""
    maker: Account
    """The maker before the transaction."""
    maker_id: str
    """Id of the maker."""
    resting: Order | None
    """The maker's order before the transaction."""
    quote: Quote
    """What the market was worth."""
    lots: int
    """Size, at least 1."""
    price: int
    """Price in ticks."""
    taker_fee: int
    """In atoms."""
    maker_fee: int
    """In atoms; a rebate if negative."""


def fills(part: SubStep) -> Iterator[Fill]:
    """The fills of an accepted order, in order."""
    if isinstance(part.action, Place):
        accounts, order = part.before.accounts, part.action
        for event, figures in part.events("fill"):
            taker, maker = str(figures["taker"]), str(figures["maker"])
            resting = order_of(accounts[maker], int(figures["nonce"]))
            lots, price = abs(int(figures["lots"])), int(figures["price"])
            fees = int(figures["taker-fee"]), int(figures["maker-fee"])
            quote = part.context.quotes[event.subject]
            yield Fill(part, order, accounts[taker], accounts[maker], maker, resting, quote, lots, price, *fees)


def all_fills(step: BlockStep) -> Iterator[Fill]:
    """The fills of a block, in order."""
    return (fill for part in step.transactions for fill in fills(part))


@invariant("no-self-trade", of=BlockStep, layer="trading", severity="critical", rules=("BOOK-4",), incidents=(1, 3))
def nobody_trades_with_himself(step: BlockStep) -> Iterator[str]:
    """No trade and no liquidation has the same owner on both sides."""
    for fill in all_fills(step):
        if fill.taker.owner == fill.maker.owner:
            yield f"{fill.part.label}: {fill.part.sender} met {fill.maker_id} of the same owner"
    for part in step.transactions:
        if isinstance(part.action, Liquidate):
            accounts, target = part.before.accounts, part.action.account
            if accounts[target].owner == accounts[part.sender].owner:
                yield f"{part.label}: {target} was liquidated by its owner"


@invariant(
    "fill-prices",
    of=BlockStep,
    layer="trading",
    severity="critical",
    rules=("BOOK-2", "BOOK-3"),
    incidents=(3, 7, 11),
)
def a_fill_is_at_the_makers_price_within_the_band(step: BlockStep) -> Iterator[str]:
    """A fill is at a resting order's price, within the taker's limit, and no order lies outside the band."""
    for fill in all_fills(step):
        order, resting, quote = fill.order, fill.resting, fill.quote
        if resting is None or resting.market != order.market or resting.buy == (order.side == "buy"):
            yield f"{fill.part.label}: met no order of the other side of {order.market}"
        elif resting.price != fill.price or resting.lots < fill.lots:
            yield f"{fill.part.label}: {fill.lots} at {fill.price}, the maker's are {resting.lots} at {resting.price}"
        if order.price is not None and (fill.price > order.price if order.side == "buy" else fill.price < order.price):
            yield f"{fill.part.label}: filled at {fill.price}, limit {order.price}"
        if not in_band(quote, fill.price):
            yield f"{fill.part.label}: filled at {fill.price}, the mark is {quote.mark} atoms"
    for part in step.transactions:
        if isinstance(part.action, Place) and part.action.price is not None:
            quote = part.context.quotes[part.action.market]
            if not in_band(quote, part.action.price):
                yield f"{part.label}: an order at {part.action.price} was taken, the mark is {quote.mark} atoms"


def in_band(quote: Quote, price: int) -> bool:
    """Whether a price lies within the collar around the mark, which is as wide as a part of the index."""
    width = max(1, quote.index * quote.instrument.parameters.collar // PPM)
    return abs(price - quote.mark // quote.instrument.multiplier) <= width


@invariant("price-time-priority", of=BlockStep, layer="trading", severity="high", rules=("BOOK-2",))
def better_and_older_orders_come_first(step: BlockStep) -> Iterator[str]:
    """A taker meets the best price first, then the oldest order, and leaves none behind that came before."""
    for part in step.transactions:
        met = [
            (-fill.price if fill.resting.buy else fill.price, fill.resting.sequence)
            for fill in fills(part)
            if fill.resting is not None
        ]
        if met and isinstance(part.action, Place):
            if any(not first < second for first, second in pairwise(met)):
                yield f"{part.label}: met (price, time) in the order {met}"
            levels = side_of(part.after.books[part.action.market], part.action.side == "sell")
            if levels and (levels[0].rank, levels[0].queue[0].sequence) < met[-1]:
                yield f"{part.label}: passed over {levels[0]}, and filled {met[-1]}"


@invariant("trading-fees", of=BlockStep, layer="trading", severity="high", rules=("BOOK-7", "NUM-3"), incidents=(32,))
def fees_are_ceiled_and_cover_rebates(step: BlockStep) -> Iterator[str]:
    """Fees are the ceiled fraction of the notional, a rebate is floored, and none exceeds the taker's fee."""
    for fill in all_fills(step):
        parameters = fill.quote.instrument.parameters
        notional = fill.lots * fill.price * fill.quote.instrument.multiplier
        taker, maker = -(-notional * parameters.taker_fee // PPM), -(-notional * parameters.maker_fee // PPM)
        if (fill.taker_fee, fill.maker_fee) != (taker, max(maker, -taker)):
            yield f"{fill.part.label}: fees {fill.taker_fee} and {fill.maker_fee}, not {taker} and {max(maker, -taker)}"


@invariant("time-in-force", of=BlockStep, layer="trading", severity="high", rules=("BOOK-1", "BOOK-2"))
def orders_honour_their_time_in_force(step: BlockStep) -> Iterator[str]:
    """An order fills at most its size; only GTC and post-only rest, FOK fills whole, post-only takes nothing.

    (Under decrement, what self-trade prevention takes off a FOK counts as filled.)
    """
    for part in step.transactions:
        order = part.action
        if isinstance(order, Place) and part.transaction:
            filled = sum(fill.lots for fill in fills(part))
            rests = order_of(part.after.accounts[part.sender], part.transaction.body.nonce)
            left = 0 if rests is None else rests.lots
            if filled + left > order.lots:
                yield f"{part.label}: {filled} filled and {left} resting of {order.lots}"
            if rests is not None and (order.price != rests.price or order.time_in_force in ("ioc", "fok")):
                yield f"{part.label}: {order.time_in_force} at {order.price} rests at {rests.price}"
            if order.time_in_force == "fok" and filled != order.lots and order.self_trade != "decrement":
                yield f"{part.label}: FOK filled {filled} of {order.lots}"
            if order.time_in_force == "post-only" and filled:
                yield f"{part.label}: post-only took {filled}"


@invariant("reduce-only", of=BlockStep, layer="trading", severity="high", rules=("BOOK-2",))
def reduce_only_orders_reduce(step: BlockStep) -> Iterator[str]:
    """A reduce-only order, taking or resting, never lets its account's position grow or change sign."""
    for part in step.transactions:
        if isinstance(part.action, Place):
            reducing = {part.sender} if part.action.reduce_only else set()
            reducing |= {fill.maker_id for fill in fills(part) if fill.resting and fill.resting.reduce_only}
            for account_id in reducing if any(True for _ in part.events("fill")) else ():
                before = lots_in(part.before.accounts[account_id], part.action.market)
                after = lots_in(part.after.accounts[account_id], part.action.market)
                reduced = 0 <= after <= before or before <= after <= 0
                mixed = account_id != part.sender and not _all_reduce_only(part, account_id)
                if not reduced and not mixed:
                    yield f"{part.label}: {account_id} went from {before} to {after} lots by reduce-only"


def _all_reduce_only(part: SubStep, account_id: str) -> bool:
    return all(fill.resting.reduce_only for fill in fills(part) if fill.maker_id == account_id and fill.resting)
