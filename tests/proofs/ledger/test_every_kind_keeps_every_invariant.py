from collections.abc import Callable
from typing import get_args

import pytest

from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.ledger.frames import OutOfFrameError
from clearstone.proofs.ledger.trading_contracts import UNASKED, EitherKind
from clearstone.proofs.obligations import OBLIGATIONS, Kept
from clearstone.spec.changes import bind_change
from clearstone.spec.defaults import resolve, settle_pool_funding
from clearstone.spec.deleveraging import deleverage
from clearstone.spec.instruments import Perpetual
from clearstone.spec.parameters import MarketParameters
from clearstone.spec.transactions import Action
from clearstone.spec.transition import begin_block, collect_fees
from clearstone.spec.waterfall import absorb, sweep_clearing

assert MODULES, "importing the catalogue fills OBLIGATIONS"

KINDS = get_args(Action)
INVARIANTS = get_args(Kept)
STEPS = (
    begin_block,
    settle_pool_funding,
    sweep_clearing,
    resolve,
    deleverage,
    absorb,
    collect_fees,
    bind_change,
)
"""What a block does besides its transactions."""


@pytest.mark.parametrize("kept", INVARIANTS)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_invariant_is_proved_of_every_transaction_kind(kind: type, kept: str):
    proofs = [made for made in OBLIGATIONS.values() if kind in made.kinds and kept in made.keeps]
    assert proofs, f"nothing shows {kept} of {kind.__name__}"
    assert any(made.strength == "INDUCTIVE" for made in proofs)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_conservation_is_proved_of_every_step_of_a_block(step: Callable[..., object]):
    assert [made.id for made in OBLIGATIONS.values() if step in made.about and "LEDGER-1" in made.rules]


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


def test_what_is_not_to_be_asked_leaves_the_frame_when_it_is_asked():
    with pytest.raises(OutOfFrameError):
        bool(UNASKED)
    with pytest.raises(OutOfFrameError):
        assert UNASKED == "cancel-maker"
