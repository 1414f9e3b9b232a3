"""Parts of the spec that no answer to a vector rests on: they have no mutants, each for the reason given."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNANSWERED: Mapping[str, str] = MappingProxyType(
    {
        "rules": "sentences for people",
        "values": "how Python makes records quickly",
        "consensus.driver": "decides which claims to make: outside the rules, and clients may do otherwise",
        "encoding.signatures.authentic": "clients verify by a quicker way; `verify` is what they are asked",
        "encoding.state_json._integer": "a malformed question is the asker's mistake, and no vector asks one",
        "encoding.state_json._octets": "a malformed question is the asker's mistake, and no vector asks one",
        "encoding.state_json.parse": "reads files, not questions",
        "encoding.state_json._unique": "reads files, not questions",
        "margin.initial_requirement": "the sum that `initial_health` has; proofs and readers ask",
        "state_root.all_entries": "a root from nothing, which tests compare with the one kept up to date",
        "state_root.rebuild_trie": "a root from nothing, which tests compare with the one kept up to date",
    }
)
"""Module, or module and scope, to reason."""


def is_unanswered(module: str, scope: str) -> bool:
    """Whether no answer rests on a scope of a module."""
    return module in UNANSWERED or f"{module}.{scope}" in UNANSWERED
