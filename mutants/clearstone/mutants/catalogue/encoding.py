"""Broken rules of encoding and signatures."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="malleable-signatures",
        module="clearstone.spec.encoding.signatures",
        old='        and int.from_bytes(signature[32:], "little") < L\n',
        new="",
        breaks="ENC-2: a second signature over the same message follows from the first",
        layer="encoding",
        caught_by=("check",),
    ),
)
"""The mutants of this layer."""
