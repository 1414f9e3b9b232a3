"""Showing what changed: records field by field, each with the unit that its own documentation states.

Every field of the specification says under it what it is and in which unit. That sentence is read from the source, so a
difference is shown in the unit that the field is in, and no second table of units can drift from it.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from clearstone.models.itf import Record, Variant

UNIT = re.compile(r"atoms·10⁶|\b(?:atoms|ticks|lots|ppm|ms)\b", re.IGNORECASE)
"""The units, as fields name them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not what it was."""

    path: str
    """Where: `accounts.alice.cash`."""
    before: str
    """What it was; empty if it was not there."""
    after: str
    """What it is; empty if it is gone."""
    unit: str
    """Its unit; empty if it has none."""
    change: int | None
    """By how much it changed, if it is a number."""

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if self.change is not None:
            return f"{self.path}: {self.before} → {self.after}{unit} ({self.change:+,})"
        return f"{self.path}: {self.before or 'nothing'} → {self.after or 'nothing'}{unit}"


def units_of(cls: type) -> Mapping[str, str]:
    """The unit of each field of a record that states one."""
    if cls not in _UNITS:
        _UNITS[cls] = _units_stated(cls)
    return _UNITS[cls]


_UNITS: dict[type, Mapping[str, str]] = {}
"""What was read before."""


def _units_stated(cls: type) -> Mapping[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(tree, ast.ClassDef), "a record is a class"
    units: dict[str, str] = {}
    for item, text in zip(tree.body, tree.body[1:], strict=False):
        match item, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(about))):
                found = UNIT.search(about)
                if found:
                    units[name] = found.group().lower()
    return units


def differences(before: Any, after: Any, path: str = "", unit: str = "") -> Iterator[Difference]:
    """Every field in which two values differ, in order."""
    if before is after or before == after:
        return
    parts = _parts(before), _parts(after)
    if parts[0] is not None and parts[1] is not None and type(before) is type(after):
        units: Mapping[str, str] = units_of(type(after)) if is_record(after) else {}
        for name in {**parts[0], **parts[1]}:
            place = f"{path}.{name}" if path else str(name)
            yield from differences(parts[0].get(name), parts[1].get(name), place, units.get(str(name), unit))
        return
    change = after - before if type(before) is int and type(after) is int else None
    yield Difference(path, told(before), told(after), unit, change)


def is_record(value: Any) -> bool:
    """Whether a value is a record."""
    return is_dataclass(value) and not isinstance(value, type)


def _parts(value: Any) -> dict[str, Any] | None:
    """The parts of a value by name, or None if it has none."""
    if is_record(value):
        return {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): part for key, part in value.items()}
    if isinstance(value, tuple) and value and all(is_record(part) for part in value):
        return {_name_of(part, place): part for place, part in enumerate(value)}
    return None


def _name_of(part: Any, place: int) -> str:
    """How a member of a list is called: a position by its instrument, an order by its nonce."""
    for name in ("instrument", "nonce", "signer"):
        if hasattr(part, name):
            return told(getattr(part, name))
    return str(place)


def told(value: Any) -> str:
    """A value in a few characters."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return value.hex()[:16] if isinstance(value, bytes) else _record_told(value)
    return f"{value:,}"


def _record_told(value: Any) -> str:
    parts = _parts(value)
    if parts is None:
        return f"({', '.join(map(told, value))})" if isinstance(value, tuple) else str(value)
    return f"({', '.join(f'{name} {told(part)}' for name, part in parts.items() if part is not None)})"


def as_itf(value: Any) -> Any:
    """A value as the trace format has it: records by field, bytes as hexadecimal, what may be absent as an option."""
    if isinstance(value, bytes):
        return value.hex()
    if is_record(value):
        return Record({item.name: _field(getattr(value, item.name), str(item.type)) for item in fields(value)})
    if isinstance(value, Mapping):
        return {as_itf(key): as_itf(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [as_itf(part) for part in value]
    return value


def _field(value: Any, hint: str) -> Any:
    if not hint.endswith("| None"):
        return as_itf(value)
    return Variant("None", ()) if value is None else Variant("Some", as_itf(value))
