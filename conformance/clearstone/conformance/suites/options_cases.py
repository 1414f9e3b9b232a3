"""Options: marks within their bounds, margins of a short, payoffs, settlement prices, each holder once."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance.operations.market_operations import ExpiryToSample, OptionToQuote, SeriesAtPrice
from clearstone.conformance.suites import single_bound_cases
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.scenario_genesis import HOUR, OPTION, PROTOCOL, START, USD, scenario_genesis, series, trade
from clearstone.spec.numbers import MAX_ATOMS
from clearstone.spec.settlement import Expiry
from clearstone.spec.transactions import Settle, Transfer, Withdraw

CALL, PUT = series(call=True, strike=55_000), series(call=False, strike=45_000)
ODD = replace(series(call=True, strike=50_001), multiplier=7)
END = START + HOUR
SLOT, SLOTS, MINIMUM = PROTOCOL.settlement_slot, PROTOCOL.settlement_slots, PROTOCOL.settlement_minimum


def drafts() -> list[Draft]:
    """The cases of the suite `options`."""
    return [*_quotes(), *_payoffs(), *_expiries(), *_settlements(), *single_bound_cases.options_drafts()]


def _quotes() -> list[Draft]:
    found = []
    for option, kind in ((CALL, "call"), (PUT, "put"), (ODD, "odd")):
        for index in (1, 44_999, 45_000, 50_000, 55_000, 55_001, 90_000):
            for reported, fresh in ((1, True), (1_000, True), (1_000, False), (10**8, True)):
                question = OptionToQuote(option, START, index, reported, fresh, None)
                state = "" if fresh else "-frozen"
                name = f"options/quote-{kind}-at-{index}-reported-{reported}{state}"
                told = "Mark within its bounds, margins of a short, band."
                found.append(Draft(name, told, ("MARK-1", "MARGIN-2", "BOOK-3"), "quote_option", question))
        for name, now, price in (
            ("a-moment-before-expiry", END - 1, None),
            ("at-expiry", END, None),
            ("settled", END, 57_123),
            ("settled-early", END - 1, 57_123),
        ):
            question = OptionToQuote(option, now, 56_000, 2_000, True, price)
            told = "Trade, pending, settle: one at every time."
            found.append(Draft(f"options/phase-{kind}-{name}", told, ("OPT-3", "MARK-1"), "quote_option", question))
    steep = replace(PUT, parameters=replace(OPTION, put_ratio=2_000_000))
    question = OptionToQuote(steep, START, 30_000, 16_000, True, None)
    told = "A put's initial margin is at least its ratio of maintenance."
    found.append(Draft("options/quote-put-by-ratio", told, ("MARGIN-2",), "quote_option", question))
    return found


def _payoffs() -> list[Draft]:
    return [
        Draft(
            f"options/payoff-{kind}-at-{price}",
            "What a lot pays: exact.",
            ("OPT-1",),
            "payoff",
            SeriesAtPrice(option, price),
        )
        for option, kind in ((CALL, "call"), (PUT, "put"), (ODD, "odd"))
        for price in (0, 44_999, 45_000, 50_002, 55_000, 55_001, 200_000)
    ]


def _expiries() -> list[Draft]:
    fresh = Expiry("BTC", END)
    opening = END - SLOT * SLOTS
    slot = END // SLOT
    few, enough = MINIMUM - 1, MINIMUM
    last = END + PROTOCOL.settlement_extension
    told = "Samples once a slot, and the price once there are enough."
    cases: tuple[tuple[str, Expiry, int, bool], ...] = (
        ("before-the-window", fresh, opening - 1, True),
        ("as-the-window-opens", fresh, opening, True),
        ("frozen", fresh, opening, False),
        ("in-the-same-slot", replace(fresh, total=50_000, count=1, last_slot=opening // SLOT), opening + 1, True),
        ("in-the-next-slot", replace(fresh, total=50_000, count=1, last_slot=opening // SLOT), opening + SLOT, True),
        ("a-moment-before", replace(fresh, total=7, count=enough, last_slot=slot - 2), END - 1, True),
        (
            "at-expiry-with-enough",
            replace(fresh, total=50_000 * enough + 23, count=enough, last_slot=slot - 1),
            END,
            True,
        ),
        ("at-expiry-with-one-too-few", replace(fresh, total=50_000 * few, count=few, last_slot=slot - 1), END, True),
        ("at-expiry-frozen", replace(fresh, total=50_000 * few, count=few, last_slot=slot - 1), END, False),
        ("extended", replace(fresh, total=50_000 * 3, count=3, last_slot=slot - 1), END + SLOT, True),
        ("a-moment-before-the-last", replace(fresh, total=9, count=3, last_slot=slot + 9), last - 1, False),
        ("at-the-last", replace(fresh, total=9, count=3, last_slot=slot + 9), last, False),
        ("set-before", replace(fresh, total=9, count=30, price=49_999), END + SLOT, True),
    )
    return [
        Draft(
            f"options/expiry-{name}",
            told,
            ("OPT-2",),
            "sample_expiry",
            ExpiryToSample(expiry, PROTOCOL, now, 50_123, is_fresh),
        )
        for name, expiry, now, is_fresh in cases
    ]


def _settlements() -> list[Draft]:
    """A call that ends in the money and a put that does not; settled by others, in any order, once."""
    stage = LedgerStage("options", lambda: scenario_genesis(options=(CALL, PUT), max_move=1_000_000))
    chain = stage.chain
    writer, holder = stage.open("writer", 5_000 * USD), stage.open("holder", 1_000 * USD)
    other = stage.open("other", 10 * USD)
    start = len(chain.history)
    trade(chain, holder, writer, CALL.market, 40, 1_000)
    trade(chain, holder, writer, PUT.market, 30, 1_000)
    stage.tries("settle-before-expiry", "Nothing settles before.", ("OPT-3",), other, Settle(holder, CALL.market))
    chain.block(time=END - SLOT * SLOTS, prices={"BTC": 57_000})
    chain.block(prices={"BTC": 57_000})
    for number in range(SLOTS + 1):
        chain.block(time=END - SLOT * (SLOTS - number) + 1, prices={"BTC": 57_000 + number})
    for who, account in (("writer", writer), ("holder", holder)):
        stage.judges(f"figures-of-the-{who}-at-expiry", "Settled series count at their payoff.", ("OPT-1",), account)
        for option, kind in ((CALL, "call"), (PUT, "put")):
            told = "Anyone may settle anyone, exactly."
            stage.tries(f"settle-{kind}-of-the-{who}", told, ("OPT-3", "OPT-1"), other, Settle(account, option.market))
    rich = stage.with_cash({holder: MAX_ATOMS})
    signed = RING.signed(chain.sign(other, Settle(holder, CALL.market)))
    stage.tries_signed("settle-past-the-bound", "A balance has a bound.", ("NUM-5",), signed, rich)
    stage.tries("settle-own", "Oneself, too.", ("OPT-3",), holder, Settle(holder, CALL.market))
    stage.acts(other, Settle(holder, CALL.market))
    stage.tries("settle-again", "Each once.", ("OPT-3",), other, Settle(holder, CALL.market))
    told = "Payoffs are realised profit, and locked."
    stage.judges("figures-of-the-paid-holder", told, ("MARGIN-4a", "OPT-4"), holder)
    stage.tries("payoff-transferred", told, ("MARGIN-4", "MARGIN-4a", "OPT-4"), holder, Transfer(other, 980 * USD))
    stage.tries("payoff-withdrawn", told, ("MARGIN-4", "MARGIN-4a", "OPT-4"), holder, Withdraw(bytes(32), 980 * USD))
    stage.plays("as-blocks", "From the first trade to the last payoff.", ("OPT-2", "OPT-3", "OPT-4"), start)
    return stage.drafts
