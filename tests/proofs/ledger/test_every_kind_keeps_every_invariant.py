from typing import get_args

import pytest

from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.ledger.frames import OutOfFrameError
from clearstone.proofs.ledger.trading_contracts import EitherKind
from clearstone.proofs.obligations import OBLIGATIONS, Kept
from clearstone.spec.instruments import Perpetual
from clearstone.spec.parameters import MarketParameters
from clearstone.spec.transactions import Action

assert MODULES, "importing the catalogue fills OBLIGATIONS"

KINDS = get_args(Action)
INVARIANTS = get_args(Kept)


@pytest.mark.parametrize("kept", INVARIANTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_invariant_is_proved_of_every_transaction_kind(kind: type, kept: str):
    proofs = [made for made in OBLIGATIONS.values() if kind in made.kinds and kept in made.keeps]
    assert proofs, f"nothing shows {kept} of {kind.__name__}"
    assert any(made.strength == "INDUCTIVE" for made in proofs)


def test_what_is_kept_is_said_of_transaction_kinds():
    for made in OBLIGATIONS.values():
        assert set(made.kinds) <= set(KINDS)
        assert made.keeps <= set(INVARIANTS)
        assert made.kinds or not made.keeps, made.id


def test_nobody_may_ask_which_kind_an_instrument_of_either_kind_is():
    either = EitherKind("perp", "main", 1, MarketParameters(500, 100, 100_000, 1, 1))
    assert either.parameters.taker_fee == 500
    with pytest.raises(OutOfFrameError, match="which kind of instrument"):
        isinstance(either, Perpetual)
