"""Python's cyclic garbage collector, kept out of long runs.

The protocol's values hold no cycles, so reference counting frees all of them, and walking through a state of 10⁵
accounts again and again finds nothing: it was the largest single cost of a prototype. Whoever runs many blocks sets
what exists aside and lets the collector rest.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Run a block of code without cyclic garbage collection, and collect once afterwards."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.collect()
