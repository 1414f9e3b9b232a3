"""How a mutant is applied: the source of one module is patched while it is imported.

Replacing a function in a module that is loaded would miss every `from module import function` that ran before, so the
patch comes first: a finder in front of all others recognises the module's name, reads its source, replaces the text and
compiles what results. Nothing of it reaches the disk, and a cached compilation of the true source is not looked at.

A process runs under one mutant at most, for its whole life.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, ModuleType

from clearstone.mutants.catalogue import find
from clearstone.mutants.mutant import Mutant, StaleMutantError, TooLateError

ENVIRONMENT_VARIABLE = "CLEARSTONE_MUTANT"
"""Holds the name of the mutant that a process, and every process that it starts, runs under."""


def source_of(module: str) -> str:
    """Return the true source of a module, importing neither it nor its parents; empty if there is no such module."""
    path: Sequence[str] | None = None
    found: ModuleSpec | None = None
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        found = PathFinder.find_spec(".".join(parts[:depth]), path)
        if found is None:
            return ""
        path = list(found.submodule_search_locations or ())
    return found.loader.get_source(module) or "" if found and isinstance(found.loader, SourceFileLoader) else ""


def patched(source: str, mutant: Mutant) -> str:
    """Return the source with the mutant's text in it; the old text must be there exactly once."""
    found = source.count(mutant.old)
    if found != 1:
        raise StaleMutantError(
            f"mutant {mutant.name} is stale: its old text occurs {found} times in {mutant.module}, not once"
        )
    return source.replace(mutant.old, mutant.new)


class MutantLoader(SourceFileLoader):
    """Loads one module from its patched source, past the cache of compiled modules."""

    def __init__(self, path: str, mutant: Mutant) -> None:
        """Load the module at `path` under `mutant`."""
        super().__init__(mutant.module, path)
        self.mutant = mutant

    def get_source(self, fullname: str) -> str:
        """Return the patched source."""
        source = super().get_source(fullname)
        assert source is not None, "a module that is loaded from a file has a source"
        return patched(source, self.mutant)

    def get_code(self, fullname: str) -> CodeType:
        """Compile the patched source."""
        return compile(self.get_source(fullname), self.path, "exec", dont_inherit=True)


class MutantFinder:
    """Finds the one module that a mutant patches; leaves all others to the finders behind it."""

    def __init__(self, mutant: Mutant) -> None:
        """Look out for the mutant's module."""
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load the patched module, or None for any other module."""
        if fullname != self.mutant.module:
            return None
        true = PathFinder.find_spec(fullname, path, target)
        if true is None or true.origin is None:
            return None
        return spec_from_file_location(
            fullname,
            true.origin,
            loader=MutantLoader(true.origin, self.mutant),
            submodule_search_locations=true.submodule_search_locations,
        )


def current() -> Mutant | None:
    """Return the mutant that this process runs under, if any."""
    return next((finder.mutant for finder in sys.meta_path if isinstance(finder, MutantFinder)), None)


def apply(mutant: Mutant) -> None:
    """Run the rest of this process under the mutant. Its module must not have been imported yet."""
    running = current()
    if running == mutant:
        return
    if running is not None:
        raise TooLateError(f"this process already runs under mutant {running.name}, and not under {mutant.name}")
    if mutant.module in sys.modules:
        raise TooLateError(f"mutant {mutant.name} comes too late: {mutant.module} has been imported already")
    patched(source_of(mutant.module), mutant)  # a stale mutant is an error now, not when the module is imported
    sys.meta_path.insert(0, MutantFinder(mutant))


def activate(name: str) -> Mutant:
    """Run the rest of this process, and every process that it starts, under the mutant of that name."""
    mutant = find(name)
    apply(mutant)
    os.environ[ENVIRONMENT_VARIABLE] = name
    return mutant


def install_from_environment() -> None:
    """Apply the mutant that the environment names, if it names one.

    Processes started afresh inherit the name but not the patch: give this function as the initializer of a pool of
    workers, or call it before anything of the spec is imported.
    """
    name = os.environ.get(ENVIRONMENT_VARIABLE)
    if name:
        apply(find(name))
