import pytest

from clearstone.proofs import catalogue
from clearstone.proofs.obligations import OBLIGATIONS, Obligation
from clearstone.proofs.second_opinions.crosshair import crosshair_opinion
from clearstone.proofs.second_opinions.opinions import Opinion
from clearstone.proofs.worlds import World
from clearstone.spec.numbers import share

assert catalogue.MODULES
CONFIRMED = (
    "divisions_err_as_they_say",
    "clamping_gives_the_nearest",
    "a_share_lies_between_nothing_and_its_cap",
    "shares_add_up_to_the_amount",
    "one_lot_may_be_due_any_funding",
    "fees_fill_the_fund_up_to_its_target",
)
"""Some that it confirms in a second or two."""


def opinion_of(run) -> Opinion:
    return crosshair_opinion(Obligation(run.__name__, run.__name__, (), (share,), frozenset(), "", run))


@pytest.mark.parametrize("id", CONFIRMED)
def test_crosshair_confirms(id: str):
    opinion = crosshair_opinion(OBLIGATIONS[id])
    assert (opinion.judgement, opinion.strength, opinion.detail) == ("confirmed", "for all integers", "")


@pytest.mark.long
@pytest.mark.parametrize("made", OBLIGATIONS.values(), ids=lambda made: made.id)
def test_crosshair_refutes_no_obligation(made: Obligation):
    assert not crosshair_opinion(made, 5).objects


def test_what_is_false_is_refuted_by_inputs_that_the_plain_function_confirms():
    def too_much(world: World) -> None:
        amount, cap = world.integer("amount", 0), world.integer("cap", 0)
        world.require(share(amount, 0, cap, world.integer("total", 1)) <= cap, "within its cap")

    opinion = opinion_of(too_much)
    assert (opinion.judgement, opinion.detail) == ("refuted", "within its cap")
    values = opinion.counterexample.values
    assert opinion.counterexample.replayed
    assert share(values["amount"], 0, values["cap"], values["total"]) > values["cap"]


def test_an_option_that_breaks_a_statement_is_found():
    def third(world: World) -> None:
        world.require(world.choice("letter", ("a", "b", "c")) != "c", "never c")

    opinion = opinion_of(third)
    assert opinion.judgement == "refuted"
    assert opinion.counterexample.choices == {"letter": "c"}


def test_inputs_that_are_assumed_away_refute_nothing():
    def assumed(world: World) -> None:
        value = world.integer("value", -5, 5)
        world.assume(value > 2)
        world.require(value >= 3, "at least three")

    assert opinion_of(assumed).judgement == "confirmed"
