"""Where an answer differs from what was expected: fields, not two hashes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from clearstone.conformance.wire import Json, MalformedNumber

MOST = 50
"""As many differences as are kept of a case."""
LONGEST = 300
"""As many characters as are shown of a value."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which an answer differs."""

    path: str
    """Where, as in `state.accounts[0][1].cash`; empty for the whole."""
    expected: str
    """What should be there, as JSON, cut short; `absent` if nothing should."""
    actual: str
    """What is there."""


def differences(expected: Json, actual: Json) -> tuple[Difference, ...]:
    """The first fields in which a value differs from another, in the order of the expected ones."""
    return tuple(islice(_walk("", expected, actual), MOST))


def _walk(path: str, expected: Json, actual: Json) -> Iterator[Difference]:
    if type(expected) is dict and type(actual) is dict:
        for key in expected:
            at = f"{path}.{key}" if path else key
            if key in actual:
                yield from _walk(at, expected[key], actual[key])
            else:
                yield Difference(at, shown(expected[key]), "absent")
        for key in actual:
            if key not in expected:
                yield Difference(f"{path}.{key}" if path else key, "absent", shown(actual[key]))
    elif type(expected) is list and type(actual) is list:
        for index in range(max(len(expected), len(actual))):
            at = f"{path}[{index}]"
            if index >= len(actual):
                yield Difference(at, shown(expected[index]), "absent")
            elif index >= len(expected):
                yield Difference(at, "absent", shown(actual[index]))
            else:
                yield from _walk(at, expected[index], actual[index])
    elif type(expected) is not type(actual) or expected != actual:
        yield Difference(path, shown(expected), shown(actual))


def shown(value: Json) -> str:
    """A value as JSON, cut short."""
    text = str(value) if isinstance(value, MalformedNumber) else json.dumps(value, default=str)
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
