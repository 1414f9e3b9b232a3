"""The range of every quantity that obligations leave open: what NUM-5 says of it, or what follows from the rules.

An obligation about margin takes any cost and any worth of other positions, as the proof needs no bound. How wide a
number gets does depend on one. Here each such quantity has its range, by its name, with the reason. What is not listed
may be any signed 128-bit integer, such as what a transaction asks for before a rule has looked at it, or a sum of which
no rule says how far it goes (locked profit, clearing balances).

An account is taken to hold up to `MOST_OTHERS` further positions, each of the largest notional.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from clearstone.spec.consensus.messages import MAX_HEIGHT
from clearstone.spec.consensus.validators import MAX_POWER
from clearstone.spec.numbers import (
    MAX_ATOMS,
    MAX_FUNDING_INDEX,
    MAX_LOTS,
    MAX_MULTIPLIER,
    MAX_TICKS,
    MAX_TIME,
    PPM,
)

MOST_OTHERS = 1 << 20
"""Positions of an account beside what an obligation names; each doubling adds at most a bit to the sums."""
LOT = MAX_TICKS * MAX_MULTIPLIER
"""Largest worth of a lot, in atoms."""
NOTIONAL = MAX_LOTS * LOT
"""Largest worth of a position, in atoms."""
ANY: Final = (-(1 << 127), (1 << 127) - 1)
"""Every signed 128-bit integer."""
OTHERS = MOST_OTHERS * 16 * NOTIONAL
"""What all other positions of an account are worth or need together, the margin of each up to 16 times its notional."""
MOST_ACCOUNTS = 1 << 32
"""Accounts of a pool; each doubling adds at most a bit to what is apportioned among them."""
SAMPLES = 1 << 14
"""More than the most samples of an expiry, and the most blocks of a grace period."""
COUNTER = 1 << 64
"""More than any count of transactions, fills or changes will ever reach."""


@dataclass(frozen=True, slots=True)
class Range:
    """What some quantities may be."""

    names: str
    """A pattern for the whole name of a quantity."""
    size: int
    """Largest size, either sign, unless the obligation says less."""
    why: str
    """The reason."""
    layer: str = ""
    """The module of the obligations that mean this by the name; any if empty."""


RANGES = (
    Range(
        r"(.*\.)?~.*\.(value|value not counted|cost|maintenance|initial above maintenance)",
        OTHERS,
        "sums over the others",
    ),
    Range(r"(.*\.)?~.*\.profit cap", MOST_OTHERS * MAX_ATOMS, "a sum over the others, each cap within its range"),
    Range(
        r"(.*\.)?~.*\.funding.*",
        2 * MAX_FUNDING_INDEX * MAX_LOTS,
        "the others are due no more than one largest position",
    ),
    Range(r"cash after", MAX_ATOMS, "NUM-5: cash"),
    Range(r"(.*\.)?cost( after)?", NOTIONAL, "an_entry_cost_is_no_more_than_the_lots_at_the_largest_price"),
    Range(r".*\.(maintenance|initial above maintenance)", 16 * LOT, "MARGIN-1, MARGIN-2: widths of the quotes"),
    Range(r"(.*\.)?(long mark below mark|short mark above mark|mark)", 16 * LOT, "MARK-1: widths of the quotes"),
    Range(r".*\.(lowest|band width)", 2 * MAX_TICKS, "BOOK-3: widths of the quotes"),
    Range(r"(.*\.)?(price( \d+)?|low|high|both)", MAX_TICKS, "NUM-5: a price"),
    Range(r"(.*\.)?open interest( after)?|more open interest", MAX_LOTS, "MARGIN-5: it grows to at most a parameter"),
    Range(r"(.*\.)?(lots|filled \d+|left( after \d+)?|calls (sold|bought)|sold|size of .*)", MAX_LOTS, "NUM-5: lots"),
    Range(r".*(sequence|settlements|last change)", COUNTER, "a counter"),
    Range(r".*(window|period)", MAX_TIME, "a number of a stretch of time"),
    Range(r".*insurance used", MAX_ATOMS, "WATER-2: at most the cap"),
    Range(r"power \d+|(honest|false) power.*|false|reporting", MAX_POWER, "NUM-5: the power of all validators"),
    Range(r"total", MAX_POWER, "NUM-5: the power of all validators", "oracle"),
    Range(r"total", SAMPLES * MAX_TICKS, "OPT-2: a sum of samples", "settlement"),
    Range(r".*height", MAX_HEIGHT, "NUM-5: a height"),
    Range(
        r"clock \d+|previous|expires|flagged at|(last )?time|earlier|later|staleness|last", MAX_TIME, "NUM-5: a time"
    ),
    Range(r".*nonce|named", MAX_TIME, "NUM-5: a nonce"),
    Range(r"remainder", MAX_TIME, "PERP-1: less than the funding interval"),
    Range(r"sample( \d+)?", MAX_TICKS * PPM, "PERP-3: a price over an index of at least a tick, in ppm"),
    Range(r"count|fresh blocks.*", SAMPLES, "OPT-2, ORACLE-5: at most a parameter"),
    Range(r"(taker|maker)'s fee|fees|paid", NOTIONAL, "BOOK-7: at most a tenth of a notional"),
    Range(r"(margin|discount|penalty) per lot", 16 * LOT, "MARGIN-1, MARGIN-2, LIQ-2, LIQ-4: a part of a lot's worth"),
    Range(r"found|asked|least", MAX_LOTS, "NUM-5: lots"),
    Range(r"binds at .*", MAX_TIME, "NUM-5: a time"),
    Range(
        r"equity|required( after)?|charge( with one more)?|cap|credit|profit",
        2 * OTHERS,
        "sums over positions, and cash",
    ),
    Range(
        r"claim on .*|(first|second) claim|.*'s( further)?( closed)? profit",
        2 * OTHERS,
        "sums over positions, and cash",
    ),
    Range(r"owed|amount|paid by .*|taken in .*|drawn from .*|share .*", MAX_ATOMS, "NUM-5: cash, a pot", "absorption"),
    Range(r"claimed before|all claims", MOST_ACCOUNTS * 2 * OTHERS, "a sum over accounts", "absorption"),
    Range(r"reserve of .*", OTHERS, "a sum over orders"),
    Range(r".* naked", MOST_OTHERS * MAX_LOTS * MAX_MULTIPLIER, "a sum over legs, in atoms per tick"),
    Range(r".* margin|floor", 16 * MAX_TICKS, "MARGIN-3: a lot's margin, in ticks"),
    Range(r"others.*|(legs|less|more) .*|loss at .*", OTHERS, "sums over legs"),
)
"""By name; the first that fits counts."""


def range_of(layer: str, name: str, low: int | None, high: int | None) -> tuple[int, int]:
    """The least and the largest value of a quantity: within what the obligation says, and within its range here."""
    if low is not None and high is not None:
        return low, high
    fitting = (one for one in RANGES if one.layer in ("", layer) and re.fullmatch(one.names, name))
    found = next(fitting, None)
    least, most = ANY if found is None else (-found.size, found.size)
    return (least if low is None else low), (most if high is None else high)
