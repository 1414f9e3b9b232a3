"""ITF: traces in the format that the viewers made for TLA+ and Quint read.

A trace is a list of states, each a value for every variable. Values are Python's: integers, booleans, text, tuples,
frozensets, mappings, lists, and two kinds of their own, `Record` (fields by name) and `Variant` (a tag with a value).
The format is JSON with every integer as `{"#bigint": "12"}`, tuples as `{"#tup": […]}`, sets as `{"#set": […]}`, maps
as `{"#map": [[key, value], …]}`, records as objects, variants as `{"tag": …, "value": …}`. What the format says nothing
of goes into `#meta`, which every reader must be prepared to skip: of the whole trace, and of each state.

Written the same way each time: sets and maps in the order of their members' own text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""What `json` makes and takes."""
FORMAT = "https://apalache-mc.org/docs/adr/015adr-trace.html"
"""Where the format is described."""


class ItfError(Exception):
    """Text that is not a trace in this format; the reason in one line."""


class Record(dict[str, Any]):
    """Fields by name."""

    def __hash__(self) -> int:  # type: ignore[override]  # records are members of sets
        return hash(frozenset(self.items()))


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several kinds of thing."""

    tag: str
    """Which kind."""
    value: Any
    """What of it."""


@dataclass(slots=True)
class ItfState:
    """One state of a trace."""

    values: Mapping[str, Any]
    """The value of every variable."""
    meta: Mapping[str, Json] = field(default_factory=dict)
    """What else is to be said of it: which action led to it, by which rule."""


@dataclass(slots=True)
class ItfTrace:
    """A trace."""

    variables: tuple[str, ...]
    """The variables, in the order in which they are to be shown."""
    states: list[ItfState]
    """The states, from the first on."""
    parameters: tuple[str, ...] = ()
    """Those of the variables that never change."""
    meta: Mapping[str, Json] = field(default_factory=dict)
    """What else is to be said of the trace."""
    loop: int | None = None
    """The state that follows on the last one, by its index, if the trace goes round for ever."""


def encoded(value: Any) -> Json:
    """A value, as the format has it."""
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return {"#bigint": str(value)}
    if isinstance(value, Variant):
        return {"tag": value.tag, "value": encoded(value.value)}
    if isinstance(value, Record):
        return {name: encoded(each) for name, each in value.items()}
    if isinstance(value, (set, frozenset)):
        return {"#set": sorted((encoded(each) for each in value), key=json.dumps)}
    if isinstance(value, tuple):
        return {"#tup": [encoded(each) for each in value]}
    if isinstance(value, list):
        return [encoded(each) for each in value]
    if isinstance(value, Mapping):
        return {"#map": sorted(([encoded(key), encoded(each)] for key, each in value.items()), key=json.dumps)}
    raise TypeError(f"a {type(value).__name__} has no place in a trace")


def decoded(data: Json) -> Any:
    """The value that the format stands for; a plain JSON number is taken for an integer, as some writers have it."""
    if isinstance(data, (bool, str, int)):
        return data
    if isinstance(data, list):
        return [decoded(each) for each in data]
    if not isinstance(data, dict):
        raise ItfError(f"{json.dumps(data)} is no value")
    try:
        match data:
            case {"#bigint": str(text)}:
                return int(text)
            case {"#tup": list(members)}:
                return tuple(decoded(each) for each in members)
            case {"#set": list(members)}:
                return frozenset(decoded(each) for each in members)
            case {"#map": list(pairs)}:
                return {decoded(key): decoded(each) for key, each in pairs}
            case {"tag": str(tag), "value": value} if len(data) == 2:
                return Variant(tag, decoded(value))
    except (TypeError, ValueError) as error:
        raise ItfError(f"{json.dumps(data)[:80]} is malformed: {error}") from None
    if any(name.startswith("#") for name in data):
        raise ItfError(f"{json.dumps(data)[:80]} is malformed")
    return Record({name: decoded(each) for name, each in data.items()})


def as_json(trace: ItfTrace) -> dict[str, Json]:
    """A trace, as the format has it."""
    data: dict[str, Json] = {"#meta": {"format": "ITF", "format-description": FORMAT, **trace.meta}}
    if trace.parameters:
        data["params"] = list(trace.parameters)
    data["vars"] = list(trace.variables)
    data["states"] = [
        {"#meta": {"index": index, **state.meta}, **{name: encoded(state.values[name]) for name in trace.variables}}
        for index, state in enumerate(trace.states)
    ]
    if trace.loop is not None:
        data["loop"] = trace.loop
    return data


def from_json(data: Json) -> ItfTrace:
    """The trace that some JSON stands for."""
    if not isinstance(data, dict) or not isinstance(data.get("vars"), list) or not isinstance(data.get("states"), list):
        raise ItfError("a trace has `vars` and `states`")
    variables, parameters = tuple(data["vars"]), tuple(data.get("params", ()))
    if not all(isinstance(name, str) for name in (*variables, *parameters)):
        raise ItfError("the name of a variable is text")
    if not all(isinstance(each.get("#meta", {}), dict) for each in (data, *data["states"]) if isinstance(each, dict)):
        raise ItfError("`#meta` is not an object")
    states = []
    for index, each in enumerate(data["states"]):
        if not isinstance(each, dict):
            raise ItfError(f"state {index} is not an object")
        missing = [name for name in variables if name not in each]
        if missing:
            raise ItfError(f"state {index} has no {', '.join(map(str, missing))}")
        meta = {name: about for name, about in each.get("#meta", {}).items() if name != "index"}
        states.append(ItfState({name: decoded(each[name]) for name in variables}, meta))
    loop = data.get("loop")
    if loop is not None and not (isinstance(loop, int) and 0 <= loop < len(states)):
        raise ItfError("`loop` is not the index of a state")
    meta = {name: about for name, about in data.get("#meta", {}).items() if not name.startswith("format")}
    return ItfTrace(variables, states, parameters, meta, loop)


def written(trace: ItfTrace) -> str:
    """The text of a trace's file."""
    return json.dumps(as_json(trace), indent=2, ensure_ascii=False) + "\n"


def write_itf(path: Path, trace: ItfTrace) -> None:
    """Write a trace into a file, by custom one that ends in `.itf.json`."""
    path.write_text(written(trace), encoding="utf-8")


def read_itf(path: Path) -> ItfTrace:
    """Read a trace from a file; `ItfError` says what is wrong with it."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise ItfError(f"it is not JSON: {error}") from None
    return from_json(data)
