"""Trades at their ends: every way a small position can be met, the least profits and losses, reduce-only to the lot."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product

from clearstone.conformance.suites.account_edits import account_of, holding, with_account, with_equity, with_locked
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.scenario_genesis import PERPETUAL, POOL, USD, buy, scenario_genesis, sell, walk_index
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, MAX_TICKS
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.transactions import Place, TimeInForce, Transfer

MARKET = "BTC-PERP"
LOT = 50_000_000
"""What a lot is worth at first, in atoms."""


def drafts() -> list[Draft]:
    """The cases about ends, of the suite `book`."""
    worsened = [*_worsened(), *_worsened_makers(), *_worse_prices()]
    return [*_positions(), *_reduce_only(), *_wrong_ways(), *_bands(), *_bounds(), *worsened, *_fees(), *_whole()]


def tries(
    stage: LedgerStage, name: str, told: str, rules: tuple[str, ...], who: str, order: Place, at: Snapshot
) -> None:
    """Try an order on a state that was edited."""
    stage.tries_signed(name, told, rules, RING.signed(stage.chain.sign(who, order)), at)


def signed_name(number: int) -> str:
    """A number as a part of a case's id."""
    return f"minus-{-number}" if number < 0 else str(number)


def _positions() -> list[Draft]:
    """Every small position, met by every small trade: adding, closing a part, closing, flipping."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, sell(MARKET, 4, 50_001), buy(MARKET, 4, 49_997))
    for lots, traded in product((-2, -1, 1, 2), (-3, -2, -1, 1, 2, 3)):
        state = holding(stage, alice, 10_000 * USD - lots * LOT, (MARKET, lots, lots * LOT + 12_347))
        state = with_locked(stage, state, alice, 7_000, 5_000)
        order = buy(MARKET, traded, 50_001, "ioc") if traded > 0 else sell(MARKET, -traded, 49_997, "ioc")
        name = f"position-{signed_name(lots)}-trades-{signed_name(traded)}"
        told = "A position is added to, closed in part or whole, or flipped."
        tries(stage, name, told, ("LEDGER-3", "MARGIN-4a", "BOOK-2"), alice, order, state)
    return stage.drafts


def loss_drafts() -> list[Draft]:
    """Profits and losses of a few atoms, by funding: what they do to locked profit. Of the suite `funding`."""
    stage = LedgerStage("funding", scenario_genesis)
    alice, bob = stage.open("alice", 1_000 * USD), stage.open("bob", 1_000 * USD)
    index = stage.chain.state.quotes[MARKET].funding_index
    both, nothing = (5, 3), (0, 0)
    tried = [(atoms, both) for atoms in (-9, -8, -4, -3, -2, -1, 0, 1, 2)] + [(-1, nothing), (1, nothing), (-4, (0, 3))]
    for atoms, (recent, earlier) in tried:
        state = holding(stage, alice, 1_000 * USD, (MARKET, 1, LOT))
        state = with_locked(stage, state, alice, recent, earlier)
        account = account_of(state, alice)
        [position] = account.positions
        late = replace(position, funding_index=index + atoms * 1_000_000)
        state = with_account(state, alice, replace(account, positions=(late,)))
        told = "A profit is locked, a loss lowers what is, the earlier part first."
        name = f"settles-{signed_name(atoms)}-with-{recent}-and-{earlier}-locked"
        signed = RING.signed(stage.chain.sign(alice, Transfer(bob, 1)))
        stage.tries_signed(name, told, ("MARGIN-4a", "PERP-2"), signed, state)
    return stage.drafts


def _reduce_only() -> list[Draft]:
    """Reduce-only takers and makers, to the lot, against orders of several sizes."""
    found = []
    layouts = ((5,), (1, 4))
    for number, layout in enumerate(layouts):
        stage = LedgerStage("book", scenario_genesis)
        alice = stage.open("alice", 10_000 * USD)
        makers = [stage.open(name, 10_000 * USD) for name in ("bob", "carol", "dora")]
        for maker, lots in zip(makers, layout, strict=False):
            stage.acts(maker, sell(MARKET, lots, 50_010), buy(MARKET, lots, 49_990))
        modes: tuple[TimeInForce, ...] = ("gtc", "fok")
        for held, lots, mode in product((-2, 2), (1, 2, 3, 4), modes):
            if mode == "fok" and lots not in (2, 3):
                continue
            state = holding(stage, alice, 10_000 * USD - held * LOT, (MARKET, held, held * LOT))
            order = (buy if held < 0 else sell)(MARKET, lots, 50_010 if held < 0 else 49_990, mode, reduce_only=True)
            name = f"reduces-{signed_name(held)}-by-{lots}-{mode}-{number}"
            tries(stage, name, "A reduce-only order closes its position and no more.", ("BOOK-2",), alice, order, state)
        found += stage.drafts
    return found + _reduce_only_makers()


def _reduce_only_makers() -> list[Draft]:
    stage = LedgerStage("book", scenario_genesis)
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    stage.acts(alice, buy(MARKET, 4, 49_990, reduce_only=True), sell(MARKET, 4, 50_010, reduce_only=True))
    stage.acts(bob, buy(MARKET, 4, 49_980), sell(MARKET, 4, 50_020))
    for held, lots in product((-2, -1, 1, 2), (1, 2, 3)):
        state = holding(stage, alice, 10_000 * USD - held * LOT, (MARKET, held, held * LOT))
        order = sell(MARKET, lots, 49_980) if held < 0 else buy(MARKET, lots, 50_020)
        name = f"meets-a-reducer-of-{signed_name(held)}-with-{lots}"
        told = "A reduce-only maker closes its position, and what is left of its order goes."
        tries(stage, name, told, ("BOOK-2",), carol, order, state)
    return stage.drafts


def _wrong_ways() -> list[Draft]:
    """Reduce-only orders that would add, and those that meet makers who have nothing to reduce."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob, carol = (stage.open(name, 10_000 * USD) for name in ("alice", "bob", "carol"))
    stage.acts(bob, buy(MARKET, 2, 49_990, reduce_only=True), sell(MARKET, 2, 50_010, reduce_only=True))
    stage.acts(carol, buy(MARKET, 2, 49_980), sell(MARKET, 2, 50_020))
    for held, buys in product((-2, 2), (True, False)):
        state = holding(stage, alice, 10_000 * USD - held * LOT, (MARKET, held, held * LOT))
        order = buy(MARKET, 2, 50_020, reduce_only=True) if buys else sell(MARKET, 2, 49_980, reduce_only=True)
        name = f"reduce-only-{'buy' if buys else 'sell'}-of-{signed_name(held)}-past-needless-makers"
        told = "A maker with nothing to reduce goes, a taker with nothing to reduce stops."
        tries(stage, name, told, ("BOOK-2",), alice, order, state)
    for order in (buy(MARKET, 2, 50_020), sell(MARKET, 2, 49_980)):
        told = "A maker with nothing to reduce goes, and a taker that may add goes on."
        name = f"{order.side}-of-0-past-needless-makers"
        tries(stage, name, told, ("BOOK-2",), alice, order, snapshot_of(stage.chain.state))
    return stage.drafts


