"""A program on its way on both sides: the spec takes each step, the client is given its block, the answers compared."""

from __future__ import annotations

from dataclasses import replace

from clearstone.conformance import wire
from clearstone.conformance.live.client import ClientFault, LiveClient
from clearstone.conformance.live.mismatch import Mismatch, compared, differing
from clearstone.conformance.live.signed_chain import signing
from clearstone.conformance.operations.ledger_operations import block_done
from clearstone.conformance.operations.operation import Answered
from clearstone.invariants.checking import Tally
from clearstone.invariants.registry import Violation
from clearstone.models.chain import Applied
from clearstone.models.stateful.exchange_program import Program, Step
from clearstone.models.stateful.exchange_run import ExchangeRun, Taken
from clearstone.spec.blocks import Block
from clearstone.spec.encoding.state_json import to_json
from clearstone.spec.snapshot import snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root

DIFFERS = "same-as-the-spec"
"""What is violated by a client's step that is not the spec's."""


class LiveSkipped(BaseException):
    """The client has no live sessions; says why. No `Exception`, as for `ClientGone`."""


class LiveRun(ExchangeRun):
    """A program of the exchange that a client follows. No invariant is asked: it is the client that is looked at.

    It must begin and go on under `keys_made_by(RING.named)`, for its people to be able to sign.
    """

    def __init__(self, world: str, client: LiveClient, alone: int = 0) -> None:
        """Begin in a world. The client opens the state after so many steps, which the spec takes alone."""
        super().__init__(world, Tally({}))
        self.client = client
        self.alone = alone
        self.opened = self.first
        """The state that was opened last: a restarted client opens what was written down."""
        self.blocks: list[Block] = []
        """The blocks since then, as they were given to the client."""
        self.expected: wire.Json = None
        """The spec's answer to what was asked last."""
        self.mismatch: Mismatch | None = None
        """What was wrong, if anything; nothing is taken after it."""
        if alone == 0:
            self._open()

    def take(self, step: Step) -> Taken:
        """Take a step on both sides."""
        if self.length < self.alone:
            return super().take(step)
        if self.length == self.alone > 0:
            self._open()
        taken = super().take(step)
        if taken.violations or self.mismatch is not None:
            return taken
        assert taken.applied is not None, "a step without violations was applied"
        if step.restarts:
            self.opened, self.blocks = taken.applied.before, []
            self.mismatch = self._opening(self.opened)
        if self.mismatch is None:
            self.mismatch = self._following(taken.applied)
        if self.mismatch is not None:
            violation = Violation(DIFFERS, self.state.height, self.mismatch.reason)
            self.taken[-1] = replace(taken, violations=(violation,))
        return self.taken[-1]

    def _open(self) -> None:
        """From here on blocks are signed, and the client follows."""
        self.chain = signing(self.chain)
        self.opened = self.state
        self.mismatch = self._opening(self.opened)

    def _opening(self, state: State) -> Mismatch | None:
        """Have a state opened."""
        snapshot = to_json(snapshot_of(state)) if state is not self.first else _first_snapshot(self.world, state)
        return self._asked({"kind": "open", "state": snapshot}, Answered({"root": state_root(state).hex()}))

    def _following(self, applied: Applied) -> Mismatch | None:
        """Have a block applied. If the receipts are the same and the root is not, ask for the state."""
        self.blocks.append(applied.block)
        expected = to_json(block_done(applied.after, applied.receipt))
        found = self._asked({"kind": "apply", "block": to_json(applied.block)}, Answered(expected))
        if found is None or [each.path for each in found.differences] != ["root"]:
            return found
        dumped = self._dumped()
        state = to_json(snapshot_of(applied.after))
        if not isinstance(dumped, dict) or dumped == state:
            return replace(found, reason=f"{found.reason}; every field that it dumps is as it should be")
        return differing({"state": state}, {"state": dumped}, found.stderr)

    def _dumped(self) -> wire.Json:
        """The state that the client says it has; None if it does not say."""
        try:
            reply = self.client.ask({"kind": "dump"})
        except ClientFault:
            return None
        return reply.content.get("state") if reply.kind == "output" and isinstance(reply.content, dict) else None

    def _asked(self, question: wire.Json, expected: Answered) -> Mismatch | None:
        self.expected = expected.output
        try:
            reply = self.client.ask(question)
        except ClientFault as fault:
            return Mismatch("fault", fault.reason, (), "", fault.stderr)
        if reply.kind == "skipped":
            raise LiveSkipped(reply.content)
        found = compared(expected, reply)
        return found if found is None else replace(found, stderr=self.client.stderr())


_FIRST: dict[str, tuple[bytes, wire.Json]] = {}
"""By world, the root and the snapshot of the state in which it begins: every program opens one of a few."""


def _first_snapshot(world: str, state: State) -> wire.Json:
    root = state_root(state)
    if _FIRST.get(world, (b"", None))[0] != root:
        _FIRST[world] = root, to_json(snapshot_of(state))
    return _FIRST[world][1]


def run_live(program: Program, client: LiveClient, alone: int = 0) -> LiveRun:
    """Run a program to its end, or to the first step at which the client is not with the spec."""
    run = LiveRun(program.world, client, alone)
    for step in program.steps:
        if run.mismatch is not None or run.take(step).violations:
            break
    return run
