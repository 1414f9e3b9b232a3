import ast
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

import clearstone.spec.numbers as spec_numbers
from clearstone.proofs import catalogue
from clearstone.proofs.bounds import claims, ranges, widths
from clearstone.proofs.bounds.claims import CLAIMS, CLASSES, FOLLOWED
from clearstone.proofs.bounds.widths import functions_of, widths_of
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.worlds import World
from clearstone.spec.funding import accrue
from clearstone.spec.numbers import ceil_div, share

assert catalogue.MODULES
(CLAIM,) = CLAIMS
LEDGER = [
    made for made in OBLIGATIONS.values() if made.run.__module__ in {module.__name__ for module in catalogue.MODULES}
]
SPEC = Path(spec_numbers.__file__).parent
NOT_COMPUTED = {
    "accounts": {"positions[:place]", "place + 1", "b'clearstone/account"},  # places, and bytes to hash
    "book": {"place + 1", "left -= taken", "cost += taken * price", "taken * price"},  # lots · ticks: at most 73 bits
    "cash": {"1 << 32"},  # constants
    "defaults": {"postings", "so_far[1] + postings"},  # tuples
    "funding": {"len(samples) - 1"},  # a place
    "genesis": {"checks +=", "1000 * PPM", "time"},  # tuples, a constant, times at the beginning
    "liquidation": {
        "target_funding + liquidator_funding",  # tuples
        "pool.insurance + takeover.penalty",  # followed in the slow tests: 119 bits
        "lots * quote.mark",  # likewise: 94 bits
    },
    "matching": {
        "match.postings",  # tuples
        "match.left - ",  # lots: followed in the slow tests, 42 bits
        "resting.lots - match.left",
    },
    "numbers": {"1 <<", "(0,) * len(caps)"},  # constants, a tuple
    "oracle": {"now - parameters.report_staleness"},  # a time: followed in the slow tests, 54 bits
    "parameters": {"* DAY", "PPM // ", "2 * PPM", "-PPM // "},  # constants
    "state_root": {"prefix + key"},  # bytes
    "takeover": {"middle + 1"},  # lots: 41 bits
    "values": {"def __init__"},  # text
}
"""Parts of expressions that the claim does not follow, by module, and why."""


def made_of(run) -> Obligation:
    return Obligation(run.__name__, "", (), (), frozenset(), "", run)


def test_no_intermediate_exceeds_256_bits():
    result = CLAIM.prove()
    assert (result.verdict, result.detail) == ("proved", "")
    assert result.outcomes.keys() == {name for _, name in CLASSES}
    assert result.requirements == sum(result.outcomes.values()) > 300


@pytest.mark.slow
@pytest.mark.parametrize("made", LEDGER, ids=lambda made: made.id)
def test_no_intermediate_of_any_obligation_exceeds_256_bits(made: Obligation):
    wide = {claims.shown(place): bits for place, bits in widths_of([made]).items() if bits > claims.MOST_BITS}
    assert wide == {}


def test_quantities_that_are_too_wide_make_the_claim_fail(monkeypatch):
    monkeypatch.setattr(ranges, "ANY", (-(1 << 250), 1 << 250))
    monkeypatch.setattr(ranges, "RANGES", ())
    result = replace(CLAIM, followed=("entry_cost_follows_what_was_paid",)).prove()
    assert result.verdict == "undecided"
    assert result.detail.startswith("accounts.py:")
    assert "trade_position: " in result.detail
    assert result.detail.endswith("may need 292 bits")


def test_a_claim_that_follows_nothing_is_vacuous():
    assert replace(CLAIM, followed=()).prove().verdict == "vacuous"


def test_a_wider_bound_of_an_amount_makes_an_apportionment_too_wide(monkeypatch):
    def sharing(world: World) -> None:
        amount, before = world.integer("amount", 0, 1 << 200), world.integer("before", 0, 1 << 96)
        share(amount, before, world.integer("cap", 0, 1 << 96), world.integer("total", 1, 1 << 97))

    found = {place.text: bits for place, bits in widths_of([made_of(sharing)]).items()}
    assert found["amount * (before + cap)"] == 200 + 97 + 2
    assert found["before + cap"] == 99


def test_the_bits_hold_the_least_and_the_greatest_value():
    def ceiling(world: World) -> None:
        ceil_div(world.integer("numerator", -256, 255), 1 + world.integer("divisor", 0, 0))

    def sums(world: World) -> None:
        share(world.integer("amount", 0, 127), 0, world.integer("cap", 0, 1), 1)

    assert {bits for place, bits in widths_of([made_of(ceiling)]).items() if "-numerator" in place.text} == {10}
    assert {bits for place, bits in widths_of([made_of(sums)]).items() if place.text.startswith("amount * (")} == {8}


def test_what_nothing_bounds_is_infinitely_wide(monkeypatch):
    monkeypatch.setattr(widths, "range_of", lambda layer, name, low, high: (low, high))

    def unbounded(world: World) -> None:
        ceil_div(world.integer("numerator"), 7)

    assert inf in widths_of([made_of(unbounded)]).values()


def test_an_expression_is_known_by_its_place_and_text():
    found = {(place.module, place.function, place.text) for place in widths_of([OBLIGATIONS[FOLLOWED[0]]])}
    assert all(module and function and text for module, function, text in found)
    accrued = widths_of([OBLIGATIONS["funding_does_not_depend_on_how_time_is_divided"]])
    text = "funding.rate * index * perpetual.multiplier * elapsed + funding.remainder"
    (place,) = (place for place in accrued if place.text == text)
    assert place.line > accrue.__code__.co_firstlineno
    assert accrued[place] > 128


def test_each_function_is_listed_with_its_widest_expression():
    found = widths_of([OBLIGATIONS["funding_does_not_depend_on_how_time_is_divided"]])
    for module, function, bits, expression in functions_of(found):
        here = {place: width for place, width in found.items() if (place.module, place.function) == (module, function)}
        assert bits == max(here.values()) == here[expression]


def test_every_expression_that_computes_is_followed_or_listed():
    followed = {(place.module, place.line, place.column) for place in widths_of(OBLIGATIONS[id] for id in FOLLOWED)}
    left_out: list[str] = []
    for path in sorted(SPEC.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.BinOp | ast.AugAssign):
                continue
            text = ast.unparse(node)
            listed = any(part in text for part in NOT_COMPUTED.get(path.stem, ()))
            arithmetic = isinstance(
                node.op, ast.Add | ast.Sub | ast.Mult | ast.FloorDiv | ast.Mod | ast.LShift | ast.Pow
            )
            if arithmetic and not listed and (path.stem, node.lineno, node.col_offset) not in followed:
                left_out.append(f"{path.stem}.py:{node.lineno}: {text}")
    assert left_out == []


def test_the_first_range_that_fits_a_name_counts():
    assert ranges.range_of("cash", "alice.~alice.cost", None, None) == (-ranges.OTHERS, ranges.OTHERS)
    assert ranges.range_of("cash", "alice.perp.cost", None, None) == (-ranges.NOTIONAL, ranges.NOTIONAL)
    assert ranges.range_of("cash", "never heard of", None, None) == ranges.ANY
    assert ranges.range_of("cash", "never heard of", 0, None) == (0, ranges.ANY[1])
    assert ranges.range_of("cash", "alice.perp.cost", 3, 4) == (3, 4)
