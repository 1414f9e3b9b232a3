import json
from xml.etree import ElementTree

import pytest

from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.registry import Violation
from clearstone.models.market.checked_replay import ReplayOutcome, Sample
from clearstone.models.market.listing import MAIN
from clearstone.models.market.market_tally import PoolTally
from clearstone.models.market.replay_properties import CRASH_FELT, OF_EVERY_CRASH, TOTALITY
from clearstone.reference.check_plan import MARCH_2020
from clearstone.reference.check_results import CheckOutcome, all_hold, as_data, check_results, crash_was_felt
from clearstone.reference.check_tables import (
    dollars,
    make_console,
    print_failures,
    print_other_replays,
    print_replay,
    print_results,
    print_scenarios,
    print_violations,
)
from clearstone.reference.job_runner import ScenarioOutcome, ScenariosOutcome
from clearstone.reference.replay_page import page, write_page


def felt_pool() -> PoolTally:
    pool = PoolTally(liquidations=3, discount=5_000_000, penalty=2_000_000, defaults=2, deficit=9_000_000)
    pool.absorbed.update({"insurance": 4_000_000, "closed-profit": 5_000_000})
    pool.deleveraged, pool.counterparties = 70_000_000, 4
    return pool


def replay(name: str = MARCH_2020) -> ReplayOutcome:
    outcome = ReplayOutcome(name, 2, planned=2)
    outcome.tally.blocks = 2
    outcome.tally.transactions = outcome.tally.accepted = 7
    outcome.tally.pools[MAIN] = felt_pool()
    for entry in (*INVARIANTS.values(), *OF_EVERY_CRASH):
        outcome.judgement.asked[entry.id] += 2
    outcome.course = [
        Sample(1_584_000_000_000, 700_000, 0, 0, 5_000_000, 0),
        Sample(1_584_000_060_000, 600_000, 3, 2, 1_000_000, 5_000_000),
    ]
    return outcome


def scenarios(*failures: str) -> ScenariosOutcome:
    return ScenariosOutcome(
        [
            ScenarioOutcome("half-is-no-quorum", "Half of the power decides nothing.", "consensus", 2, (), 0.1),
            ScenarioOutcome("incident-7", "A branch: Judged.", "incidents", 3, failures, 0.1),
        ]
    )


def whole(**changed) -> CheckOutcome:
    return CheckOutcome({MARCH_2020: replay(), "other": replay("other")}, scenarios(), complete=True)


def by_id(outcome: CheckOutcome):
    return {result.id: result for result in check_results(outcome)}


def test_every_invariant_property_and_scenario_has_one_result():
    results = check_results(whole())
    ids = [result.id for result in results]
    expected = [*INVARIANTS, *(entry.id for entry in OF_EVERY_CRASH), CRASH_FELT.id, "half-is-no-quorum", "incident-7"]
    assert ids == expected
    assert all(result.verdict == "holds" for result in results)
    assert by_id(whole())["conservation"].strength == "SAMPLED 4"


def test_all_hold_only_if_everything_was_done():
    outcome = whole()
    assert all_hold(outcome, check_results(outcome))
    outcome.complete = False
    assert not all_hold(outcome, check_results(outcome))


def test_a_violation_names_height_place_and_detail():
    outcome = whole()
    outcome.replays["other"].judgement.violations.append(Violation("conservation", 17, "an atom is missing"))
    result = by_id(outcome)["conservation"]
    assert (result.verdict, result.detail) == ("violated", "height 17 of other: an atom is missing")
    assert not all_hold(outcome, check_results(outcome))


def test_what_was_never_asked_does_not_hold():
    outcome = whole()
    for each in outcome.replays.values():
        del each.judgement.asked["conservation"]
    assert by_id(outcome)["conservation"].verdict == "not asked"
    assert not all_hold(outcome, check_results(outcome))


def test_a_worker_that_died_breaks_totality():
    outcome = whole()
    outcome.deaths = ("the worker ended with exit code 1",)
    assert by_id(outcome)[TOTALITY.id].verdict == "violated"


def test_an_expectation_that_failed_is_the_scenario_s_detail():
    outcome = whole()
    outcome.scenarios = scenarios("it is refused: accepted")
    result = by_id(outcome)["incident-7"]
    assert (result.verdict, result.detail) == ("violated", "it is refused: accepted")


def test_a_crash_that_hurts_nobody_is_no_crash():
    outcome = replay()
    assert crash_was_felt(outcome).verdict == "holds"
    outcome.tally.pools[MAIN].counterparties = 0
    assert crash_was_felt(outcome).verdict == "violated"
    assert "deleveraged" in crash_was_felt(outcome).detail
    outcome.tally.blocks = 1
    assert crash_was_felt(outcome).verdict == "not asked"


def test_the_data_has_the_fields_that_are_promised():
    outcome = whole()
    data = json.loads(json.dumps(as_data(outcome, check_results(outcome))))
    assert data["holds"] is True
    fields = {"id", "statement", "layer", "method", "verdict", "strength", "detail", "seconds"}
    assert all(set(result) == fields for result in data["results"])
    assert data["replays"][MARCH_2020]["pools"][MAIN]["socialised"] == 5_000_000


def test_what_happened_is_printed(capsys: pytest.CaptureFixture[str]):
    console = make_console()
    outcome = whole()
    print_replay(console, outcome.replays[MARCH_2020])
    print_other_replays(console, [outcome.replays["other"]])
    print_scenarios(console, scenarios("no"))
    print_results(console, check_results(outcome))
    print_violations(console, outcome.replays["other"])
    text = capsys.readouterr().out
    assert "insurance fund $4, profit of the lots closed $5; socialised $5" in text
    assert "1 incidents and 1 directed scenarios: 4 of 5 expectations met" in text
    assert "invariants and properties hold" in text
    assert all(identifier in text for identifier in INVARIANTS)


def test_what_does_not_hold_is_one_line(capsys: pytest.CaptureFixture[str]):
    console = make_console()
    outcome = whole()
    broken = Violation("conservation", 17, "an atom is missing [1]" + " and more" * 40)
    outcome.replays["other"].judgement.violations.append(broken)
    print_failures(console, check_results(outcome))
    print_violations(console, outcome.replays["other"])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("conservation violated") and "missing [1]" in line for line in lines)


def test_dollars_are_rounded_for_people():
    assert dollars(1_234_567_890_000) == "$1,234,568"


def test_a_page_draws_the_course_and_needs_nothing_else(tmp_path):
    write_page(tmp_path / "page.html", replay())
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 5
    assert text.count("<polyline") == 5
    for picture in text.split("<svg")[1:]:
        ElementTree.fromstring("<svg" + picture.partition("</svg>")[0] + "</svg>")
    assert "every invariant holds" in text
    assert "src=" not in text
    assert "http" not in text
    write_page(None, replay())


def test_a_page_without_a_block_has_no_curve_and_names_are_escaped():
    outcome = replay("<b>")
    outcome.course = []
    outcome.judgement.violations.append(Violation("conservation", 1, ""))
    text = page(outcome)
    assert "<svg" not in text
    assert "&lt;b&gt;" in text
    assert "conservation is violated" in text
