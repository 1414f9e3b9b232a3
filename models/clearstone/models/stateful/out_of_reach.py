"""The mutants of their own layers that the machines do not catch, each with the reason: one place, which tests compare.

What is said here was tried: hunts of the profile `ci` found nothing, or were cut off where that is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

EXCHANGE_LAYERS = (
    "numbers",
    "oracle",
    "ledger",
    "margin",
    "matching",
    "liquidation",
    "waterfall",
    "settlement",
    "funding",
    "parameters",
)
"""Layers of the catalogue that are the exchange machine's."""
NETWORK_LAYERS = ("consensus", "messages", "evidence")
"""Layers that are the network machine's."""
IN_BLOCKS = (
    "commit-without-quorum",
    "duplicate-precommit-counts-twice",
    "commit-with-strangers",
    "one-good-signature-suffices",
    "root-not-checked",
    "commit-of-another-block",
    "time-goes-backwards",
    "block-time-of-proposer",
)
"""Mutants of the layer `messages` that are about what stands in blocks: those the exchange machine finds."""

OUT_OF_REACH: Mapping[str, str] = MappingProxyType(
    {
        "flagged-at-zero-is-absent": "an account would have to be flagged in a block of time 0, and there is none: "
        "genesis is not before time 0, and each block is later than the one before",
        "first-pool-pays-for-all": "pots pay what is owed only after the equity of all others in the second pool is "
        "gone; cash leaves a pool only while what stays is not negative (LEDGER-5), so all of it would have to leave "
        "to the last atom, and then more would have to go into fees than the insurance fund pays first",
        "evidence-ignores-valid-rounds": "a correct validator must lock one block, learn of a later quorum for another "
        "and prevote that when proposed again, in three rounds; hunts cut off after 150 s did not come across it",
        "evidence-ignores-moved-locks": "a correct validator must lock one block, then another in a later round, and "
        "prevote that on a fresh proposal in a third; hunts cut off after 150 s did not come across it",
    }
)
"""Why the machines cannot find a mutant, by its name."""
