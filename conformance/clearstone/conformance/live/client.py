"""The client in a live test: asked one question at a time, started again if need be, never waited for without end.

It is one conversation without a window: the next question depends on the answer. But while the client thinks about one,
the spec may, or the next one may be made up. Whatever is not the one reply to the
question just asked is a fault: the client is ended, and started afresh for the next question, so many times at most.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from types import TracebackType

from clearstone.conformance import wire
from clearstone.conformance.runner.child_process import ChildProcess
from clearstone.conformance.runner.limits import Limits


class ClientFault(Exception):
    """The client gave no answer that could be compared; says why. It has been ended."""

    def __init__(self, reason: str, stderr: str = "") -> None:
        """Why, and the end of what it wrote to standard error."""
        super().__init__(reason)
        self.reason = reason
        self.stderr = stderr


class ClientGone(BaseException):
    """The client cannot be started, or not again: nothing more can be asked.

    No `Exception`: Hypothesis would take that for something that it found, and look for more of it.
    """

    def __init__(self, reason: str, stderr: str = "") -> None:
        """Why, and the end of what it wrote to standard error."""
        super().__init__(reason)
        self.reason = reason
        self.stderr = stderr


class LiveClient:
    """A client that is asked one question after the other; use it as a context."""

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        """Nothing is started before the first question."""
        self._command = command
        self._limits = limits
        self._child: ChildProcess | None = None
        self._arrived: deque[bytes] = deque()
        self._asked = 0
        self._too_early = False
        self.hello: wire.Hello | None = None
        """How it introduced itself, once it has."""
        self.starts = 0
        """How often it has been started."""

    def __enter__(self) -> LiveClient:
        """Nothing is started yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        if self._child is not None:
            self._child.finish(wire.write(wire.STOP), 0.5)
            self._child = None

    def introduce(self) -> wire.Hello:
        """Start it if it does not run, and return how it introduced itself."""
        if self._child is None:
            self._start()
        assert self.hello is not None, "a client that was started has introduced itself"
        return self.hello

    def ask(self, question: wire.Json) -> wire.Reply:
        """The reply to a question, which is given its `seq` here. Raises ClientFault or ClientGone."""
        self.begin(question)
        return self.finish()

    def begin(self, question: wire.Json) -> None:
        """Ask a question, and do something else until its reply is fetched. Raises ClientGone."""
        self.introduce()
        assert self._child is not None, "it was introduced"
        self._asked += 1
        self._too_early = bool(self._arrived)
        if not self._too_early:
            self._send({"kind": question["kind"], "seq": str(self._asked), **question})
            self._arrived.extend(self._child.lines(0.0))  # it is written now, if the pipe takes it

    def finish(self) -> wire.Reply:
        """The reply to the question that was begun last. Raises ClientFault."""
        seq = str(self._asked)
        if self._too_early:
            raise self._fault("wrote a line that nothing had asked for")
        try:
            reply = wire.read_reply(wire.read(self._line("no reply")))
        except wire.NotJson as error:
            raise self._fault(str(error)) from None
        if isinstance(reply, str):
            raise self._fault(reply)
        if reply.seq != seq:
            raise self._fault(f"the reply names question {reply.seq[:40]}, but this was question {seq}")
        return reply

    def stderr(self) -> str:
        """The end of what it has written to standard error."""
        return "" if self._child is None else self._child.stderr()

    def _start(self) -> None:
        if self.starts > self._limits.restarts:
            raise ClientGone(f"the client had to be started again more than {self._limits.restarts} times")
        self.starts += 1
        try:
            self._child = ChildProcess(self._command, self._limits)
        except OSError as error:
            raise ClientGone(f"the client cannot be started: {error.strerror}") from None
        self._send(wire.START)
        try:
            hello = wire.read_hello(wire.read(self._line("nothing")))
        except (wire.NotJson, ClientFault) as error:
            hello = str(error)
        if isinstance(hello, str):
            fault = self._fault(hello)
            raise ClientGone(f"the client did not introduce itself: {hello}", fault.stderr)
        self.hello = self.hello or hello

    def _send(self, message: wire.Json) -> None:
        assert self._child is not None, "it was started"
        self._child.send(wire.write(message))

    def _line(self, missing: str) -> bytes:
        """The next line, or a fault that says what is missing."""
        child = self._child
        assert child is not None, "it was started"
        until = time.monotonic() + self._limits.reply_seconds
        while not self._arrived:
            left = until - time.monotonic()
            if left <= 0:
                raise self._fault(f"{missing} within {self._limits.reply_seconds:g} s")
            self._arrived.extend(child.lines(left))
            if child.overlong or any(len(line) > self._limits.reply_bytes for line in self._arrived):
                raise self._fault(f"a line of more than {self._limits.reply_bytes} bytes")
            if child.ended and not self._arrived:
                raise self._fault(f"the client {child.exit_status()}")
        return self._arrived.popleft()

    def _fault(self, reason: str) -> ClientFault:
        """End it; the next question finds it started again."""
        stderr = self.stderr()
        if self._child is not None:
            self._child.kill()
            self._child = None
        self._arrived.clear()
        return ClientFault(reason, stderr)
