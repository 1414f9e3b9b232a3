"""Every block of a program is offered again with one thing about it changed: which of these may follow is known.

Who proposes a block can write what he likes into it. Each alteration here has one reason to be refused, or none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from clearstone.invariants.registry import Violation
from clearstone.models.chain import Applied
from clearstone.spec.blocks import Block, CommitSignature
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.transition import check_block

BLOCKS_JUDGED = "blocks-judged"
"""What is violated if a block that was altered is not judged as it must be."""
FORGED = bytes(63) + b"\x01"
"""The one signature that does not verify."""
STRANGER = b"\xff" * 32
"""A key without power, after all others."""
SLOW = 5_000
"""How far behind the last block clocks are that are slow, in ms."""


def verifies(_key: bytes, _record: object, signature: bytes) -> bool:
    """Whether a signature is taken for authentic: all but one are."""
    return signature != FORGED


def alterations(block: Block, last: int) -> Iterator[tuple[str, Block, bool]]:
    """What was done to a block, the block, and whether it may follow a block of time `last` (ms)."""
    commit = block.commit
    first, *others = commit.signatures
    if block.time >= MAX_TIME or len(others) < 1:
        return
    yield "it names another root", replace(block, root=_other(block.root)), False
    yield "its proposer told the time", replace(block, time=block.time + 1), False
    yield (
        "its commit is of another block",
        replace(block, commit=replace(commit, block_id=_other(commit.block_id))),
        False,
    )
    signatures = {
        "one precommit is all its commit": (first,),
        "a precommit is repeated": (first, *commit.signatures),
        "a stranger precommits": (*commit.signatures, replace(first, validator=STRANGER)),
        "a signature is forged": (replace(first, signature=FORGED), *others),
    }
    for what, held in signatures.items():
        yield what, _committed(block, held), False
    slow = tuple(replace(each, time=max(0, last - SLOW)) for each in commit.signatures)
    yield "all clocks are slow", replace(_committed(block, slow), time=last + 1), True


def misjudged(applied: Applied) -> tuple[Violation, ...]:
    """The alterations of a block that are not judged as they must be."""
    found: list[Violation] = []
    for what, block, follows in alterations(applied.block, applied.before.time):
        refused = check_block(applied.before, block, verifies)
        if (refused is None) != follows:
            answer = "it is let in" if refused is None else f"it is refused: {refused.rule}, {refused.reason}"
            found.append(Violation(BLOCKS_JUDGED, block.height, f"{what}, and {answer}"))
    return tuple(found)


def _committed(block: Block, signatures: tuple[CommitSignature, ...]) -> Block:
    return replace(block, commit=replace(block.commit, signatures=signatures))


def _other(hash: bytes) -> bytes:
    return bytes((hash[0] ^ 1,)) + hash[1:]
