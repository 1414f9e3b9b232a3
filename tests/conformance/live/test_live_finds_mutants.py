"""A live test finds every known way to break a rule in less than a minute, and makes what it found short.

The table of all of them is written to `live_mutants.txt` beside the test's other files, and printed with `-s`.
"""

from statistics import median

import pytest

from clearstone.conformance.live.budget import Budget
from clearstone.conformance.live.live_test import live_test
from clearstone.conformance.runner.limits import Limits
from clearstone.mutants import CATALOGUE

MINUTE = 60.0
MOST_STEPS = 8
SAMPLE = {
    "share-floored-alone": "apportion",
    "bytes-left-over": "decode",
    "funding-sign": "programs",
    "withdrawal-id-used-again": "altered-ledger",
}
"""Found in a moment, each where it is looked for."""
SLOW = (
    "quorum-of-half",
    "no-lock",
    "commit-without-quorum",
    "malleable-signatures",
    "two-sources-suffice",
    "transfer-unchecked",
    "band-ignored",
    "fee-credited-twice",
    "liquidate-the-healthy",
    "winners-charged-in-full",
    "restart-resets-funding",
    "root-not-checked",
)
"""One of each layer, found in seconds."""


def found(command, seconds, only=()):
    return live_test(command, Budget(seconds=seconds), Limits(reply_seconds=30.0), only=only)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_mutant_of_the_sample_is_found_where_it_is_looked_for(client, name):
    test = found(client(name), MINUTE, (SAMPLE[name],))
    assert test.ended == "mismatch"
    assert test.finding.steps <= MOST_STEPS
    assert test.finding.repeats


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_mutant_of_each_layer_is_found_in_a_minute(client, name):
    test = found(client(name), MINUTE)
    assert test.ended == "mismatch"
    assert test.finding.found_after < MINUTE


@pytest.mark.long
def test_every_mutant_is_found_in_a_minute_and_made_short(client, tmp_path):
    table, steps, after = [], [], []
    for mutant in CATALOGUE:
        test = found(client(mutant.name), MINUTE)
        if test.finding is None:
            table.append(f"{mutant.name:<40} not found: {test.ended} after {test.seconds:.0f} s {test.reason}")
            continue
        finding = test.finding
        steps.append(finding.steps)
        after.append(finding.found_after)
        kind = finding.case.id.removesuffix(f"-of-seed-{test.budget.seed}")
        table.append(f"{mutant.name:<40} {after[-1]:>6.1f} s {finding.steps:>3} steps  {kind} {finding.case.rules[0]}")
    table.append(
        f"found {len(after)} of {len(CATALOGUE)}: median {median(after):.1f} s, slowest {max(after):.1f} s;"
        f" made {median(steps):g} steps in the median, {max(steps)} at most"
    )
    text = "\n".join(table)
    (tmp_path / "live_mutants.txt").write_text(text, encoding="utf-8")
    print(text)
    assert [line for line in table if " not found: " in line] == []
    assert max(after) < MINUTE
    assert median(steps) <= MOST_STEPS
