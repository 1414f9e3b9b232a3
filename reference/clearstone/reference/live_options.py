"""The options of `clearstone conform` for live tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

OPTIONS = (
    click.option(
        "--live",
        is_flag=True,
        help="Instead of vectors: made up at random; the first difference is made short and kept.",
    ),
    click.option(
        "--live-time", metavar="SECONDS", default=60.0, show_default=True, type=click.FloatRange(0.1), help="How long."
    ),
    click.option("--programs", metavar="N", type=click.IntRange(1, 10_000_000), help="Live: no more programs."),
    click.option(
        "--steps",
        metavar="N",
        default=25,
        show_default=True,
        type=click.IntRange(1, 1_000),
        help="Live: steps of each.",
    ),
    click.option(
        "--seed",
        metavar="N",
        default=1,
        show_default=True,
        type=click.IntRange(0, 2**31),
        help="Live: draw all from this.",
    ),
    click.option(
        "--live-program",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Run a program that --live kept again.",
    ),
)
"""They say whether anything is made up, how much, and from what."""


def live_options(command: Command) -> Command:
    """Let a command take them, in this order in its help."""
    return reduce(lambda so_far, option: option(so_far), reversed(OPTIONS), command)
