"""Claims: what goes into `step`. Each says that the guard of one rule holds; the rule checks it and fires, or stays.

That shape is what makes the rules provable. Had the input been "something happened, do what is due", every proof would
have to follow every order in which rules may fire. A claim that is false, early, late or repeated does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from clearstone.spec.consensus.messages import Proposal


@dataclass(frozen=True, slots=True)
class Start:
    """CONS-2, line 10. The height may begin."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """CONS-2, lines 22 and 28. This proposal of the present round can be prevoted on."""

    proposal: Proposal
    """The proposal."""


@dataclass(frozen=True, slots=True)
class Polka:
    """CONS-2, line 36. A quorum prevoted for this proposal in its own, the present, round."""

    proposal: Proposal
    """The proposal."""


@dataclass(frozen=True, slots=True)
class Commit:
    """CONS-2, line 49. A quorum precommitted this proposal in its own round, whichever that was."""

    proposal: Proposal
    """The proposal."""


@dataclass(frozen=True, slots=True)
class NilPolka:
    """CONS-2, line 44. A quorum prevoted for nothing in the present round."""


@dataclass(frozen=True, slots=True)
class Split:
    """CONS-2, lines 34 and 47. A quorum voted in the present round, perhaps not for the same."""

    step: int
    """Which votes: PREVOTE or PRECOMMIT."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """CONS-2, line 55. More than a third of the power is in a later round."""

    round: int
    """That round."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """CONS-2, lines 57, 61 and 65. A timer that was scheduled has run out."""

    step: int
    """Which timer: PROPOSE, PREVOTE or PRECOMMIT."""
    round: int
    """The round for which it was scheduled."""


Claim: TypeAlias = Start | Proposed | Polka | Commit | NilPolka | Split | Ahead | Timeout
