"""Broken rules of evidence: who is convicted after a fork."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="amnesia-is-no-evidence",
        module="clearstone.spec.consensus.evidence",
        old="return equivocators(admitted) | amnesiacs(validators, admitted)",
        new="return equivocators(admitted)",
        breaks="CONS-5: who forgets a lock forks the chain unpunished",
        layer="evidence",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="equivocation-is-no-evidence",
        module="clearstone.spec.consensus.evidence",
        old="return equivocators(admitted) | amnesiacs(validators, admitted)",
        new="return amnesiacs(validators, admitted)",
        breaks="CONS-5: who says two things forks the chain unpunished",
        layer="evidence",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="evidence-believes-forgeries",
        module="clearstone.spec.consensus.evidence",
        old="if check_message(chain, validators, signed, authentic) is None]",
        new="if power_of(validators, signed.sender) > 0]",
        breaks="CONS-5: a correct validator is convicted by a forgery",
        layer="evidence",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="evidence-ignores-valid-rounds",
        module="clearstone.spec.consensus.evidence",
        old="polka in precommits or names(proposals, vote, polka.round)",
        new="polka in precommits",
        breaks="CONS-5: a validator that a quorum freed is accused",
        layer="evidence",
        caught_by=("check", "prove", "explore", "conform"),
    ),
    Mutant(
        name="evidence-ignores-moved-locks",
        module="clearstone.spec.consensus.evidence",
        old="polka in precommits or names(proposals, vote, polka.round)",
        new="names(proposals, vote, polka.round)",
        breaks="CONS-5: a validator whose lock moved is accused",
        layer="evidence",
        caught_by=("check", "prove", "conform"),
    ),
    Mutant(
        name="another-clock-is-equivocation",
        module="clearstone.spec.consensus.evidence",
        old="first.step == second.step and first.block_id != second.block_id",
        new="first.step == second.step and first != second",
        breaks="CONS-5: two clocks in precommits for one block are a crime",
        layer="evidence",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
