import pytest

from clearstone.mutants import CATALOGUE, find
from clearstone.proofs.call_graph import CallGraph, call_graph, modules_of_the_spec
from clearstone.proofs.kill_matrix import place_of
from clearstone.spec.cash import withdraw
from clearstone.spec.funding import funding_credit
from clearstone.spec.numbers import floor_div

NUMBERS, FUNDING = "clearstone.spec.numbers", "clearstone.spec.funding"


@pytest.fixture(scope="module")
def graph() -> CallGraph:
    return call_graph()


def test_a_function_rests_on_itself_and_on_what_it_names(graph: CallGraph):
    distances = graph.distances([place_of(funding_credit)])
    assert distances[(FUNDING, "funding_credit")] == 0
    assert distances[(NUMBERS, "floor_div")] == 1
    assert distances[(FUNDING, "FUNDING_SCALE")] == 1


def test_a_function_that_names_nothing_rests_on_nothing_else(graph: CallGraph):
    assert graph.distances([place_of(floor_div)]) == {(NUMBERS, "floor_div"): 0}


def test_what_is_named_by_what_is_named_is_farther_away(graph: CallGraph):
    distances = graph.distances([place_of(withdraw)])
    assert distances[("clearstone.spec.margin", "withdrawable")] == 2
    assert (FUNDING, "advance_funding") not in distances


def test_what_a_mutant_breaks_is_the_definition_around_its_text(graph: CallGraph):
    assert graph.broken_by(find("funding-sign")) == {(FUNDING, "funding_credit")}
    assert graph.broken_by(find("two-sources-suffice")) == {("clearstone.spec.oracle", "MINIMUM_SIGNERS")}


@pytest.mark.parametrize("mutant", CATALOGUE, ids=lambda mutant: mutant.name)
def test_every_mutant_breaks_a_definition_that_the_graph_knows(mutant, graph: CallGraph):
    assert graph.broken_by(mutant)


def test_every_module_of_the_specification_is_in_the_graph(graph: CallGraph):
    with_definitions = {module for module, _ in graph.names}
    assert {"clearstone.spec.margin", "clearstone.spec.consensus.step"} <= with_definitions
    assert with_definitions <= set(modules_of_the_spec())
