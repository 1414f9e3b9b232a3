import pytest

from clearstone import mutants
from clearstone.reference import explore_suite
from clearstone.reference.explore_suite import IN_CHECK, Small, caught, explored, first_to_break, suite_for


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
        ("amnesia-is-no-evidence", "forks-are-blamed", "forks-are-blamed", None),
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
    def broken():
        raise KeyError("x")

    small = Small("broken", "Nothing.", "consensus", broken)
    result = explored(small)
    assert result.findings == ("totality: the rules cannot be explored, KeyError: 'x'",)
    monkeypatch.setattr(explore_suite, "suite_for", lambda mutant: (IN_CHECK[1], small))
    found = first_to_break()
    assert found is not None
    assert found[0] == "broken"
    monkeypatch.setattr(explore_suite, "suite_for", lambda mutant: (IN_CHECK[1],))
    assert first_to_break() is None
