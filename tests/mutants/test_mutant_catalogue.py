import re

import pytest

from clearstone.mutants import CATALOGUE, Mutant, UnknownMutantError, find, patched, source_of
from clearstone.reference.rule_index import sources

METHODS = {"check", "prove", "explore", "stateful", "conform"}


def name(mutant: Mutant) -> str:
    return mutant.name


@pytest.mark.parametrize("mutant", CATALOGUE, ids=name)
def test_a_mutant_is_not_stale_and_is_still_a_program(mutant: Mutant):
    source = source_of(mutant.module)
    broken = patched(source, mutant)
    assert broken != source
    compile(broken, mutant.module, "exec")


@pytest.mark.parametrize("mutant", CATALOGUE, ids=name)
def test_a_mutant_says_what_it_breaks_and_who_must_notice(mutant: Mutant):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mutant.name)
    assert re.match(r"[A-Z]+-\d+[a-z]?: \w", mutant.breaks)
    assert mutant.caught_by
    assert set(mutant.caught_by) <= METHODS


@pytest.mark.parametrize("mutant", CATALOGUE, ids=name)
def test_a_mutant_is_found_by_its_name(mutant: Mutant):
    assert find(mutant.name) is mutant


def test_no_two_mutants_have_one_name():
    assert len({mutant.name for mutant in CATALOGUE}) == len(CATALOGUE)


def test_a_mutant_stands_in_the_module_of_its_layer():
    for module, _ in sources("clearstone.mutants.catalogue"):
        layer = module.rpartition(".")[2]
        for mutant in getattr(__import__(module, fromlist=["MUTANTS"]), "MUTANTS", ()):
            assert mutant.layer == layer
            assert mutant in CATALOGUE


def test_a_name_that_is_nearly_right_brings_a_suggestion():
    with pytest.raises(UnknownMutantError, match=r"did you mean quorum-of-half\b"):
        find("quorum-of-halves")
