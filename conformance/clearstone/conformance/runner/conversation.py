"""One run: every case asked once, and one result for each, whatever the client does (the rules are the package's)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from clearstone.conformance import wire
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.runner.child_process import ChildProcess
from clearstone.conformance.runner.differences import differences, shown
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.runner.verdicts import Result, Verdict
from clearstone.conformance.vector_file import Case
from clearstone.spec.encoding.state_json import from_json
from clearstone.spec.receipts import Rejection


class Question(NamedTuple):
    """A case that is waiting to be asked or answered."""

    seq: str
    """Number of the question on the wire."""
    case: Case
    """The case."""
    alone: bool
    """Whether nothing else may be outstanding with it, so that it is known who is to blame."""


class Conversation:
    """A run with one client. Iterate over it once: results come as they are known, one for each case."""

    def __init__(self, command: Sequence[str], cases: Iterable[Case], limits: Limits) -> None:
        """Nothing is started before the first result is asked for."""
        self._command = command
        self._limits = limits
        self._waiting = deque(Question(str(number), case, number == 1) for number, case in enumerate(cases, 1))
        self._outstanding: deque[Question] = deque()
        self._owed: set[str] = set()
        """Questions that another line was taken as the reply to."""
        self._results: deque[Result] = deque()
        self._strays = 0
        self._child: ChildProcess | None = None
        self.hello: wire.Hello | None = None
        """How the client introduced itself, once it has."""
        self.starts = 0
        """How often it has been started."""
        self.notes: list[str] = []
        """What went wrong that no single case is to blame for; the first ones."""

    def __iter__(self) -> Iterator[Result]:
        """The results."""
        deadline = time.monotonic() + self._limits.run_seconds
        try:
            while self._waiting or self._outstanding:
                if self._child is None and not self._start(deadline):
                    break
                yield from self._drained()
                if not self._waiting and not self._outstanding:
                    break
                self._ask()
                self._listen(deadline)
                yield from self._drained()
                if time.monotonic() >= deadline:
                    self._give_up(f"the run's time limit of {self._limits.run_seconds:g} s was over")
            yield from self._drained()
            if self._child is not None:
                self._child.finish(wire.write(wire.STOP), 0.5)
                self._child = None
        finally:
            if self._child is not None:
                self._child.kill()
                self._child = None

    def abandoned(self, reason: str) -> tuple[Result, ...]:
        """What is left when somebody ends the run before its time: results not yet told, and the rest as not run."""
        self._give_up(reason)
        return tuple(self._drained())

    def _drained(self) -> Iterator[Result]:
        while self._results:
            yield self._results.popleft()

    # Starting

    def _start(self, deadline: float) -> bool:
        """Start the client; if that fails, nothing that is left will be run."""
        if self.starts > self._limits.restarts:
            self._give_up(f"the client had to be started again more than {self._limits.restarts} times")
            return False
        self.starts += 1
        try:
            self._child = ChildProcess(self._command, self._limits)
        except OSError as error:
            self._give_up(f"the client cannot be started: {error.strerror}")
            return False
        self._child.send(wire.write(wire.START))
        hello = self._introduction(self._child, deadline)
        if isinstance(hello, str):
            stderr = self._child.stderr()
            self._give_up(f"the client did not introduce itself: {hello}", stderr)
            return False
        if self.hello is None:
            self.hello = hello
            self._set_aside(set(hello.suites))
        self._last_heard = time.monotonic()
        return True

    def _introduction(self, child: ChildProcess, deadline: float) -> wire.Hello | str:
        until = min(deadline, time.monotonic() + self._limits.reply_seconds)
        while time.monotonic() < until:
            for line in child.lines(until - time.monotonic()):
                try:
                    return wire.read_hello(wire.read(line))
                except wire.NotJson as error:
                    return str(error)
            if child.ended:
                return f"it {child.exit_status()}"
            if child.overlong:
                return "a line without end"
        return f"nothing within {self._limits.reply_seconds:g} s"

    def _set_aside(self, supported: set[str]) -> None:
        """Cases of suites that the client does not have are not asked."""
        asked: deque[Question] = deque()
        for question in self._waiting:
            if question.case.suite in supported:
                asked.append(question)
            else:
                self._results.append(Result(question.case, "unsupported", "the client does not support the suite"))
        self._waiting = asked
        if asked:
            asked[0] = asked[0]._replace(alone=True)

    # Asking and listening

    def _ask(self) -> None:
        assert self._child is not None
        while self._waiting and len(self._outstanding) < self._limits.window:
            alone = self._waiting[0].alone
            if self._outstanding and (alone or self._outstanding[-1].alone):
                return
            question = self._waiting.popleft()
            if not self._outstanding:
                self._last_heard = time.monotonic()
            self._outstanding.append(question)
            case = question.case
            self._child.send(wire.write(wire.run(question.seq, case.suite, case.operation, case.input)))

    def _listen(self, deadline: float) -> None:
        """Wait for a reply, or until the client has been silent for too long."""
        child = self._child
        assert child is not None
        until = min(deadline, self._last_heard + self._limits.reply_seconds)
        for line in child.lines(until - time.monotonic()):
            self._take(line)
            if self._child is None:
                return
        if child.overlong:
            self._fault(f"a line of more than {self._limits.reply_bytes} bytes")
        elif child.ended:
            self._fault(f"the client {child.exit_status()}")
        elif self._outstanding and time.monotonic() >= self._last_heard + self._limits.reply_seconds:
            self._fault(f"no reply within {self._limits.reply_seconds:g} s")

    def _take(self, line: bytes) -> None:
        """A line has arrived: judge the case that it answers, or that it stands in for."""
        if len(line) > self._limits.reply_bytes:
            self._fault(f"a line of more than {self._limits.reply_bytes} bytes")
            return
        try:
            reply = wire.read_reply(wire.read(line))
        except wire.NotJson as error:
            reply = str(error)
        if isinstance(reply, wire.Reply) and self._outstanding and reply.seq == self._outstanding[0].seq:
            question = self._outstanding.popleft()
            self._last_heard = time.monotonic()
            self._judge(question.case, reply, line)
        elif isinstance(reply, wire.Reply) and reply.seq in self._owed:
            self._owed.discard(reply.seq)
        else:
            self._stray(reply, line)

    def _stray(self, reply: wire.Reply | str, line: bytes) -> None:
        """A line that is not the reply to the oldest outstanding question: it is taken as its wrong one."""
        self._strays += 1
        if self._strays > self._limits.strays:
            self._fault(f"more than {self._limits.strays} lines that were no replies")
            return
        if not self._outstanding:
            self._note("a line that nothing had asked for", line)
            return
        question = self._outstanding.popleft()
        self._last_heard = time.monotonic()
        self._owed.add(question.seq)
        if isinstance(reply, wire.Reply):
            reason = f"the reply names question {shown(reply.seq)}, but this was question {question.seq}"
        else:
            reason = reply
        self._fail(question.case, reason, line)

    def _note(self, text: str, line: bytes = b"") -> None:
        if len(self.notes) < 20:
            self.notes.append(f"{text}: {_cut(line)}" if line else text)

    # Judging

    def _judge(self, case: Case, reply: wire.Reply, line: bytes) -> None:
        if reply.kind == "skipped":
            self._results.append(Result(case, "skipped", reply.content))
        elif reply.kind == "error":
            self._fail(case, f"the client reports an error: {reply.content}", line)
        elif reply.kind == "rejected":
            if case.rejected is None:
                self._fail(case, f"rejected by {reply.content[:40]}, but the spec accepts", line)
            elif reply.content != case.rejected:
                self._fail(case, f"rejected by {reply.content[:40]}, but {case.rejected} decides", line)
            else:
                self._results.append(Result(case, "passed"))
        elif case.rejected is not None:
            self._fail(case, f"accepted, but {case.rejected} rejects", line)
        elif reply.content == case.output:
            self._results.append(Result(case, "passed"))
        else:
            self._differs(case, reply.content, line)

    def _differs(self, case: Case, output: wire.Json, line: bytes) -> None:
        """The output is not what it should be; it may not even be an output of its kind."""
        read = from_json(OPERATIONS[case.operation].answer, output)
        found = differences(case.output, output)
        if isinstance(read, Rejection):
            reason = f"the output is malformed: {read.reason}"
        else:
            reason = f"{found[0].path or 'the output'} is {found[0].actual}, but should be {found[0].expected}"
        self._results.append(Result(case, "failed", reason, found, _cut(line), self._stderr()))

    def _fail(self, case: Case, reason: str, line: bytes = b"", verdict: Verdict = "failed") -> None:
        self._results.append(Result(case, verdict, reason, (), _cut(line), self._stderr()))

    def _stderr(self) -> str:
        return "" if self._child is None else self._child.stderr()

    # Giving up

    def _fault(self, reason: str) -> None:
        """The client is of no more use: end it, and find the case to blame."""
        if len(self._outstanding) == 1:
            self._fail(self._outstanding.popleft().case, reason)
        else:
            self._note(reason)
            self._waiting.extendleft(question._replace(alone=True) for question in reversed(self._outstanding))
            self._outstanding.clear()
        self._owed.clear()
        self._strays = 0
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _give_up(self, reason: str, stderr: str = "") -> None:
        self._note(reason)
        for question in (*self._outstanding, *self._waiting):
            self._results.append(Result(question.case, "not run", reason, (), "", stderr))
        self._outstanding.clear()
        self._waiting.clear()
        if self._child is not None:
            self._child.kill()
            self._child = None


def _cut(line: bytes) -> str:
    """The beginning of a line, as text."""
    text = line[:2_000].decode(errors="replace")
    return text if len(line) <= 2_000 else text + "..."
