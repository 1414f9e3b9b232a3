import re
from dataclasses import replace

import pytest

from clearstone import mutants
from clearstone.reference import explore_check, explore_suite
from clearstone.reference.explore_check import explore_check_results
from clearstone.reference.explore_results import ExploreResult
from clearstone.reference.explore_suite import IN_CHECK, Small, caught, explore_small, first_to_break, suite_for


def test_instances_have_names_of_their_own_and_say_what_they_show():
    everything = suite_for(None)
    assert len({small.name for small in everything}) == len(everything)
    assert all(small.statement.endswith(".") for small in everything)


def test_a_mutant_is_tried_on_the_deeper_instance_of_its_layer():
    names = {layer: suite_for(mutants.find(name))[-1].name for layer, name in EXAMPLES.items()}
    assert names == {"consensus": "three-rounds", "ledger": "exchange-three-blocks"}
    assert suite_for(None)[: len(IN_CHECK)] == IN_CHECK


EXAMPLES = {"consensus": "no-lock", "ledger": "fee-credited-twice"}


@pytest.mark.parametrize(
    ("mutant", "instance", "finding", "steps"),
    [
        ("no-lock", "two-rounds", "agreement", 14),
        ("quorum-of-two-thirds", "weights", "commits-have-a-quorum", 8),
        ("a-third-exceeds-a-third", "a-third-lies", "rounds-are-skipped-with-a-third", None),
        ("amnesia-is-no-evidence", "forks-are-blamed", "forks-are-blamed", None),
        ("evidence-believes-forgeries", "forks-are-blamed", "never-accused", None),
        pytest.param("commit-without-quorum", "exchange", "refusals", 1, marks=pytest.mark.slow),
    ],
)
def test_a_broken_rule_is_caught_in_a_process_of_its_own(mutant: str, instance: str, finding: str, steps: int | None):
    found = caught(mutants.find(mutant))
    assert found.is_caught
    assert (found.instance, found.finding.partition(":")[0]) == (instance, finding)
    assert steps is None or found.steps == steps
    assert found.seconds > 0


def test_a_process_that_hangs_has_caught_nothing():
    found = caught(mutants.find("no-lock"), timeout=0.01)
    assert not found.is_caught
    assert found.finding.startswith("no end after")


def test_rules_that_cannot_be_explored_are_a_finding(monkeypatch: pytest.MonkeyPatch):
    def broken(*, quiet: bool):
        raise KeyError("x")

    hopeless = Small("broken", "Nothing.", "consensus", broken)
    result = explore_small(hopeless)
    (told,) = result.findings
    assert re.fullmatch(
        r"totality: the rules cannot be explored, KeyError: 'x' in broken, line \d+ of test_explore_suite.py", told
    )
    monkeypatch.setattr(explore_suite, "suite_for", lambda mutant: (IN_CHECK[1], hopeless))
    found = first_to_break()
    assert found is not None
    assert found[0] == "broken"
    monkeypatch.setattr(explore_suite, "suite_for", lambda mutant: (IN_CHECK[1],))
    assert first_to_break() is None


def small(name: str, result: ExploreResult) -> Small:
    return Small(name, "Something.", "consensus", lambda *, quiet: result)


def test_a_check_shows_what_was_exhausted_and_to_which_bound_and_ends_at_the_first_violation(
    monkeypatch: pytest.MonkeyPatch,
):
    good = explore_small(IN_CHECK[1], quiet=True)
    early = replace(good, ended="state limit")
    wrong = replace(good, ended="violation", findings=("agreement: two",), trace=("start", "one", "two"))
    instances = (small("good", good), small("early", early), small("never", wrong))
    monkeypatch.setattr(explore_check, "IN_CHECK", instances)
    told: list[tuple[int, int, str]] = []
    results = list(explore_check_results(lambda *progress: told.append(progress)))
    assert told == [(0, 3, "good"), (1, 3, "early")]
    assert [(each.id, each.verdict) for each in results] == [
        ("explore-good", "holds"),
        ("explore-early", "undecided"),
    ]
    assert results[0].detail == "all of 210 states, 513 steps"
    assert results[0].strength.startswith("BOUNDED to powers 2, 2, 1, 1; Byzantine v2")
    assert explore_check.check_result(instances[2], wrong).detail == "after 2 steps agreement: two"
