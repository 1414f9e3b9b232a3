import pytest

from clearstone.proofs.catalogue import nearest, proofs, selected
from clearstone.proofs.running import prove_listed

IDS = ["shares_add_up_to_the_amount", "a_share_lies_between_nothing_and_its_cap", "time_strictly_increases"]


@pytest.mark.parametrize("processes", [None, 1, 2])
def test_every_proof_that_is_listed_is_run(processes: int | None):
    results = list(prove_listed(IDS, 0, processes))
    assert sorted(result.id for result in results) == sorted(IDS)
    assert all(result.holds for result in results)


def test_the_results_of_one_process_come_in_order_and_as_they_are_made():
    made = prove_listed(IDS, 0, 1)
    assert next(made).id == IDS[0]
    made.close()


def test_proofs_are_selected_in_the_order_in_which_they_are_named_each_once():
    assert [proof.id for proof in selected([IDS[2], IDS[0], "NUM-6"])][:2] == [IDS[2], IDS[0]]
    chosen = [proof.id for proof in selected(["NUM-6", IDS[0]])]
    assert len(chosen) == len(set(chosen))
    assert selected(["no-such-rule"]) == ()
    assert len(selected(())) == len(proofs())


def test_every_proof_says_what_it_is_about_and_in_which_layer():
    for proof in proofs():
        assert proof.statement
        assert proof.about
        assert proof.layer
        assert "." not in proof.layer


def test_a_name_that_is_nearly_right_brings_those_that_are():
    assert "transfer_conserves_money" in nearest("transfers_conserve_money")
    assert "PERP-2" in nearest("PERP-22")
    assert nearest("~~~") == ()
