"""Which rule decides a field: what a posting is for, what kind an event is, what a field of the state is about.

A report names the rules by which a step or a case is answered at all. Where the field that differs says more than that,
its rule comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from clearstone.conformance import wire
from clearstone.conformance.live.mismatch import Mismatch
from clearstone.spec.rules import RULES

RULE_OF_POSTING: Mapping[str, str] = MappingProxyType(
    {
        "trade": "BOOK-2",
        "fee": "BOOK-7",
        "rebate": "BOOK-7",
        "funding": "PERP-2",
        "payoff": "OPT-1",
        "deposit": "LEDGER-5",
        "withdrawal": "LEDGER-5",
        "release": "LEDGER-5",
        "takeover": "LIQ-2",
        "discount": "LIQ-4",
        "penalty": "LIQ-4",
        "deleveraging": "WATER-1",
        "sweep": "NUM-4",
        "fees": "LEDGER-9",
        "insurance": "WATER-2",
        "closed-profit": "WATER-2",
        "equity": "WATER-2",
        "profit": "WATER-2",
    }
)
"""The rule behind a posting, by its reason."""
RULE_OF_EVENT: Mapping[str, str] = MappingProxyType(
    {
        "rested": "BOOK-5",
        "fill": "BOOK-2",
        "cancelled": "BOOK-2",
        "flagged": "LIQ-1",
        "liquidated": "LIQ-3",
        "defaulted": "WATER-1",
        "default-pending": "WATER-1",
        "deleveraged": "WATER-1",
        "absorbed": "WATER-2",
        "settled": "OPT-3",
        "scheduled": "LEDGER-8",
        "bound": "LEDGER-8",
    }
)
"""The rule behind an event, by its kind."""
RULE_OF_FIELD: Mapping[str, str] = MappingProxyType(
    {
        "nonce": "LEDGER-6",
        "cost": "LEDGER-3",
        "funding_index": "PERP-2",
        "clearing": "PERP-2",
        "residue": "NUM-4",
        "fees": "LEDGER-9",
        "escrow": "LEDGER-5",
        "vault": "LEDGER-5",
        "locked_recent": "MARGIN-4a",
        "locked_earlier": "MARGIN-4a",
        "locked_period": "MARGIN-4a",
        "flagged_at": "LIQ-1",
        "flagged": "LIQ-1",
        "orders": "BOOK-2",
        "open_interest": "MARGIN-5",
        "samples": "PERP-3",
        "rate": "PERP-3",
        "remainder": "PERP-1",
        "median": "ORACLE-3",
        "fresh_blocks": "ORACLE-2",
        "reports": "ORACLE-1",
        "parameters": "LEDGER-8",
        "changes": "LEDGER-8",
        "expiries": "OPT-2",
        "time": "ORACLE-6",
        "excluded": "MARGIN-4",
        "maintenance": "MARGIN-3",
        "initial": "MARGIN-3",
        "locked": "MARGIN-4a",
        "withdrawable": "MARGIN-4a",
        "liquidatable": "LIQ-1",
    }
)
"""The rule behind a field of a state or of an account's figures, by its name, where no receipt says more."""

_MOVED = re.compile(r"(.*\.)?(postings|events)\[(\d+)\]")
_NAME = re.compile(r"[a-z_]+")


def deciding_rules(mismatch: Mismatch, expected: wire.Json) -> tuple[str, ...]:
    """The rules that decide the first field that differs, as far as it says so; `expected` is the whole answer."""
    found = [*mismatch.rules]
    if mismatch.differences:
        path = mismatch.differences[0].path
        found += [*_of_receipt(path, expected), *_of_field(path)]
    return tuple(dict.fromkeys(rule for rule in found if rule in RULES))


def _of_receipt(path: str, expected: wire.Json) -> Iterator[str]:
    """The rule of the posting or event that a path leads to; of one that should not be there nothing is known."""
    match = _MOVED.match(path)
    if match is None:
        return
    held = at(expected, match.group())
    if isinstance(held, dict):
        known = RULE_OF_POSTING if match.group(2) == "postings" else RULE_OF_EVENT
        said = str(held.get("reason", held.get("kind")))
        yield known.get(said, "WATER-2" if match.group(2) == "postings" else "LEDGER-7")


def _of_field(path: str) -> Iterator[str]:
    """The rule of the innermost field that says something."""
    for name in reversed(_NAME.findall(path)):
        if name in RULE_OF_FIELD:
            yield RULE_OF_FIELD[name]
            return


def at(value: wire.Json, path: str) -> wire.Json:
    """What stands at a path, as `differences` writes them; None if nothing does."""
    for part in re.findall(r"[^.\[\]]+", path):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
    return value
