"""Every broken rule of the ledger lets an incident happen: the scenario that stands for it must fail."""

import json
import os
import subprocess
import sys

import pytest

from clearstone.mutants import CATALOGUE, ENVIRONMENT_VARIABLE

LAYERS = {
    "funding",
    "ledger",
    "liquidation",
    "margin",
    "matching",
    "numbers",
    "oracle",
    "parameters",
    "settlement",
    "waterfall",
}
"""The layers of which every mutant must be seen by a scenario, or by a proof."""

KILLED_BY = {
    "attestation-counted-thrice": 30,
    "attestation-of-one": 30,
    "band-ignored": 7,
    "default-before-funding": 27,
    "deficit-left-standing": 18,
    "deleveraging-keeps-open-interest": 12,
    "deleveraging-off-the-mark": 19,
    "deposit-counted-twice": 33,
    "deposit-credits-an-atom-more": 31,
    "discount-from-nowhere": 15,
    "discount-without-limit": 14,
    "expiry-not-checked": 33,
    "fee-credited-twice": 31,
    "fees-lost-on-the-way": 31,
    "fill-at-mark": 11,
    "filled-order-stays-in-the-book": 12,
    "flag-outlives-its-account": 24,
    "flag-released-at-maintenance": 22,
    "flagged-at-zero-is-absent": 33,
    "funding-at-the-peak": 25,
    "funding-paid-again": 32,
    "funding-paid-rounded-up": 27,
    "funding-remainder-dropped": 25,
    "funding-reset": 25,
    "funding-sign": 32,
    "grace-skipped": 28,
    "health-unchecked": 6,
    "index-jumps": 8,
    "insurance-cap-ignored": 3,
    "insurance-overdrawn": 28,
    "leaving-at-the-better-price": 8,
    "liquidate-on-a-frozen-feed": 10,
    "liquidate-past-zero": 15,
    "liquidate-the-healthy": 6,
    "liquidation-charge-uncapped": 15,
    "liquidator-unchecked": 21,
    "losses-netted": 16,
    "maker-unchecked": 7,
    "margin-before-debit": 4,
    "margin-ignores-open-interest": 2,
    "mean-instead-of-median": 9,
    "nonce-not-checked": 33,
    "open-interest-unlimited": 2,
    "option-mark-unclamped": 13,
    "orders-netted": 16,
    "parameter-at-once": 30,
    "parameter-change-replayed": 30,
    "parameter-step-unbounded": 30,
    "parameters-contradict": 30,
    "payoff-not-locked": 5,
    "pending-pool-left": 35,
    "premium-counts-twice": 16,
    "principal-before-profit": 26,
    "profit-not-locked": 1,
    "reduce-only-opens": 7,
    "released-twice": 33,
    "residue-swept-away": 27,
    "restart-resets-funding": 29,
    "resting-unchecked": 7,
    "rounding-toward-zero": 27,
    "self-liquidation": 6,
    "self-trade-by-account": 1,
    "self-transfer-from-stale-copy": 20,
    "settled-again": 5,
    "settlement-at-last-index": 13,
    "settlement-of-few-samples": 35,
    "share-floored-alone": 18,
    "stale-reports-count": 10,
    "takeover-adds-lots": 14,
    "taker-unchecked": 7,
    "trade-at-expiry": 35,
    "transfer-unchecked": 6,
    "two-sources-suffice": 9,
    "unrealised-profit-counts": 1,
    "waterfall-skips-fund": 19,
    "winner-paid-before-loser": 17,
    "winners-charged-in-full": 19,
    "withdraw-ignores-locked-profit": 1,
    "withdrawal-id-used-again": 33,
}
"""Mutant to the number of the incident whose scenario must fail under it."""

QUICK = (
    "funding-sign",
    "margin-before-debit",
    "self-trade-by-account",
    "settled-again",
    "winners-charged-in-full",
)
"""One of several layers: the others take a few seconds together."""

PROGRAM = """
import sys
from clearstone import mutants
mutants.install_from_environment()
import json
from clearstone.models.incidents import SCENARIOS
print(json.dumps([expectation.statement for expectation in SCENARIOS[int(sys.argv[1])].run().failures]))
"""


def failures(scenario: int, mutant: str) -> list[str]:
    environment = {key: value for key, value in os.environ.items() if key != ENVIRONMENT_VARIABLE}
    if mutant:
        environment[ENVIRONMENT_VARIABLE] = mutant
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(scenario)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.mark.parametrize("mutant", QUICK)
def test_a_broken_rule_fails_its_scenario(mutant: str):
    assert failures(KILLED_BY[mutant], mutant)


@pytest.mark.slow
@pytest.mark.parametrize("mutant", sorted(set(KILLED_BY) - set(QUICK)))
def test_each_other_broken_rule_fails_its_scenario(mutant: str):
    assert failures(KILLED_BY[mutant], mutant)


def test_a_fresh_process_without_a_mutant_sees_nothing():
    assert failures(KILLED_BY["funding-sign"], "") == []


def test_every_mutant_of_these_layers_has_its_scenario_or_a_proof_that_refutes_it():
    named = {mutant.name: mutant.caught_by for mutant in CATALOGUE if mutant.layer in LAYERS}
    assert KILLED_BY.keys() <= named.keys()
    assert [name for name, caught_by in named.items() if name not in KILLED_BY and "prove" not in caught_by] == []
