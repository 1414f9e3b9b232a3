"""Everything that is proved: by importing the modules that state it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from clearstone.proofs.consensus import statements
from clearstone.proofs.ledger import (
    authority_proofs,
    cash_proofs,
    funding_proofs,
    ghosts,
    instrument_proofs,
    liquidation_proofs,
    margin_proofs,
    matching_proofs,
    number_proofs,
    option_margin_proofs,
    oracle_proofs,
    order_proofs,
    placing_proofs,
    portfolio_proofs,
    resting_proofs,
    settlement_proofs,
    trading_proofs,
    waterfall_proofs,
)
from clearstone.proofs.obligations import OBLIGATIONS, ProofResult
from clearstone.proofs.proving import prove

MODULES = (
    number_proofs,
    oracle_proofs,
    instrument_proofs,
    liquidation_proofs,
    margin_proofs,
    portfolio_proofs,
    funding_proofs,
    ghosts,
    authority_proofs,
    cash_proofs,
    trading_proofs,
    waterfall_proofs,
    order_proofs,
    placing_proofs,
    matching_proofs,
    resting_proofs,
    settlement_proofs,
    option_margin_proofs,
)
"""Where obligations about the ledger are stated."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that can be proved, by whatever means."""

    id: str
    """Its name."""
    rules: tuple[str, ...]
    """Rules that it is about."""
    prove: Callable[[int], ProofResult]
    """What comes of it, with the solver's seed."""


def proofs() -> tuple[Proof, ...]:
    """All of them: the theorems of consensus, then every obligation on the code."""
    theorems = (Proof(theorem.id, theorem.rules, theorem.prove) for theorem in statements.THEOREMS)
    return (*theorems, *(Proof(made.id, made.rules, partial(prove, made)) for made in OBLIGATIONS.values()))


def selected(names: Sequence[str]) -> tuple[Proof, ...]:
    """Those with a name, or about a rule, that is listed; all if nothing is."""
    return tuple(proof for proof in proofs() if not names or {proof.id, *proof.rules} & set(names))
