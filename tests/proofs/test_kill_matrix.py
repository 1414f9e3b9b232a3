import pytest

from clearstone.mutants import CATALOGUE, find
from clearstone.proofs import kill_matrix as matrix
from clearstone.proofs.call_graph import call_graph
from clearstone.proofs.catalogue import proofs
from clearstone.proofs.kill_matrix import Kill, candidates, kill_matrix
from clearstone.proofs.obligations import Counterexample

SAMPLE = ("share-floored-alone", "funding-sign", "quorum-of-two-thirds", "parameter-step-unbounded")
"""Mutants of several layers that die at once."""
LIMIT = 30.0
"""Seconds within which a mutant must be killed."""


def is_said_to_be_caught(kill: Kill) -> bool:
    return "prove" in kill.mutant.caught_by


def test_a_sample_of_mutants_is_killed_as_the_catalogue_says():
    kills = list(kill_matrix([find(name) for name in SAMPLE], False, 1))
    assert [kill.mutant.name for kill in kills] == list(SAMPLE)
    for kill in kills:
        assert is_said_to_be_caught(kill), kill.mutant.name
        assert kill.killer is not None, kill.reason
        assert kill.killer.counterexample.replayed
        assert kill.attempts[-1] is kill.killer
        assert kill.reason == kill.killer.detail
        assert kill.seconds < LIMIT


def test_a_mutant_that_no_proof_rests_on_is_not_tried():
    kill = matrix.hunt(find("malleable-signatures"), (), False)
    assert (kill.attempts, kill.killer, kill.seconds) == ((), None, 0.0)
    assert kill.reason == "no proof rests on what it breaks"


def test_everything_goes_on_after_the_first_that_refutes_it():
    ids = ("a_share_lies_between_nothing_and_its_cap", "shares_add_up_to_the_amount", "apportioning_is_exact")
    first = matrix.hunt(find("share-floored-alone"), ids, False)
    every = matrix.hunt(find("share-floored-alone"), ids, True)
    assert [attempt.id for attempt in every.attempts] == list(ids)
    assert sum(attempt.kills for attempt in every.attempts) > 1
    assert len(first.attempts) < len(ids)
    assert first.killer.id == every.killer.id


def test_the_nearest_proofs_come_first_and_those_about_the_broken_rule_before_others():
    nearest = candidates(find("funding-sign"))
    about = {proof.id: proof for proof in proofs()}
    assert "PERP-2" in about[nearest[0]].rules
    graph = call_graph()
    (broken,) = graph.broken_by(find("funding-sign"))
    near, far = (graph.distances(map(matrix.place_of, about[id].about))[broken] for id in (nearest[0], nearest[-1]))
    assert near == 0 < far


def test_a_process_that_says_nothing_kills_nothing(monkeypatch: pytest.MonkeyPatch):
    def silent(arguments, mutant, timeout):
        return matrix.subprocess.CompletedProcess(arguments, 3, "", "first\nlast words\n")

    monkeypatch.setattr(matrix, "run_in_fresh_process", silent)
    kill = matrix.hunt(find("funding-sign"), ("one",), False)
    assert kill.killer is None
    assert kill.reason == "the process ended with 3: last words"


def test_a_process_that_does_not_end_kills_nothing(monkeypatch: pytest.MonkeyPatch):
    def endless(arguments, mutant, timeout):
        raise matrix.subprocess.TimeoutExpired(arguments, timeout)

    monkeypatch.setattr(matrix, "run_in_fresh_process", endless)
    assert matrix.hunt(find("funding-sign"), ("one",), False).reason == "no end after 900 s"


@pytest.mark.parametrize(
    ("verdict", "replayed", "reason"),
    [
        ("undecided", None, "not confirmed by a replay: one is undecided: why"),
        ("disagrees", False, "not confirmed by a replay: one is disagrees: why"),
        ("proved", None, "1 proof rests on what it breaks, and still holds"),
    ],
)
def test_what_is_not_replayed_does_not_count(verdict: str, replayed: bool | None, reason: str):
    shown = None if replayed is None else Counterexample("why", {}, {}, replayed)
    kill = Kill(find("funding-sign"), ("one",), (matrix.Attempt("one", verdict, "why", 0.1, shown),), 0.1)
    assert kill.killer is None
    assert kill.reason == reason


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_the_catalogue_says_of_every_mutant_whether_a_proof_kills_it():
    kills = {kill.mutant.name: kill for kill in kill_matrix(CATALOGUE, False)}
    assert len(kills) == len(CATALOGUE)
    wrong = {
        name: kill.reason for name, kill in kills.items() if (kill.killer is not None) != is_said_to_be_caught(kill)
    }
    assert wrong == {}
    assert [name for name, kill in kills.items() if kill.killer and kill.seconds > LIMIT] == []
