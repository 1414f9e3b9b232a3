"""A client's process and its pipes: never blocked on, never believed, its memory here bounded.

Both directions go on at once, so a client that writes before it has read, or reads nothing at all, can't bring the
runner to a halt. The process is a group of its own and is killed as one, with whatever it has started.
"""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress

from clearstone.conformance.runner.limits import Limits

CHUNK = 1 << 16
"""Bytes read at once."""


class ChildProcess:
    """A client that has been started."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        """Start it; an OSError says why that can't be done."""
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        self._pipes = [pipe for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe]
        self._input, self._output, self._errors = (pipe.fileno() for pipe in self._pipes)
        self._limits = limits
        self._to_write = bytearray()
        self._line = bytearray()
        self._stderr = b""
        self._selector = selectors.DefaultSelector()
        for descriptor in (self._input, self._output, self._errors):
            os.set_blocking(descriptor, False)
        self._selector.register(self._output, selectors.EVENT_READ)
        self._selector.register(self._errors, selectors.EVENT_READ)
        self.ended = False
        """It will not write any more."""
        self.overlong = False
        """It is in the middle of a line that is too long."""

    def send(self, line: bytes) -> None:
        """Have a line written when the client takes it."""
        if not self._to_write:
            with suppress(KeyError):
                self._selector.register(self._input, selectors.EVENT_WRITE)
        self._to_write += line

    def lines(self, seconds: float) -> list[bytes]:
        """The lines that have arrived, after at most so many seconds; none if the client is silent, or `ended`."""
        arrived: list[bytes] = []
        for key, _ in self._selector.select(max(0.0, seconds)):
            if key.fd == self._input:
                self._write()
            elif key.fd == self._errors:
                self._read_errors()
            else:
                arrived += self._read_lines()
        return arrived

    def stderr(self) -> str:
        """The end of what it has written to standard error."""
        with suppress(KeyError):
            while self._errors in self._selector.get_map() and self._read_errors():
                pass
        return self._stderr.decode(errors="replace")

    def exit_status(self) -> str:
        """How it ended, in a few words, once it has."""
        try:
            code = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return "closed its output"
        return f"exited with code {code}" if code >= 0 else f"was ended by signal {-code}"

    def kill(self) -> None:
        """End it and all that it started, and close the pipes."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._selector.close()
        for pipe in self._pipes:
            with suppress(OSError):
                pipe.close()

    def finish(self, line: bytes, seconds: float) -> None:
        """Say a last line, give the client a moment to end by itself, and kill what is left of it."""
        with suppress(OSError):
            os.set_blocking(self._input, False)
            os.write(self._input, line)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        self.kill()

    def _write(self) -> None:
        try:
            written = os.write(self._input, bytes(self._to_write[:CHUNK]))
        except BlockingIOError:
            return
        except OSError:  # it reads no more; that it has ended is seen on its output
            self._to_write.clear()
            written = 0
        del self._to_write[:written]
        if not self._to_write:
            self._selector.unregister(self._input)

    def _read_errors(self) -> bool:
        try:
            data = os.read(self._errors, CHUNK)
        except BlockingIOError:
            return False
        if not data:
            self._selector.unregister(self._errors)
            return False
        self._stderr = (self._stderr + data)[-self._limits.stderr_bytes :]
        return True

    def _read_lines(self) -> list[bytes]:
        try:
            data = os.read(self._output, CHUNK)
        except BlockingIOError:
            return []
        if not data:
            self.ended = True
            self._selector.unregister(self._output)
            return []
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = bytes(self._line) + whole[0]
            self._line = bytearray(rest)
        else:
            self._line += rest
        self.overlong = len(self._line) > self._limits.reply_bytes
        return whole
