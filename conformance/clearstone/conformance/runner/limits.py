"""What a client is given before it is given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a run, in time and in memory."""

    reply_seconds: float = 10.0
    """How long a client may say nothing while a question is outstanding."""
    run_seconds: float = 600.0
    """How long the whole run may take."""
    restarts: int = 32
    """How often a client is started again."""
    window: int = 64
    """How many questions may be outstanding."""
    reply_bytes: int = 16_000_000
    """How long a line may be."""
    strays: int = 1_000
    """How many lines that nobody asked for are borne until a client counts as flooding."""
    stderr_bytes: int = 4_000
    """How much of the end of standard error is kept."""