def _worse_prices() -> list[Draft]:
    """Below initial margin: at a price that costs more margin than it frees, and orders that rest to shrink."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, buy(MARKET, 9, 47_000), sell(MARKET, 9, 53_000))
    for lots in (-2, 2):
        state = holding(stage, alice, 0, (MARKET, lots, lots * LOT))
        state = with_equity(stage, state, alice, 4_900_000)
        for name, order in (
            ("closes", (sell if lots > 0 else buy)(MARKET, 1, 47_000 if lots > 0 else 53_000, "ioc")),
            ("rests-to-shrink", (sell if lots > 0 else buy)(MARKET, 1, 52_000 if lots > 0 else 48_000)),
            ("rests-to-grow", (buy if lots > 0 else sell)(MARKET, 1, 48_000 if lots > 0 else 52_000)),
        ):
            told = "What costs more equity than it frees margin is refused."
            case = f"weak-{signed_name(lots)}-{name}-at-a-bad-price"
            tries(stage, case, told, ("MARGIN-6",), alice, order, state)
    return stage.drafts


def _whole() -> list[Draft]:
    """FOK orders at the ends of what may be placed."""
    stage = LedgerStage("book", lambda: scenario_genesis(pool=replace(POOL, max_orders=1)))
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(alice, buy(MARKET, 1, 49_000))
    stage.acts(bob, sell(MARKET, 2, 50_000))
    for name, rule, order in (
        ("market-fok", "BOOK-2", buy(MARKET, 2, None, "fok")),
        ("market-fok-too-large", "BOOK-2", buy(MARKET, 3, None, "fok")),
        ("fok-beside-the-most-orders", "BOOK-2", buy(MARKET, 2, 50_000, "fok")),
        ("ioc-beside-the-most-orders", "BOOK-2", buy(MARKET, 2, 50_000, "ioc")),
        ("price-of-one", "BOOK-3", buy(MARKET, 1, 1, "ioc")),
        ("price-of-the-bound", "BOOK-3", buy(MARKET, 1, MAX_TICKS, "ioc")),
    ):
        stage.tries(f"ends-{name}", "At once, whole or not at all; prices have bounds.", (rule,), alice, order)
    return stage.drafts


def _bands() -> list[Draft]:
    """Makers at the edges of the band, and a tick outside."""
    stage = LedgerStage("book", scenario_genesis)
    chain = stage.chain
    alice, bob = stage.open("alice", 100_000 * USD), stage.open("bob", 100_000 * USD)
    stage.acts(bob, sell(MARKET, 1, 54_000), buy(MARKET, 1, 46_000))
    for index, order in ((49_090, buy(MARKET, 1)), (49_091, buy(MARKET, 1)), (49_092, buy(MARKET, 1))):
        walk_index(chain, index)
        told = "A maker at the upper edge of the band trades, one outside is cancelled."
        stage.tries(f"maker-above-at-{index}", told, ("BOOK-3", "BOOK-2"), alice, order)
    for index in (51_110, 51_111, 51_112, 51_113):
        walk_index(chain, index)
        told = "A maker at the lower edge of the band trades, one outside is cancelled."
        stage.tries(f"maker-below-at-{index}", told, ("BOOK-3", "BOOK-2"), alice, sell(MARKET, 1))
    return stage.drafts


def _bounds() -> list[Draft]:
    """Cash and lots at their bounds, of takers and of makers."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, sell(MARKET, 2, 50_000), buy(MARKET, 2, 49_999))
    told = "Balances and positions have bounds, for both sides."
    paid = 50_000_000 + 25_000
    sold = 49_999_000 - 25_000
    for name, who, cash, lots, order in (
        ("taker-cash-just-low-enough", alice, MAX_ATOMS - sold, 0, sell(MARKET, 1, 49_999)),
        ("taker-cash-too-high", alice, MAX_ATOMS - sold + 1, 0, sell(MARKET, 1, 49_999)),
        ("maker-cash-just-low-enough", bob, MAX_ATOMS - 50_005_000, 0, buy(MARKET, 1, 50_000)),
        ("maker-cash-too-high", bob, MAX_ATOMS - 50_004_999, 0, buy(MARKET, 1, 50_000)),
        ("taker-lots-at-the-bound", alice, -MAX_ATOMS // 8 + paid, MAX_LOTS - 1, buy(MARKET, 1, 50_000)),
        ("taker-lots-past-the-bound", alice, -MAX_ATOMS // 8 + paid, MAX_LOTS, buy(MARKET, 1, 50_000)),
        ("maker-lots-past-the-bound", bob, MAX_ATOMS // 8, -MAX_LOTS, buy(MARKET, 1, 50_000)),
        ("maker-lots-at-the-bound", bob, MAX_ATOMS // 8, 1 - MAX_LOTS, buy(MARKET, 1, 50_000)),
    ):
        state = holding(stage, who, cash, *(((MARKET, lots, lots * LOT),) if lots else ()))
        if lots:
            state = with_equity(stage, state, who, MAX_LOTS * LOT)
        tries(stage, name, told, ("NUM-5", "MARGIN-6", "BOOK-2"), alice, order, state)
    return stage.drafts


def _worsened() -> list[Draft]:
    """Accounts below initial margin, by an atom or by much, that close a part, all, or more."""
    stage = LedgerStage("book", scenario_genesis)
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, buy(MARKET, 9, 50_000), sell(MARKET, 9, 50_001), buy(MARKET, 9, 48_000), sell(MARKET, 9, 52_000))
    initial = 2_500_000
    for lots in (-2, -1, 1, 2):
        need = abs(lots) * initial
        for name, equity in (
            ("in-debt", -1_000_000),
            ("at-minus-one", -1),
            ("at-nothing", 0),
            ("at-the-fee", 25_000),
            ("below-the-fee", 24_999),
            ("below", need - 30_000),
            ("just-below", need - 1),
            ("just-enough", need),
        ):
            state = holding(stage, alice, 0, (MARKET, lots, lots * LOT))
            state = with_equity(stage, state, alice, equity)
            for traded in (1, 2, 3):
                order = (sell if lots > 0 else buy)(MARKET, traded, 50_000 if lots > 0 else 50_001, "ioc")
                if traded <= abs(lots) and (equity in (25_000, 24_999) or abs(lots) == 1 or traded == 2):
                    case = f"weak-{signed_name(lots)}-{name}-closes-{traded}"
                    told = "Below initial margin a position may shrink, not grow or change sides, and no deficit grow."
                    tries(stage, case, told, ("MARGIN-6",), alice, order, state)
    return stage.drafts


def _worsened_makers() -> list[Draft]:
    """The same as makers, whose fee is nothing or a rebate: who is in debt may close at a fair price."""
    found = []
    for fee, (lots, equity) in product((0, -100), ((1, -1_000_000), (-1, -1), (2, 0), (1, 2_000_000))):
        market = replace(PERPETUAL, maker_fee=fee)
        stage = LedgerStage("book", partial(scenario_genesis, perpetual=market))
        alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
        stage.acts(alice, (sell if lots > 0 else buy)(MARKET, 1, 50_000))
        state = with_equity(stage, holding(stage, alice, 0, (MARKET, lots, lots * LOT)), alice, equity)
        name = f"weak-maker-{signed_name(lots)}-of-{signed_name(equity)}-at-{signed_name(fee)}"
        told = "No deficit grows, but it need not become smaller."
        order = (buy if lots > 0 else sell)(MARKET, 1, 50_000, "ioc")
        tries(stage, name, told, ("MARGIN-6", "BOOK-6"), bob, order, state)
        found += stage.drafts
    return found


def _fees() -> list[Draft]:
    """What fees and rebates of a single lot round to, at odd prices and rates."""
    found = []
    for taker, maker in ((333, -333), (333, -332), (1, -1), (0, 0), (7, 3), (100_000, -100_000)):
        market = replace(PERPETUAL, taker_fee=taker, maker_fee=maker)
        stage = LedgerStage("book", partial(scenario_genesis, perpetual=market))
        alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
        stage.acts(bob, sell(MARKET, 3, 50_003))
        told = "Fees are ceiled, rebates floored."
        rates = f"{taker}-{signed_name(maker)}"
        for lots in (1, 3):
            name = f"fees-of-{lots}-at-{rates}"
            stage.tries(name, told, ("BOOK-7", "NUM-3", "LEDGER-1"), alice, buy(MARKET, lots, 50_003, "ioc"))
        if (taker, maker) == (333, -333):
            before = snapshot_of(stage.chain.state)
            poor = with_account(before, alice, replace(account_of(before, alice), cash=2_500_000 + 3_000 + 16_651))
            tries(stage, f"fees-exactly-at-{rates}", told, ("BOOK-7", "MARGIN-6"), alice, buy(MARKET, 1, 50_003), poor)
        found += stage.drafts
    return found
