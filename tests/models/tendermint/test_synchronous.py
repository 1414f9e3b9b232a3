import subprocess
import sys

import pytest

from clearstone import mutants
from clearstone.models.exploration.search import explore
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.synchronous import SynchronousSystem

EXPLORE = """
from clearstone import mutants
mutants.activate({mutant!r})
from clearstone.models.exploration.search import explore
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.synchronous import SynchronousSystem
instance = Instance(rounds=2, proposers=(3, 0), keeps_decisions=True, symmetric=False)
print(*explore(SynchronousSystem(instance, 3)).violation.findings)
"""


def instance(*proposers: int) -> Instance:
    return Instance(rounds=len(proposers), proposers=proposers, keeps_decisions=True, symmetric=False)


def test_all_decide_in_the_first_round_of_a_correct_proposer_whatever_two_things_a_liar_says_before():
    done = explore(SynchronousSystem(instance(3, 0), 2))
    assert (done.ended, done.violation) == ("exhausted", None)
    assert done.states > 1_000


def test_all_decide_at_once_if_the_first_proposer_is_correct():
    assert explore(SynchronousSystem(instance(0))).states == 1


def test_a_round_of_a_liar_may_decide_nothing():
    violation = explore(SynchronousSystem(instance(3))).violation
    assert violation is not None
    assert violation.findings == ("termination: v0 has not decided within 1 rounds",)
    assert len(violation.steps) == 3  # each waits in vain for a proposal


@pytest.mark.slow
def test_a_proposer_that_forgets_what_others_are_locked_on_keeps_them_from_deciding():
    name = mutants.find("valid-value-not-proposed-again").name
    program = EXPLORE.format(mutant=name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=300)
    assert done.stdout == "termination: v0 has not decided within 2 rounds\n"


@pytest.mark.parametrize("wrong", [{"proposers": None}, {"keeps_decisions": False}, {"crashes": 1}], ids=str)
def test_what_it_is_not_made_for_is_refused(wrong):
    finite = {"rounds": 1, "proposers": (0,), "keeps_decisions": True, **wrong}
    with pytest.raises(ValueError, match="has to have proposers"):
        SynchronousSystem(Instance(**finite))
