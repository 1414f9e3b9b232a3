import pytest

from clearstone.proofs.obligations import Counterexample, ProofResult
from clearstone.proofs.running import prove_one
from clearstone.reference import proof_report
from clearstone.reference.proof_report import is_shown, report_proofs

IDS = ("shares_add_up_to_the_amount", "apportioning_is_exact", "divisions_err_as_they_say")
SHOWN = Counterexample("so", {"amount": 3}, {}, True)


def with_verdicts(monkeypatch: pytest.MonkeyPatch, *verdicts: str) -> None:
    def made(ids, seed, processes):
        for id, verdict in zip(ids, verdicts, strict=True):
            yield ProofResult(id, "A sentence.", (), ("a",), "INDUCTIVE", verdict, "why", counterexample=SHOWN)

    monkeypatch.setattr(proof_report, "prove_listed", made)


def test_only_a_refutation_that_a_replay_confirms_ends_the_search():
    assert is_shown(ProofResult("a", "", (), (), "", "refuted", counterexample=SHOWN))
    assert not is_shown(ProofResult("a", "", (), (), "", "disagrees", counterexample=SHOWN))
    assert not is_shown(ProofResult("a", "", (), (), "", "refuted", counterexample=Counterexample("", {}, {}, False)))
    assert not is_shown(ProofResult("a", "", (), (), "", "undecided"))


def test_the_search_goes_on_until_there_is_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with_verdicts(monkeypatch, "disagrees", "refuted", "proved")
    results, _, left = report_proofs(IDS, 0, None, True)
    assert ([result.verdict for result in results], left) == (["disagrees", "refuted"], 1)
    assert "amount = 3 atoms" in capsys.readouterr().out


def test_all_are_told_of_and_summed_up(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with_verdicts(monkeypatch, "proved", "undecided", "proved")
    results, _, left = report_proofs(IDS, 0, 1, False)
    assert (len(results), left) == (3, 0)
    out = capsys.readouterr().out
    assert "2 of 3 proved (2 INDUCTIVE)" in out
    assert "undecided: why" in out
    assert "transaction" not in out


def test_without_names_the_table_of_transactions_is_told_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def one(ids, seed, processes):
        yield prove_one(IDS[0])

    monkeypatch.setattr(proof_report, "prove_listed", one)
    report_proofs((), 0, None, False)
    assert "transaction" in capsys.readouterr().out
