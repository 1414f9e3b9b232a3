from html.parser import HTMLParser

import pytest

from clearstone.mutants import find
from clearstone.proofs.kill_matrix import Attempt, Kill
from clearstone.proofs.kind_table import KEPT, UNPROVED, kind_table
from clearstone.proofs.obligations import OBLIGATIONS, Counterexample, ProofResult
from clearstone.proofs.running import prove_one
from clearstone.reference.proof_page import page
from clearstone.reference.proof_results import as_data, check_result, counted, told

VOID = {"meta", "br"}


class Balance(HTMLParser):
    """Reads a page and complains where a tag is not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(text: str) -> Balance:
    balance = Balance()
    balance.feed(text)
    assert balance.open == []
    return balance


@pytest.fixture(scope="module")
def proved() -> ProofResult:
    return prove_one("shares_add_up_to_the_amount")


def failed(verdict: str, shown: Counterexample | None) -> ProofResult:
    return ProofResult("a_b", "A <b> is `c < d`.", ("NUM-6",), (), "INDUCTIVE", verdict, "x < y", counterexample=shown)


SHOWN = Counterexample("x < y", {"alice.cash": -1_500_000}, {"side": "<buy>"}, True)


def test_the_page_needs_nothing_else_and_is_fit_for_a_phone_and_the_dark(proved: ProofResult):
    text = page([proved], ())
    tags = read(text).seen
    assert not any({"src", "href"} & attributes.keys() for _, attributes in tags)
    assert "http" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in tags
    assert text.rstrip().endswith("</html>")
    assert "End of the report." in text


def test_what_is_proved_is_closed_and_what_is_not_stands_open_before_it(proved: ProofResult):
    text = page([proved, failed("refuted", SHOWN)], ())
    read(text)
    assert text.index("Not proved") < text.index("A &lt;b&gt; is <code>c &lt; d</code>.") < text.index(proved.id)
    assert text.count("<details") == 2
    assert text.count(" open>") == 1
    assert "alice.cash = -1,500,000 atoms (-1.5 USD)" in text
    assert "side: &lt;buy&gt;" in text
    assert "<b>1</b> of 2 proved" in text


def test_a_failure_without_a_counterexample_says_why():
    assert "<p>x &lt; y</p>" in page([failed("undecided", None)], ())


def test_the_page_of_mutants_says_who_kills_and_why_others_live():
    killer = Attempt("the_killer", "refuted", "no longer <so>", 0.5, SHOWN)
    dead = Kill(find("funding-sign"), ("the_killer", "another"), (killer,), 1.5)
    alive = Kill(find("malleable-signatures"), (), (), 0.0)
    text = page((), [dead, alive])
    read(text)
    assert "<b>1</b> of 2 mutants killed by a proof" in text
    assert "no longer &lt;so&gt;" in text
    assert "1 of 2 proofs that rest on it" in text
    assert "no proof rests on what it breaks" in text
    assert "alice.cash = -1,500,000 atoms" in text


def test_a_page_under_a_mutant_says_so(monkeypatch: pytest.MonkeyPatch, proved: ProofResult):
    monkeypatch.setattr("clearstone.mutants.current", lambda: find("funding-sign"))
    assert "Under the mutant funding-sign" in page([proved], ())


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [("proved", "holds"), ("refuted", "violated"), ("undecided", "undecided"), ("vacuous", "undecided")],
)
def test_a_proof_has_the_form_of_every_method(verdict: str, expected: str):
    result = failed(verdict, None)
    line = check_result(result)
    assert (line.method, line.verdict, line.strength) == ("prove", expected, "INDUCTIVE")
    assert as_data(result)["proof"]["verdict"] == verdict


def test_things_are_counted_in_words(proved: ProofResult):
    assert told(proved) == "1 path, 3 demands"
    assert told(failed("proved", None)) == "0 conditions"
    assert counted(1, "demand or condition", "demands and conditions") == "1 demand or condition"
    assert counted(1_200, "demand or condition", "demands and conditions") == "1,200 demands and conditions"


def test_what_each_kind_of_transaction_keeps_is_a_table_if_it_was_tried(proved: ProofResult):
    assert "<table>" not in page([proved], ())
    made = [
        ProofResult(each.id, each.statement, each.rules, (), each.strength)
        for each in OBLIGATIONS.values()
        if each.kinds
    ]
    text = page(made, ())
    read(text)
    rows = text.partition("<table>")[2].partition("</table>")[0].split("<tr>")[2:]
    assert len(rows) == len(kind_table([]))
    assert all(row.count("<td") == len(KEPT) for row in rows)
    assert UNPROVED not in text
