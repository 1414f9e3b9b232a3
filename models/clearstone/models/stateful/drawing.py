"""Drawing from a seed alone.

Hypothesis reads the constants in the source of all modules that are loaded and likes to draw them: then a change of a
number anywhere, or another module loaded before, makes other programs of the same seed. The machines draw words and
small numbers, for which no constant is of any use, so they do without, and what they find depends on them alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from hypothesis.internal.conjecture.providers import HypothesisProvider

DRAWS_CONSTANTS = "_maybe_draw_constant"
"""The method by which Hypothesis draws constants, in the version that is pinned; a test notices if it is another."""


@contextmanager
def drawn_from_the_seed_alone() -> Iterator[None]:
    """Draw nothing that was read in some source."""
    with patch.object(HypothesisProvider, DRAWS_CONSTANTS, lambda *_, **__: None):
        yield
