"""Programs that a client follows: what is compared, what is made shorter, and what is kept of a wrong one."""

from clearstone.conformance.live.budget import Clock
from clearstone.conformance.live.finding import of_program
from clearstone.conformance.live.program_hunt import hunt_programs, shortest_program
from clearstone.conformance.live.program_run import LiveRun, run_live
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.operation import answer_json
from clearstone.conformance.vector_file import read_file, text_of
from clearstone.models.stateful.exchange_program import Act, Program, Step
from clearstone.spec.transactions import Place, Withdraw

TRADE = Step(
    (
        Act("alice", Place("BTC-PERP", "sell", 10, 50_000, "gtc", False, "cancel-maker")),
        Act("bob", Place("BTC-PERP", "buy", 10, 50_000, "ioc", False, "cancel-maker")),
    )
)
PROGRAM = Program("ample", (TRADE, Step(elapsed=60_000), Step(restarts=True), Step(prices=(("BTC", 51_000),))))


def spoilt(place: str, value: object):
    """A change of one part of the replies to blocks."""

    def change(question, reply):
        if question["kind"] == "apply" and "block" in question:
            reply["output"][place] = value
        return reply

    return change


def test_the_reference_follows_a_program_with_trades_waits_and_a_restart(reference, keys):
    run = run_live(PROGRAM, reference)
    assert run.mismatch is None
    assert run.length == 4
    assert reference.asked == 4 + 2  # a block each, and a state opened at the beginning and at the restart


def test_every_block_that_a_client_is_given_is_signed(reference, keys):
    run = run_live(PROGRAM, reference)
    signatures = [each.signature for taken in run.taken for each in taken.applied.block.commit.signatures]
    assert len(signatures) == 16
    assert bytes(64) not in signatures


def test_another_receipt_is_a_mismatch_at_its_field(reference, keys):
    reference.changes = spoilt("rejection", "CONS-6")
    run = run_live(PROGRAM, reference)
    assert run.length == 1
    assert run.mismatch.differences[0].path == "rejection"
    assert run.mismatch.rules == ("CONS-6",)


def test_another_root_is_shown_as_fields_of_the_state(reference, keys):
    def change(question, reply):
        if question["kind"] == "apply":
            reply["output"]["root"] = "00" * 32
        if question["kind"] == "dump":
            reply["output"]["state"]["pools"][0][1]["fees"] = "7"
        return reply

    reference.changes = change
    run = run_live(PROGRAM, reference)
    assert run.mismatch.differences[0].path == "state.pools[0][1].fees"
    assert run.mismatch.differences[0].actual == '"7"'


def test_another_root_of_the_same_state_is_said_to_be_one(reference, keys):
    reference.changes = spoilt("root", "00" * 32)
    run = run_live(PROGRAM, reference)
    assert "every field that it dumps is as it should be" in run.mismatch.reason


def test_another_root_at_the_beginning_is_a_program_of_no_steps(reference, keys):
    def change(question, reply):
        return {**reply, "output": {"root": "00" * 32}} if question["kind"] == "open" else reply

    reference.changes = change
    run = LiveRun("lean", reference)
    finding = of_program(run, run, 0, 0.0, 1, reference)
    assert finding.steps == 0
    assert (finding.case.operation, finding.case.suite) == ("root_of_state", "encoding")


def withdrawals_fail(question, reply):
    """Withdrawals are taken for accepted, whatever the spec says."""
    if question["kind"] == "apply":
        for sent, receipt in zip(question["block"]["transactions"], reply["output"]["transactions"], strict=True):
            if "Withdraw" in sent["body"]["action"] and receipt["rejection"] is not None:
                receipt["rejection"] = None
    return reply


def test_a_program_is_made_as_short_as_what_is_wrong(reference, keys):
    reference.changes = withdrawals_fail
    wrong = Act("bob", Withdraw(bytes(32), 10**15))
    run = run_live(Program("lean", (TRADE, Step(elapsed=60_000), Step((*TRADE.acts, wrong)))), reference)
    assert run.length == 3
    shortest, tried = shortest_program(run, reference, Clock(60.0))
    assert tried > 0
    assert [[act.who for act in step.acts] for step in shortest.program.steps] == [["bob"]]


def test_making_it_shorter_ends_when_the_time_is_over(reference, keys):
    reference.changes = withdrawals_fail
    run = run_live(Program("lean", (TRADE, Step((Act("bob", Withdraw(bytes(32), 10**15)),)))), reference)
    shortest, tried = shortest_program(run, reference, Clock(0.0))
    assert (shortest, tried) == (run, 0)


def test_what_is_found_is_told_with_rules_and_kept_as_a_vector(reference, keys, tmp_path):
    reference.changes = withdrawals_fail
    run = run_live(Program("lean", (TRADE, Step((Act("bob", Withdraw(bytes(32), 10**15)),)))), reference)
    finding = of_program(run, run, 0, 0.0, 9, reference)
    assert finding.steps == 2
    assert finding.told[-2].startswith("2. bob: Withdraw")
    assert finding.case.rules[0] in finding.told[-2]
    path = tmp_path / "kept.json"
    path.write_text(text_of(finding.case.suite, [finding.case]), encoding="utf-8")
    [case] = read_file(path)
    told = answer_json(OPERATIONS[case.operation], case.input)
    assert told.output == case.output
    assert not finding.repeats  # this client is wrong in sessions alone


def test_programs_are_made_up_until_one_is_wrong(reference, keys):
    reference.changes = spoilt("steps", [{"rejection": None, "postings": [], "events": []}])
    seen = []
    run = hunt_programs(reference, Clock(60.0), 12, 5, 1, seen.append)
    assert run.mismatch.differences[0].path == "steps[0]"
    assert seen == [run]


def test_the_same_seed_makes_up_the_same_programs(reference, keys):
    seen = []
    for _ in range(2):
        assert hunt_programs(reference, Clock(60.0), 3, 4, 5, seen.append) is None
    programs = [run.program for run in seen]
    assert len(programs) == 6
    assert programs[:3] == programs[3:]


def test_a_client_can_follow_the_last_steps_alone(reference, keys):
    for alone in range(1, 4):
        run = run_live(PROGRAM, reference, alone)
        assert run.mismatch is None
        assert (run.length, len(run.blocks)) == (4, 2 if alone < 3 else 1)
    assert run.opened.height == run.taken[-1].applied.before.height
