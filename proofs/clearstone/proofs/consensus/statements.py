"""Everything that is proved of consensus: the theorems, and the modules that state obligations on the code."""

from __future__ import annotations

from clearstone.proofs.consensus import (
    admission,
    evidence_rules,
    exactness,
    explored_edges,
    promises,
    refinement,
    trials,
)
from clearstone.proofs.consensus.theorems import THEOREMS

MODULES = (refinement, exactness, explored_edges, promises, evidence_rules, trials, admission)
"""Where obligations are stated: importing them registers those."""

__all__ = ["MODULES", "THEOREMS"]
