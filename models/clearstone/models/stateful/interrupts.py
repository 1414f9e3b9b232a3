"""Ctrl-C, not to be lost: an interrupt that something on the way has swallowed is raised again when it is asked for."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType


class InterruptsKept:
    """Remembers, while it is entered, that an interrupt came; where interrupts are ignored they still are."""

    def __init__(self) -> None:
        """Nothing has come yet."""
        self._came = False
        self._before: object = None

    def __enter__(self) -> InterruptsKept:
        before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and before is not signal.SIG_IGN:
            self._before = before
            signal.signal(signal.SIGINT, self._interrupted)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if callable(self._before) or isinstance(self._before, signal.Handlers):
            signal.signal(signal.SIGINT, self._before)

    def ask(self) -> None:
        """Raise the interrupt that came, if one did."""
        if self._came:
            raise KeyboardInterrupt

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        self._came = True
        raise KeyboardInterrupt
