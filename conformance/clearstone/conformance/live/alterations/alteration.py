"""One change of a question in its JSON form, as data, so that it can be left out, made plainer and told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from clearstone.conformance.wire import Json

Path: TypeAlias = tuple[str | int, ...]
"""Where something stands: keys and indices from the outside in."""
How: TypeAlias = Literal["put", "insert", "remove", "swap"]
LONGEST = 120
"""As many characters as are told of a value."""


class NoSuchPlace(LookupError):
    """There is nothing at an alteration's path, because another alteration was left out."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One change."""

    path: Path
    """Where; of all but `put` an index of a list is last."""
    how: How
    """Something else is put there, something comes in before it, it goes, or it changes places with the next one."""
    value: Json = None
    """What is put there or comes in."""


def altered(given: Json, alteration: Alteration) -> Json:
    """A question with one change; what is not on the path is shared. Raises NoSuchPlace."""
    return _along(given, alteration, alteration.path)


def all_altered(given: Json, alterations: Iterable[Alteration]) -> Json:
    """A question with changes, made one after the other. Raises NoSuchPlace."""
    for alteration in alterations:
        given = altered(given, alteration)
    return given


def _along(held: Json, alteration: Alteration, path: Path) -> Json:
    if not path:
        return alteration.value
    first, rest = path[0], path[1:]
    copy = held.copy() if isinstance(held, dict | list) else held
    if isinstance(first, str):
        if not isinstance(copy, dict) or first not in copy:
            raise NoSuchPlace
        copy[first] = _along(copy[first], alteration, rest)
        return copy
    if not isinstance(copy, list) or not 0 <= first < len(copy) + (alteration.how == "insert" and not rest):
        raise NoSuchPlace
    if rest or alteration.how == "put":
        copy[first] = _along(copy[first], alteration, rest)
    elif alteration.how == "insert":
        copy.insert(first, alteration.value)
    elif alteration.how == "remove":
        del copy[first]
    elif first + 1 < len(copy):
        copy[first], copy[first + 1] = copy[first + 1], copy[first]
    else:
        raise NoSuchPlace
    return copy


def told_path(path: Path) -> str:
    """A path as differences write them."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def told_alteration(before: Json, alteration: Alteration) -> str:
    """A change in a line; `before` is the question without it."""
    place = told_path(alteration.path)
    if alteration.how == "insert":
        return f"{place}: {_short(alteration.value)} comes in"
    held = before
    for part in alteration.path:
        held = held[part]
    if alteration.how == "remove":
        return f"{place}: {_short(held)} is left out"
    if alteration.how == "swap":
        return f"{place}: {_short(held)} changes places with the next one"
    return f"{place}: {_short(alteration.value)} in place of {_short(held)}"


def _short(value: Json) -> str:
    text = json.dumps(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def plainer(alteration: Alteration) -> Iterator[Alteration]:
    """Changes that may do for one and are easier to read: those to small integers."""
    for value in ("0", "1"):
        if alteration.how == "put" and _is_integer(alteration.value) and len(alteration.value) > len(value):
            yield replace(alteration, value=value)


def _is_integer(value: Json) -> bool:
    return isinstance(value, str) and value.removeprefix("-").isdecimal()
