from dataclasses import replace

import pytest

from clearstone.models.chain import Applied
from clearstone.models.stateful import altered_blocks
from clearstone.models.stateful.altered_blocks import BLOCKS_JUDGED, alterations, misjudged
from clearstone.models.stateful.exchange_program import Step
from clearstone.models.stateful.exchange_run import ExchangeRun
from clearstone.spec.receipts import Rejection
from clearstone.spec.transition import check_block

RULES = {
    "it names another root": "CONS-6",
    "its proposer told the time": "ORACLE-6",
    "its commit is of another block": "CONS-6",
    "one precommit is all its commit": "CONS-1",
    "a precommit is repeated": "CONS-6",
    "a stranger precommits": "CONS-1",
    "a signature is forged": "ENC-2",
    "all clocks are slow": None,
}


def applied() -> Applied:
    run = ExchangeRun("lean")
    taken = run.take(Step())
    assert taken.applied is not None
    return taken.applied


def test_each_alteration_has_the_one_reason_to_be_refused_that_is_meant():
    step = applied()
    answers = {
        what: check_block(step.before, block, altered_blocks.verifies)
        for what, block, _ in alterations(step.block, step.before.time)
    }
    assert {what: answer and answer.rule for what, answer in answers.items()} == RULES
    assert misjudged(step) == ()


@pytest.mark.parametrize("answer", [None, Rejection("CONS-6", "no")])
def test_what_is_judged_otherwise_is_a_violation(answer: Rejection | None, monkeypatch: pytest.MonkeyPatch):
    step = applied()
    monkeypatch.setattr(altered_blocks, "check_block", lambda *_: answer)
    found = misjudged(step)
    assert {violation.invariant for violation in found} == {BLOCKS_JUDGED}
    assert len(found) == (len(RULES) - 1 if answer is None else 1)


def test_at_the_end_of_time_and_without_other_validators_nothing_is_altered():
    step = applied()
    alone = replace(step.block, commit=replace(step.block.commit, signatures=step.block.commit.signatures[:1]))
    assert misjudged(replace(step, block=alone)) == ()
