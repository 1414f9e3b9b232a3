"""`max` and `min` while a function runs symbolically: one integer that is defined by cases, and not a path for each.

They mean what they mean in Python. Nothing else is replaced while the specification runs.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from clearstone.proofs.symbolic.integers import Integer, largest, smallest


@contextmanager
def symbolic_extremes() -> Iterator[None]:
    """Let `max` and `min` take symbolic integers as well."""
    plain_max, plain_min = builtins.max, builtins.min

    def replaced(plain: Callable[..., Any], symbolic: Callable[[list[Any]], Any]) -> Callable[..., Any]:
        def extreme(*values: Any, **options: Any) -> Any:
            listed = list(values[0]) if len(values) == 1 else list(values)
            if options or not any(isinstance(value, Integer) for value in listed):
                return plain(listed, **options)
            return symbolic(listed)

        return extreme

    builtins.max, builtins.min = replaced(plain_max, largest), replaced(plain_min, smallest)
    try:
        yield
    finally:
        builtins.max, builtins.min = plain_max, plain_min
