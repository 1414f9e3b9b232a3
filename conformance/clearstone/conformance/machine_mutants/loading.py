"""How a mutant is put into a running process, in a millisecond where possible: the process is then its own.

What lies in a function's body is compiled, and the code of the function that is there already replaced by it: whoever
imported that function runs the mutant from then on. What runs while modules are loaded (constants, tables, defaults,
and functions that those call) has left its results everywhere by then: for that, all of `clearstone` is imported anew,
the mutated module from its mutated tree.
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import spec_from_file_location
from types import CodeType, FunctionType, ModuleType
from typing import Any

from clearstone.conformance.machine_mutants.generation import path_of, tree_of
from clearstone.conformance.machine_mutants.mutant import MachineMutant

NAMESPACE = "clearstone"
"""What is imported anew."""


def compiled(mutant: MachineMutant) -> CodeType:
    """The code of the mutated module; the tree keeps the change."""
    mutant.place.hang(mutant.replacement)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `is not 0` and the like
        return compile(tree_of(mutant.module), str(path_of(mutant.module)), "exec", dont_inherit=True)


def replace_code(mutant: MachineMutant) -> None:
    """Put a mutant of a function's body in place."""
    function = _function(sys.modules[f"{NAMESPACE}.spec.{mutant.module}"], mutant.scope)
    first = function.__code__.co_firstlineno
    [function.__code__] = [code for code in _outermost(compiled(mutant)) if code.co_firstlineno == first]


def _function(module: ModuleType, scope: str) -> FunctionType:
    """The function of a scope, without what decorates it."""
    held: Any = module
    for name in scope.split("."):
        held = vars(held)[name]
    held = inspect.unwrap(getattr(held, "__func__", held))
    assert isinstance(held, FunctionType)
    return held


def _outermost(code: CodeType) -> Iterator[CodeType]:
    """The code of the functions and methods of a module."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & 0x1:  # CO_OPTIMIZED: a function, and not the body of a class
                yield constant
            else:
                yield from _outermost(constant)


class _MutatedLoader(SourceFileLoader):
    """Loads one module from code that was compiled before."""

    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        """The mutated code."""
        return self._code


class _MutatedFinder(MetaPathFinder):
    """Finds the mutated module, and leaves all others to those behind it."""

    def __init__(self, name: str, code: CodeType) -> None:
        self._name, self._code = name, code

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """How to load the mutated module; None for any other."""
        if fullname != self._name:
            return None
        found = PathFinder.find_spec(fullname, path, target)
        assert found is not None, "it was imported before"
        assert found.origin is not None, "it has a file"
        return spec_from_file_location(
            fullname, found.origin, loader=_MutatedLoader(fullname, found.origin, self._code)
        )


def import_anew(mutant: MachineMutant | None, module: str) -> ModuleType:
    """Import a module and all that it needs anew, under a mutant or, without one, as it stands."""
    code = None if mutant is None else compiled(mutant)
    ours = __name__.rpartition(".")[0]  # this package stays: what it hands back is made of its own classes
    for name in [name for name in sys.modules if name.partition(".")[0] == NAMESPACE and not name.startswith(ours)]:
        del sys.modules[name]
    if mutant is not None and code is not None:
        sys.meta_path.insert(0, _MutatedFinder(f"{NAMESPACE}.spec.{mutant.module}", code))
    return importlib.import_module(module)
