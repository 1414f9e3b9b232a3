from __future__ import annotations

from clearstone.spec.receipts import Event, Posting, Receipt, Rejection


def test_receipts_are_values() -> None:
    posting, event = Posting("main", "fees", "insurance", 1, "fees"), Event("flagged", "a", ())
    assert Receipt(None, (posting,), (event,)) == Receipt(None, (Posting(*posting),), (Event(*event),))
    assert Receipt(Rejection("NUM-5", "x")) != Receipt(Rejection("NUM-5", "y"))


def test_a_rejection_comes_with_no_postings_and_no_events() -> None:
    receipt = Receipt(Rejection("NUM-5", "x"))
    assert (receipt.postings, receipt.events) == ((), ())
