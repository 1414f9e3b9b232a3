from dataclasses import replace
from typing import get_args

import pytest

from clearstone.proofs.consensus import exactness, refinement
from clearstone.proofs.consensus.answered_log import AnsweredLog, GrownLog
from clearstone.proofs.consensus.local_steps import CLAIMS, any_claim
from clearstone.proofs.consensus.statements import MODULES
from clearstone.proofs.consensus.symbolic_blocks import SymbolicBlock, any_block, block_of, number_of
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.proving import prove
from clearstone.proofs.symbolic.exploration import Exploration
from clearstone.proofs.symbolic.formulas import negation
from clearstone.proofs.symbolic_world import SymbolicWorld
from clearstone.proofs.worlds import PlainWorld
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.claims import Claim
from clearstone.spec.consensus.messages import PREVOTE, Proposal

NAMES = {module.__name__ for module in MODULES}
STATED = [made for made in OBLIGATIONS.values() if made.run.__module__ in NAMES]


class Denying:
    """A world in which the opposite is required."""

    def __init__(self, world):
        self.world = world

    def __getattr__(self, name):
        return getattr(self.world, name)

    def require(self, condition, statement):
        self.world.require(negation(condition), statement)


@pytest.fixture(params=STATED, ids=lambda made: made.id)
def made(request):
    return request.param


def test_every_obligation_on_the_code_is_proved_and_every_path_replayed(made):
    result = prove(made)
    assert result.holds, (result.detail, result.counterexample)
    assert result.paths == result.replayed
    assert made.reaches <= result.outcomes.keys()


def test_no_obligation_holds_with_its_demands_denied(made):
    denied = replace(made, run=lambda world: made.run(Denying(world)))
    result = prove(denied)
    assert result.verdict == "refuted"
    assert result.counterexample.replayed


def test_each_rule_of_the_paper_is_compared_with_the_code():
    compared = [made for made in STATED if made.run.__module__ == exactness.__name__]
    about = {function.__name__ for made in compared for function in made.about}
    assert {rule.__name__ for rule in refinement.RULES} <= about


def test_every_kind_of_claim_is_made():
    made = {type(any_claim(PlainWorld({}, {"claim": 0, "chain of the proposal": 0}), (kind,))) for kind in CLAIMS}
    assert made == set(get_args(Claim))


def explored(run):
    exploration = Exploration()
    return list(exploration.paths(lambda: run(SymbolicWorld(exploration, {}))))


def test_the_same_question_gets_the_same_answer():
    def ask(world):
        log = AnsweredLog(world)
        block = any_block(world, "block")
        return log.power(PREVOTE, 3, block) == log.power(PREVOTE, 3, block), log.heard(1) == log.heard(1)

    assert explored(ask) == [(True, True)]


def test_questions_that_may_be_the_same_part_the_paths():
    def ask(world):
        log = AnsweredLog(world)
        rounds = world.integer("one", 0), world.integer("other", 0)
        powers = [log.heard(round) for round in rounds]
        return powers[0] is powers[1]

    assert sorted(explored(ask)) == [False, True]


def test_a_grown_log_never_says_less():
    def ask(world):
        log = AnsweredLog(world)
        grown = GrownLog(world, log)
        proposal = Proposal("chain", 1, 2, b"b" * 32, -1)
        kept = grown.proposed(proposal) or not log.proposed(proposal)
        more = world.exploration.proves(grown.power(1, 2, NIL) >= log.power(1, 2, NIL))
        any_more = world.exploration.proves(grown.power_any(1, 2) >= log.power_any(1, 2))
        heard = world.exploration.proves(grown.heard(2) >= log.heard(2))
        return kept and more and any_more and heard and grown.valid(NIL) is log.valid(NIL)

    assert set(explored(ask)) == {True}


def test_a_block_id_is_symbolic_in_a_proof_and_bytes_in_a_replay():
    assert any_block(PlainWorld({"block": 0}, {}), "block") == NIL
    assert any_block(PlainWorld({"block": 7}, {}), "block") == (7).to_bytes(32, "big")
    assert number_of(block_of(7)) == 7
    (symbolic,) = explored(lambda world: any_block(world, "block"))
    assert isinstance(symbolic, SymbolicBlock)
    assert repr(symbolic).startswith("SymbolicBlock(")
    with pytest.raises(TypeError, match="unhashable"):
        hash(symbolic)
