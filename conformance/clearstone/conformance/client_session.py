"""The reference as a client: lines in, lines out, and nothing in between but the spec.

Whatever arrives is answered: a malformed question is rejected by ENC-3, as malformed input is everywhere.
"""

from __future__ import annotations

from clearstone.conformance import wire
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.ledger_operations import apply_to, execute_on
from clearstone.conformance.operations.operation import Answered, answer_json
from clearstone.conformance.wire import Json
from clearstone.spec.blocks import Block
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Transaction


class ClientSession:
    """A client at work: what it was told to keep."""

    def __init__(self, version: str) -> None:
        """Introduce oneself with this version."""
        self._version = version
        self._state: State | None = None

    def reply(self, line: bytes) -> bytes | None:
        """The reply to a line; None to `stop`."""
        try:
            question = wire.read(line)
        except wire.NotJson as error:
            return wire.write({"seq": "", "error": str(error)})
        if not isinstance(question, dict) or not isinstance(question.get("kind"), str):
            return wire.write({"seq": "", "error": "a question is an object with a kind"})
        kind = question["kind"]
        if kind == "stop":
            return None
        if kind == "start":
            return wire.write(self._hello())
        seq = question.get("seq")
        if not isinstance(seq, str):
            return wire.write({"seq": "", "error": "a question has a seq, a string"})
        return wire.write({"seq": seq, **self._answer(kind, question)})

    def _hello(self) -> Json:
        about = {
            "name": "clearstone",
            "version": self._version,
            "language": "Python",
            "homepage": "",
        }
        return {"client": about, "protocol": wire.PROTOCOL, "suites": list(wire.SUITES)}

    def _answer(self, kind: str, question: Json) -> Json:
        try:
            if kind == "run":
                return self._run(question)
            if kind == "open":
                return self._open(question.get("state"))
            if kind not in wire.SESSION:
                return {"error": f"there is no question of the kind {kind[:40]}"}
            if self._state is None:
                return {"error": f"{kind} without a state: open one first"}
            if kind == "apply":
                return self._apply(self._state, question)
            if kind == "dump":
                return {"output": {"root": state_root(self._state).hex(), "state": to_json(snapshot_of(self._state))}}
            self._state = None
            return {"output": {}}
        except Exception as error:
            # The spec is total on what it may be asked. A broken rule, a mutant, is not, and may raise anything: that
            # is told, and the next question answered.
            return {"error": f"{type(error).__name__}: {error}"[:1000]}

    def _run(self, question: Json) -> Json:
        name = question.get("operation")
        if not isinstance(name, str) or name not in OPERATIONS:
            return {"skipped": "an operation that this client does not have"}
        return _told(answer_json(OPERATIONS[name], question.get("input")))

    def _open(self, given: Json) -> Json:
        snapshot = from_json(Snapshot, given)
        state = snapshot if isinstance(snapshot, Rejection) else restore(snapshot)
        if isinstance(state, Rejection):
            return {"rejected": {"rule": state.rule}}
        self._state = state
        return {"output": {"root": state_root(state).hex()}}

    def _apply(self, state: State, question: Json) -> Json:
        if "block" in question:
            block = from_json(Block, question["block"])
            if isinstance(block, Rejection):
                return {"rejected": {"rule": block.rule}}
            self._state, done = apply_to(state, block)
            return {"output": to_json(done)}
        transaction = from_json(Transaction, question.get("transaction"))
        if isinstance(transaction, Rejection):
            return {"rejected": {"rule": transaction.rule}}
        self._state, receipt = execute_on(state, transaction)
        return {"output": {"receipt": to_json(receipt), "root": state_root(self._state).hex()}}


def _told(answered: Answered) -> Json:
    return {"output": answered.output} if answered.rule is None else {"rejected": {"rule": answered.rule}}
