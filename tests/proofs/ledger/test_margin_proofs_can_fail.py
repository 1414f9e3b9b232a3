from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from clearstone.mutants import find
from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.ledger.frames import OutOfFrameError
from clearstone.proofs.ledger.option_margin_proofs import LEGS, any_holder, any_legs
from clearstone.proofs.ledger.portfolio_contracts import any_amounts
from clearstone.proofs.ledger.takeover_contracts import any_least_lots
from clearstone.proofs.ledger.takeover_proofs import below_margin
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.proving import prove
from clearstone.proofs.symbolic.exploration import Abandoned
from clearstone.proofs.worlds import PlainWorld
from clearstone.spec import takeover
from clearstone.spec.margin import initial_health, maintenance_requirement

assert MODULES, "importing the catalogue fills OBLIGATIONS"

ALONE = "a_short_option_needs_its_margin_alone_or_all_that_it_can_lose"
ROUNDED = "what_is_tried_is_rounded_against_the_account"
LEFT = "what_may_leave_is_not_needed_by_what_stays"
JUDGED = "whatever_leaves_is_judged_by_what_stays"

SEEN = [
    ("payoff-ends-at-twice-the-strike", "between_two_strikes_the_loss_is_in_proportion"),
    ("portfolio-loss-sign", "beyond_all_strikes_only_naked_calls_go_on_losing"),
    ("naked-calls-counted-in-lots", "beyond_all_strikes_only_naked_calls_go_on_losing"),
    ("sure-gain-is-collateral", "an_expiry_needs_no_less_where_no_part_of_it_is_less"),
    ("least-loss-counts", "no_price_between_those_tried_loses_more"),
    ("rise-tried-downwards", "every_part_of_an_expiry_is_no_less_initially_than_later"),
    ("portfolio-loss-sign", "selling_more_of_a_leg_makes_no_part_of_an_expiry_less"),
    ("rise-floored", ROUNDED),
    ("naked-calls-margin-floored", ROUNDED),
    ("isolated-margin-of-a-lot", "sold_calls_need_their_floor_standing_alone"),
    ("naked-calls-unmargined", "naked_calls_need_their_floor_beside_whatever_is_held"),
    ("larger-of-isolated-and-portfolio", ALONE),
    ("isolated-margin-of-a-lot", ALONE),
    ("larger-of-isolated-and-portfolio", "options_that_are_only_bought_need_nothing"),
    ("profit-not-locked", "realising_a_profit_frees_none_of_it"),
    ("shorts-lower-maintenance", "more_lots_never_need_less_margin"),
    ("losses-netted", "initial_margin_is_at_least_maintenance_margin"),
    ("unrealised-profit-counts", "one_position_stands_for_the_options_of_an_expiry"),
    ("losses-netted", "who_has_initial_margin_with_options_is_not_liquidated"),
    ("premium-counts-twice", "premium_is_neither_collateral_nor_required"),
    ("liquidatable-at-margin", "an_empty_account_needs_nothing"),
    ("withdraw-ignores-locked-profit", LEFT),
    ("unrealised-profit-counts", LEFT),
    ("margin-before-debit", JUDGED),
    ("transfer-unchecked", JUDGED),
    ("bisection-skips-what-holds", "bisection_ends_at_a_number_that_holds_after_one_that_does_not"),
    ("liquidation-charge-uncapped", "a_further_lot_costs_no_more_than_the_margin_it_frees"),
    ("takeover-adds-lots", "what_fewer_lots_restore_more_lots_restore_too"),
    ("liquidate-all-at-once", "the_least_lots_restore_the_buffer_and_one_fewer_does_not"),
    ("liquidate-past-zero", "a_takeover_is_of_no_more_lots_than_restore_the_buffer"),
    ("sixteenths-floored", "a_part_of_an_expiry_takes_every_leg_towards_zero"),
    ("sixteenths-from-two", "the_least_sixteenths_are_the_first_that_restore_the_buffer"),
]
"""Mutants, and an obligation that each refutes."""


@pytest.mark.parametrize(("mutant", "obligation"), SEEN)
def test_a_broken_margin_is_refuted(
    mutant: str, obligation: str, broken: Callable[[str, str, str], AbstractContextManager[None]]
) -> None:
    listed = find(mutant)
    with broken(listed.module, listed.old, listed.new):
        result = prove(OBLIGATIONS[obligation])
    assert result.verdict == "refuted"
    assert result.counterexample is not None
    assert result.counterexample.replayed


class UsualWorld(PlainWorld):
    """A world of given integers, and of usual ones where none is given."""

    def integer(self, name: str, low: int | None = None, high: int | None = None, usual: int = 0) -> int:
        return self.values.get(name, usual)


def test_an_expiry_of_other_legs_or_at_other_quotes_has_no_amounts() -> None:
    world = UsualWorld({}, {})
    quotes, others, account = any_legs(world, True), any_legs(world, True), any_holder(world)
    value = sum(position.lots * quotes[position.instrument].mark for position in account.positions)
    with any_amounts(world, LEGS, ("now", quotes)) as (amounts,):
        assert maintenance_requirement(account, quotes) == amounts.maintenance + value
        assert initial_health(account, quotes, True).required == amounts.initial + value
        with pytest.raises(OutOfFrameError):
            initial_health(account, others, True)
    with any_amounts(world, LEGS[:1], ("now", quotes)), pytest.raises(OutOfFrameError):
        maintenance_requirement(account, quotes)
    assert maintenance_requirement(account, quotes) == value, "bought options need nothing but their value"


@pytest.mark.parametrize("lots", [10, -10])
def test_the_least_lots_are_any_within_the_position(lots: int) -> None:
    below = below_margin(UsualWorld({"bob.perp.lots": lots, "~bob.maintenance": 10**12}, {}))

    def least(said: int) -> int:
        with any_least_lots(UsualWorld({"least lots": said}, {})) as asked:
            found = takeover.least_lots(below.target, below.context, below.parameters, below.position)
        assert asked == [(below.target, below.position, found)]
        return found

    assert [least(1), least(10)] == [1, 10]
    with pytest.raises(Abandoned):
        least(11)
