"""State and block files: what `clearstone apply` reads and writes, and what a client can exchange with others.

Both are JSON, integers as decimal strings and bytes as lowercase hexadecimal, because many readers of JSON lose digits
above 2⁵³. A state file is `{"root": …, "state": …}`: the root is computed again when the file is read, so a file that
was damaged or edited is refused. A block file is `{"block": …}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from clearstone.reference.input_errors import InputError
from clearstone.spec.blocks import Block
from clearstone.spec.encoding.state_json import parse, to_json
from clearstone.spec.receipts import Rejection
from clearstone.spec.snapshot import Snapshot, restore, snapshot_of
from clearstone.spec.state import State
from clearstone.spec.state_root import state_root

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class StateFile:
    """A state file's content."""

    root: bytes
    """State root, 32 bytes."""
    state: Snapshot
    """The state that it is the root of."""


@dataclass(frozen=True, slots=True)
class BlockFile:
    """A block file's content."""

    block: Block
    """The block."""


def read_state(path: Path) -> State:
    """Read a state file; an InputError says what is wrong with it, and where."""
    content = _read(path, StateFile)
    state = restore(content.state)
    if isinstance(state, Rejection):
        raise InputError(path, None, f"{state.rule}: {state.reason}")
    if state_root(state) != content.root:
        raise InputError(path, None, f"ENC-1: the state's root is {state_root(state).hex()}, not {content.root.hex()}")
    return state


def write_state(path: Path, state: State) -> None:
    """Write a state file."""
    _write(path, StateFile(state_root(state), snapshot_of(state)))


def read_block(path: Path) -> Block:
    """Read a block file; an InputError says what is wrong with it, and where."""
    return _read(path, BlockFile).block


def write_block(path: Path, block: Block) -> None:
    """Write a block file."""
    _write(path, BlockFile(block))


def _write(path: Path, record: object) -> None:
    """Write a record as JSON."""
    path.write_text(json.dumps(to_json(record), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _read(path: Path, record: type[R]) -> R:
    """Read a record from JSON, or raise an InputError with the file, the line if it is known, and the reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(path, None, "ENC-3: not UTF-8 text") from error
    content = parse(record, text)
    if isinstance(content, Rejection):
        place = re.match(r"line (\d+): (.*)", content.reason)
        line, reason = (int(place[1]), place[2]) if place else (None, content.reason)
        raise InputError(path, line, f"{content.rule}: {reason}")
    return content
