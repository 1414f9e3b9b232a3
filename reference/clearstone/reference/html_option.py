"""The option `--html FILE` of the commands that write a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from clearstone.reference.json_option import writable_file

Command = TypeVar("Command", bound=Callable[..., Any])
REPORT = "Write the report as a page that needs nothing else."
"""What most commands say of it."""


def html_option(told: str = REPORT) -> Callable[[Command], Command]:
    """Decorator: gives a command the parameter `html_file`, a path or None; `told` is what the help says of it."""
    return click.option(
        "--html",
        "html_file",
        metavar="FILE",
        type=click.Path(dir_okay=False, writable=True, path_type=Path),
        callback=writable_file,
        help=told,
    )
