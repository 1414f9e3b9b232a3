"""What follows from a change is made to follow: signatures by who had signed, block ids, roots, times.

Else nearly every change of a transaction or a block would be refused for its signature, and nothing else be seen. Only
what was in order before is mended: a forgery stays one, and a block that did not follow still doesn't.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from clearstone.conformance.live.alterations.alteration import Alteration
from clearstone.conformance.live.alterations.signers import SIGNERS
from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.consensus_operations import CommitToCheck, Logs, MessageToCheck
from clearstone.conformance.operations.ledger_operations import BlocksToApply, TransactionToApply, apply_to
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.conformance.vector_file import Case
from clearstone.conformance.wire import Json
from clearstone.spec.blocks import Block, Commit
from clearstone.spec.consensus.commits import precommit
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.encoding.state_json import from_json, to_json
from clearstone.spec.oracle import block_time
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import restore
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root
from clearstone.spec.transactions import Signature, Transaction


@dataclass(frozen=True, slots=True)
class InOrder:
    """What was in order in a question before anything was changed."""

    signatures: frozenset[bytes] = frozenset()
    """Signatures that were right, and that can be made anew."""
    roots: frozenset[bytes] = frozenset()
    """Roots that accepted blocks named: a block that names one of them is made to follow."""


def in_order(case: Case) -> InOrder:
    """What is in order in a vector."""
    for name in SIGNERS:
        RING.named(name)
    question = from_json(OPERATIONS[case.operation].question, case.input)
    signatures = frozenset(made for key, record, made in _signed(question) if RING.signature(key, record) == made)
    roots: set[bytes] = set()
    if isinstance(question, BlocksToApply) and case.rejected is None:
        done = case.output["blocks"]
        accepted = (block for block, each in zip(question.blocks, done, strict=True) if each["rejection"] is None)
        roots.update(block.root for block in accepted)
    return InOrder(signatures, frozenset(roots))


def _signed(question: object) -> Iterator[tuple[bytes, object, bytes]]:
    """Every signature of a question, with its key and what it should be over."""
    match question:
        case TransactionToApply():
            yield from _signed(question.transaction)
        case Transaction():
            yield from ((each.key, question.body, each.signature) for each in question.signatures)
        case BlocksToApply():
            for block in question.blocks:
                yield from _signed_commit(block.chain, block.commit)
                for transaction in block.transactions:
                    yield from _signed(transaction)
        case CommitToCheck():
            yield from _signed_commit(question.chain, question.commit)
        case MessageToCheck():
            yield from _signed(question.signed)
        case SignedMessage():
            yield question.sender, question.message, question.signature
        case Logs():
            for log in question.logs:
                for signed in log:
                    yield from _signed(signed)


def _signed_commit(chain: str, commit: Commit) -> Iterator[tuple[bytes, object, bytes]]:
    for each in commit.signatures:
        yield each.validator, precommit(chain, commit, each), each.signature


def mended(operation: str, given: Json, before: InOrder, alterations: tuple[Alteration, ...]) -> Json:
    """A question that was changed, with what follows from the changes; of what they touch themselves nothing is."""
    question: Any = from_json(OPERATIONS[operation].question, given)
    match question:
        case TransactionToApply():
            return {**given, "transaction": to_json(_with_signatures(question.transaction, before))}
        case BlocksToApply():
            paths = (alteration.path for alteration in alterations)
            touched = {(path[1], path[2]) for path in paths if path[0] == "blocks" and len(path) > 2}
            return {**given, "blocks": [to_json(block) for block in _following(question, before, touched)]}
        case CommitToCheck():
            return {**given, "commit": to_json(_signed_anew(question.chain, question.commit, before))}
        case MessageToCheck():
            return {**given, "signed": to_json(_message(question.signed, before))}
        case Logs():
            return {**given, "logs": [[to_json(_message(each, before)) for each in log] for log in question.logs]}
        case _:
            return given


def _with_signatures(transaction: Transaction, before: InOrder) -> Transaction:
    made = (
        Signature(each.key, RING.signature(each.key, transaction.body)) if each.signature in before.signatures else each
        for each in transaction.signatures
    )
    return Transaction(transaction.body, tuple(made))


def _message(signed: SignedMessage, before: InOrder) -> SignedMessage:
    if signed.signature not in before.signatures:
        return signed
    return replace(signed, signature=RING.signature(signed.sender, signed.message))


def _signed_anew(chain: str, commit: Commit, before: InOrder) -> Commit:
    made = (
        replace(each, signature=RING.signature(each.validator, precommit(chain, commit, each)))
        if each.signature in before.signatures
        else each
        for each in commit.signatures
    )
    return replace(commit, signatures=tuple(made))


def _following(
    question: BlocksToApply, before: InOrder, touched: Collection[tuple[str | int, str | int]]
) -> Iterator[Block]:
    """The blocks, each made to follow the state that those before it lead to."""
    state = restore(question.state)
    for number, block in enumerate(question.blocks):
        if isinstance(state, Rejection):
            yield block
            continue
        if block.root in before.roots:
            block = _made_to_follow(state, block, {name for at, name in touched if at == number})
        block = replace(
            block,
            commit=_signed_anew(block.chain, block.commit, before),
            transactions=tuple(_with_signatures(each, before) for each in block.transactions),
        )
        yield block
        state, _ = apply_to(state, block)


def _made_to_follow(state: State, block: Block, touched: Collection[str | int]) -> Block:
    """A block with height, predecessor, root, commit and time as the state asks for, but for the fields touched."""
    commit = block.commit
    if "commit" not in touched:
        commit = replace(commit, height=state.height, block_id=state.block_id)
    follows: dict[str, Any] = {
        "height": state.height + 1,
        "previous": state.block_id,
        "root": state_root(state),
        "commit": commit,
    }
    if state.height > 0 and commit.signatures:
        follows["time"] = block_time(commit, state.validators, state.time)
    return replace(block, **{name: value for name, value in follows.items() if name not in touched})
