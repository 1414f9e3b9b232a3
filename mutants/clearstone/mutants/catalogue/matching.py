"""Broken rules of trading: who meets whom, at what price, and who is judged."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="self-trade-by-account",
        module="clearstone.spec.matching",
        old="if accounts[entry.account].owner == accounts[taker].owner:",
        new="if entry.account == taker:",
        breaks="BOOK-4: two accounts of one owner trade with each other",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="band-ignored",
        module="clearstone.spec.orders",
        old="if order.price is not None and not quote.lowest <= order.price <= quote.highest:",
        new="if order.price is not None and not 1 <= order.price:",
        breaks="BOOK-3: an order trades at any price",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="fill-at-mark",
        module="clearstone.spec.matching",
        old="price = resting.price * quote.instrument.multiplier",
        new="price = quote.mark",
        breaks="BOOK-2: any size fills at the oracle's price",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="maker-unchecked",
        module="clearstone.spec.matching",
        old="if not (healthy_after(selling, made, context.quotes) and within_bounds(made, order.market)):",
        new="if not within_bounds(made, order.market):",
        breaks="BOOK-6: a maker that cannot pay any more is filled",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="taker-unchecked",
        module="clearstone.spec.matching",
        old="if not healthy_after(buying, took, context.quotes):",
        new="if not within_bounds(took, order.market):",
        breaks="MARGIN-6: a branch of an order skips the check",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="resting-unchecked",
        module="clearstone.spec.orders",
        old="if healthy_after(match.ledger.accounts[account_id], rested.accounts[account_id], context.quotes):",
        new="if account_id in rested.accounts:",
        breaks="BOOK-5: an order stands for which there is no margin",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="open-interest-unlimited",
        module="clearstone.spec.matching",
        old="if grown > max(market.open_interest, quote.instrument.parameters.max_open_interest):",
        new="if grown < 0:",
        breaks="MARGIN-5: a market grows past its limit",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="filled-order-stays-in-the-book",
        module="clearstone.spec.matching",
        old="if lots == resting.lots:",
        new="if lots > resting.lots:",
        breaks="BOOK-2: the book is out of step with the accounts' orders",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="reduce-only-opens",
        module="clearstone.spec.matching",
        old="return max(0, -held if buy else held)",
        new="return MAX_LOTS - max(0, -held if buy else held)",
        breaks="BOOK-2: a reduce-only order opens a position",
        layer="matching",
        caught_by=("check", "prove"),
    ),
    Mutant(
        name="fee-credited-twice",
        module="clearstone.spec.trades",
        old="pool.fees + fee,",
        new="pool.fees + 2 * fee,",
        breaks="LEDGER-1: the pool collects more than both sides pay",
        layer="matching",
        caught_by=("check", "prove"),
    ),
)
"""The mutants of this layer."""
