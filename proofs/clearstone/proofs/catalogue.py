"""Everything that is proved: by importing the modules that state it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from clearstone.proofs.bounds import kept_proofs
from clearstone.proofs.bounds.claims import CLAIMS, WidthClaim
from clearstone.proofs.consensus import statements
from clearstone.proofs.consensus.theorems import Theorem
from clearstone.proofs.ledger import (
    absorption_proofs,
    authority_proofs,
    block_proofs,
    block_step_proofs,
    cash_proofs,
    change_proofs,
    default_proofs,
    deleveraging_proofs,
    dispatch_proofs,
    expiry_takeover_proofs,
    flag_proofs,
    funding_proofs,
    ghosts,
    grace_proofs,
    health_proofs,
    instrument_proofs,
    isolation_proofs,
    liquidation_proofs,
    loss_isolation_proofs,
    margin_proofs,
    matching_proofs,
    number_proofs,
    option_margin_proofs,
    oracle_proofs,
    order_proofs,
    placing_proofs,
    portfolio_proofs,
    restart_proofs,
    resting_proofs,
    settlement_proofs,
    takeover_proofs,
    trading_proofs,
    waterfall_proofs,
)
from clearstone.proofs.obligations import OBLIGATIONS, Obligation, ProofResult
from clearstone.proofs.proving import prove

MODULES = (
    number_proofs,
    kept_proofs,
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
    block_proofs,
    flag_proofs,
    block_step_proofs,
    grace_proofs,
    change_proofs,
    dispatch_proofs,
    health_proofs,
    restart_proofs,
    settlement_proofs,
    option_margin_proofs,
    deleveraging_proofs,
    default_proofs,
    absorption_proofs,
    takeover_proofs,
    expiry_takeover_proofs,
    isolation_proofs,
    loss_isolation_proofs,
)
"""Where obligations about the ledger are stated."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Something that can be proved, by whatever means."""

    id: str
    """Its name."""
    statement: str
    """The sentence."""
    rules: tuple[str, ...]
    """Rules that it is about."""
    about: tuple[Callable[..., Any], ...]
    """Functions of the specification that it is about."""
    prove: Callable[[int], ProofResult]
    """What comes of it, with the solver's seed."""
    source: Theorem | Obligation | WidthClaim
    """What is proved, as it was stated."""

    @property
    def layer(self) -> str:
        """Part of the protocol that it is about: the module in which it is stated."""
        if isinstance(self.source, Theorem):
            return "consensus"
        if isinstance(self.source, WidthClaim):
            return "bounds"
        package, _, module = self.source.run.__module__.removeprefix("clearstone.proofs.").partition(".")
        return module.removesuffix("_proofs") if package == "ledger" else package


def proofs() -> tuple[Proof, ...]:
    """All of them: the theorems of consensus, every obligation on the code, and how wide its numbers get."""
    theorems = (Proof(one.id, one.statement, one.rules, one.about, one.prove, one) for one in statements.THEOREMS)
    stated = OBLIGATIONS.values()
    return (
        *theorems,
        *(Proof(one.id, one.statement, one.rules, one.about, partial(prove, one), one) for one in stated),
        *(Proof(one.id, one.statement, one.rules, one.about, one.prove, one) for one in CLAIMS),
    )


def selected(names: Sequence[str]) -> tuple[Proof, ...]:
    """Those with a name, or about a rule, that is listed, in the order of the list; all if nothing is."""
    listed = proofs()
    if not names:
        return listed
    chosen = {proof.id: proof for name in names for proof in listed if name in (proof.id, *proof.rules)}
    return tuple(chosen.values())


def nearest(name: str) -> tuple[str, ...]:
    """Ids and rules that look like a name that is none."""
    import difflib  # only when a name is wrong

    known = list(dict.fromkeys(known for proof in proofs() for known in (proof.id, *proof.rules)))
    return tuple(difflib.get_close_matches(name, known, n=3, cutoff=0.5))
