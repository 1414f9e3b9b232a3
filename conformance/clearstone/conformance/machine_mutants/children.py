"""Forked children: each starts with all that its parent has loaded, does one thing, and hands back what came of it."""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class ChildDied(Exception):
    """A child ended without handing anything back."""

    def __init__(self, status: int) -> None:
        """Keep what `os.waitpid` says of it."""
        super().__init__(f"a child process ended with the status {os.waitstatus_to_exitcode(status)}")
        self.signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def in_child(act: Callable[[], T]) -> T:
    """What a function returns in a child; ChildDied if the child was killed."""
    gc.collect()
    gc.freeze()  # the child's collections leave the parent's pages alone
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as told:
                pickle.dump(act(), told)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        content = told.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise ChildDied(status)
    result: T = pickle.loads(content)
    return result


def limit_memory(more: int) -> None:
    """From now on this process may hold so many bytes more than it does; what asks for more raises MemoryError."""
    with open("/proc/self/statm", encoding="ascii") as told:
        held = int(told.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (held + more, held + more))


def limit_time(seconds: float) -> None:
    """From now on this process may use so many CPU seconds; then SIGPROF ends it. The limit before is lifted."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, seconds)
