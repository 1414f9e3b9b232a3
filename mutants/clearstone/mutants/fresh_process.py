"""Running a Python program in a process of its own under a mutant, as every method that hunts mutants does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from clearstone.mutants.application import ENVIRONMENT_VARIABLE
from clearstone.mutants.mutant import Mutant


def run_in_fresh_process(
    arguments: Sequence[str], mutant: Mutant | None, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `clearstone ARGUMENTS…` in a fresh process under the mutant (None: the true spec), and return what it said.

    The timeout is in seconds; a process that passes it is ended and `subprocess.TimeoutExpired` raised.
    """
    environment = {key: value for key, value in os.environ.items() if key != ENVIRONMENT_VARIABLE}
    if mutant is not None:
        environment[ENVIRONMENT_VARIABLE] = mutant.name
    return subprocess.run(
        [sys.executable, "-m", "clearstone.reference.command", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
