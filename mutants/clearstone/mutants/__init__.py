"""Known ways to break a rule, each with what must notice: what shows that a check is able to fail.

One catalogue serves every method. A mutant is a replacement of text in the source of one module, applied while that
module is imported, in a process of its own:

    from clearstone import mutants
    mutants.activate("quorum-of-half")   # before anything of the spec is imported
    import clearstone.spec.consensus     # the broken one

`CLEARSTONE_MUTANT=NAME` in the environment does the same for the `clearstone` command and for all that it starts. This
package imports nothing but the standard library, so that importing it never comes too late.
"""

from clearstone.mutants.application import (
    ENVIRONMENT_VARIABLE,
    activate,
    apply,
    current,
    install_from_environment,
    patched,
    source_of,
)
from clearstone.mutants.catalogue import CATALOGUE, find
from clearstone.mutants.fresh_process import run_in_fresh_process
from clearstone.mutants.mutant import Mutant, MutantError, StaleMutantError, TooLateError, UnknownMutantError

__all__ = [
    "CATALOGUE",
    "ENVIRONMENT_VARIABLE",
    "Mutant",
    "MutantError",
    "StaleMutantError",
    "TooLateError",
    "UnknownMutantError",
    "activate",
    "apply",
    "current",
    "find",
    "install_from_environment",
    "patched",
    "run_in_fresh_process",
    "source_of",
]
