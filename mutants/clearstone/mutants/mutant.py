"""What a mutant is, and how things can go wrong with one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One rule broken on purpose: a replacement of text in the source of one module."""

    name: str
    """What the mutant does, in lower case with hyphens, unique in the catalogue: `quorum-of-half`."""
    module: str
    """Full name of the module whose source is patched, such as `clearstone.spec.consensus.validators`."""
    old: str
    """Text of the source that is replaced; it must occur exactly once, so that a mutant that has gone stale is seen."""
    new: str
    """Text that takes its place."""
    breaks: str
    """Id of the rule or invariant that it breaks, and how, in one line: `CONS-1: two quorums need not meet`."""
    layer: str
    """Layer of the protocol that it lives in: the catalogue's module."""
    caught_by: tuple[str, ...]
    """The methods that must catch it: `check`, `prove`, `explore`, `stateful`, `conform`."""


class MutantError(Exception):
    """A mutant cannot be applied."""


class UnknownMutantError(MutantError):
    """No mutant of that name is in the catalogue."""


class StaleMutantError(MutantError):
    """The source no longer holds the mutant's old text, or holds it more than once."""


class TooLateError(MutantError):
    """The process has already imported the module, or runs under another mutant."""
