from typing import get_args

from clearstone.proofs.catalogue import proofs
from clearstone.proofs.kind_table import KEPT, MEANING, UNPROVED, kind_table
from clearstone.proofs.obligations import OBLIGATIONS, ProofResult
from clearstone.spec.transactions import Action


def result_of(id: str, verdict: str = "proved") -> ProofResult:
    made = OBLIGATIONS[id]
    return ProofResult(id, made.statement, made.rules, (), made.strength, verdict)


def test_every_kind_of_transaction_has_a_row_and_every_invariant_a_column():
    assert proofs()
    table = kind_table([])
    assert [row.kind for row in table] == [kind.__name__ for kind in get_args(Action)]
    assert all(tuple(row.strengths) == KEPT for row in table)
    assert {mark for row in table for mark in row.strengths.values()} == {UNPROVED}
    assert MEANING.keys() == set(KEPT)


def test_a_cell_is_as_strong_as_the_strongest_proof_that_holds():
    made = OBLIGATIONS["transfer_conserves_money"]
    transfer = next(row for row in kind_table([result_of(made.id)]) if row.kind == "Transfer")
    assert "conservation" in made.keeps
    assert transfer.strengths == {kept: "INDUCTIVE" if kept in made.keeps else UNPROVED for kept in KEPT}
    assert made.id in transfer.proofs["conservation"]


def test_a_proof_that_fails_fills_no_cell():
    table = kind_table([result_of("transfer_conserves_money", "refuted")])
    assert {mark for row in table for mark in row.strengths.values()} == {UNPROVED}


def test_if_all_is_proved_no_cell_is_empty():
    table = kind_table(result_of(id) for id in OBLIGATIONS)
    assert not [row.kind for row in table if UNPROVED in row.strengths.values()]
