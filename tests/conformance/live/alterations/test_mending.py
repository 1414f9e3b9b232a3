"""What follows from a change is made to follow, and nothing else is set right."""

from clearstone.conformance.live.alterations.alteration import Alteration, all_altered
from clearstone.conformance.live.alterations.bounds import within_bounds
from clearstone.conformance.live.alterations.hunt import as_altered
from clearstone.conformance.live.alterations.mending import in_order, mended
from clearstone.conformance.operations import OPERATIONS
from clearstone.spec.encoding.state_json import from_json

AMOUNT = ("transaction", "body", "action", "Transfer", "amount")


def with_change(case, *alterations):
    given = all_altered(case.input, alterations)
    return mended(case.operation, given, in_order(case), alterations)


def test_a_changed_transaction_is_signed_anew(vectors, stock):
    case = vectors["ledger/transfer-of-all"]
    asked = as_altered(case, (Alteration(AMOUNT, "put", "5"),), stock)
    assert asked.given["transaction"]["signatures"] != case.input["transaction"]["signatures"]
    assert asked.expected.output["receipt"]["rejection"] is None
    assert asked.expected.output["receipt"]["postings"][0]["amount"] == "5"


def test_a_signature_that_is_changed_itself_stays_wrong(vectors, stock):
    case = vectors["ledger/transfer-of-all"]
    forged = Alteration(("transaction", "signatures", 0, "signature"), "put", "01" * 64)
    asked = as_altered(case, (forged, Alteration(AMOUNT, "put", "5")), stock)
    assert asked.expected.output["receipt"]["rejection"] == "ENC-2"


def several_blocks(vectors):
    """A vector of a few blocks, all accepted, the first with a transaction."""
    return next(
        case
        for case in vectors.values()
        if case.operation == "apply_blocks"
        and len(case.input["blocks"]) > 2
        and case.input["blocks"][0]["transactions"]
        and all(done["rejection"] is None for done in case.output["blocks"])
    )


def test_blocks_after_a_change_follow_what_it_leads_to(vectors, stock):
    case = several_blocks(vectors)
    change = Alteration(("blocks", 0, "transactions", 0), "remove")
    asked = as_altered(case, (change,), stock)
    assert [done["rejection"] for done in asked.expected.output["blocks"]] == [None] * len(case.input["blocks"])
    assert asked.given["blocks"][1]["root"] != case.input["blocks"][1]["root"]


def test_what_is_changed_of_a_block_itself_is_not_mended(vectors, stock):
    case = several_blocks(vectors)
    for name, value in (("root", "00" * 32), ("time", "1"), ("previous", "00" * 32), ("height", "77")):
        asked = as_altered(case, (Alteration(("blocks", 1, name), "put", value),), stock)
        assert asked.given["blocks"][1][name] == value
        assert asked.expected.output["blocks"][1]["rejection"] is not None


def test_without_a_change_nothing_is_to_be_mended(vectors):
    for case in list(vectors.values())[::7]:
        assert with_change(case) == case.input


def test_most_that_is_signed_in_the_vectors_can_be_signed_anew(vectors):
    known = [bool(in_order(case).signatures) for case in vectors.values() if case.operation == "apply_transaction"]
    assert sum(known) > 0.9 * len(known)


def test_what_records_do_not_allow_is_not_asked(vectors, stock):
    step = next(case for case in vectors.values() if case.operation == "take_step" and case.input["received"])
    feed = vectors["oracle/three-of-four"]
    trader = next(
        case
        for case in vectors.values()
        if case.operation == "apply_transaction" and case.input["state"]["accounts"][0][1]["positions"]
    )
    position = trader.input["state"]["accounts"][0][1]["positions"][0]
    beyond = (
        (trader, Alteration(("state", "accounts", 0, 1, "positions", 0), "insert", position)),
        (trader, Alteration(("state", "accounts", 0, 1, "positions", 0, "lots"), "put", "0")),
        (step, Alteration(("node", "chain"), "put", "another")),
        (step, Alteration(("node", "locked_round"), "put", "5")),
        (step, Alteration(("node", "total_power"), "put", "77")),
        (feed, Alteration(("validators", 0), "swap")),
        (feed, Alteration(("feed", "index"), "put", "0")),
        (feed, Alteration(("parameters", "report_staleness"), "put", "-1")),
        (feed, Alteration(("commit", "signatures", 0), "swap")),
        (vectors["arithmetic/median-of-one"], Alteration(("weighted", 0), "remove")),
    )
    for case, alteration in beyond:
        assert as_altered(case, (alteration,), stock) is None, alteration


def test_most_vectors_are_within_bounds(vectors):
    asked = [from_json(OPERATIONS[case.operation].question, case.input) for case in vectors.values()]
    assert sum(map(within_bounds, asked)) > 0.9 * len(asked)
