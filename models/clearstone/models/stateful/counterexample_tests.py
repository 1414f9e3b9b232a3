"""A counterexample as a test: Python that builds the program and expects that nothing breaks.

What it prints is what a person would write: every record by its class, fields that are as usual left out.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from clearstone.models.stateful.counterexamples import Counterexample

WIDTH = 116
"""Longest line of a record before it is broken up."""


def as_test(counterexample: Counterexample, origin: str) -> str:
    """The text of a test module."""
    program = counterexample.program
    name = counterexample.machine.name
    imports: dict[str, set[str]] = {f"clearstone.models.stateful.{name}_run": {"run_program"}}
    for cls in classes_of(program):
        imports.setdefault(cls.__module__, set()).add(cls.__name__)
    broken = ", ".join(counterexample.broken) or "nothing"
    mutant = f" under the mutant {counterexample.mutant}" if counterexample.mutant else ""
    title = "_".join(counterexample.broken[:1]).replace("-", "_") or "everything"
    lines = [f'"""From {origin}: a program of the {name} machine that broke {broken}{mutant}."""', ""]
    lines += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(imports.items())]
    lines += ["", f"PROGRAM = {code_of(program)}", "", ""]
    lines += [f"def test_{title}_holds() -> None:", "    assert run_program(PROGRAM).violations == ()", ""]
    return "\n".join(lines)


def classes_of(value: Any) -> list[type]:
    """The classes of all records in a value, each once."""
    found: dict[type, None] = {}
    if is_dataclass(value):
        found[type(value)] = None
        parts = [getattr(value, item.name) for item in fields(value)]
    else:
        parts = list(value) if isinstance(value, tuple) else []
    for part in parts:
        found.update(dict.fromkeys(classes_of(part)))
    return list(found)


def code_of(value: Any, indent: int = 0) -> str:
    """A value as Python, broken into lines where it is long."""
    if isinstance(value, bytes):
        number = int.from_bytes(value, "big")
        return f'({number}).to_bytes({len(value)}, "big")' if number < 1 << 32 else f'bytes.fromhex("{value.hex()}")'
    if isinstance(value, str):
        return f'"{value}"'
    if is_dataclass(value):
        parts, opening, closing = _arguments(value), f"{type(value).__name__}(", ")"
    elif isinstance(value, tuple):
        parts, opening, closing = [("", part) for part in value], "(", ",)" if len(value) == 1 else ")"
    else:
        return repr(value)
    line = opening + ", ".join(prefix + code_of(part) for prefix, part in parts) + closing
    if len(line) + indent <= WIDTH or not parts:
        return line
    space = " " * (indent + 4)
    inner = "".join(f"{space}{prefix}{code_of(part, indent + 4)},\n" for prefix, part in parts)
    return f"{opening}\n{inner}{' ' * indent})"


def _arguments(record: Any) -> list[tuple[str, Any]]:
    """The arguments that make a record: those without a default by position, the others by name if they differ."""
    arguments: list[tuple[str, Any]] = []
    for item in fields(record):
        held = getattr(record, item.name)
        if item.default is MISSING:
            arguments.append(("", held))
        elif held != item.default:
            arguments.append((f"{item.name}=", held))
    return arguments
