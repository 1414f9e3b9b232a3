"""The option `--json FILE` that every command has: the same result as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click


def writable_file(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there before the work starts, and not after it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder of '{path}' does not exist")
    return path


json_option = click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write the result as JSON too.",
)
"""Decorator: gives a command the parameter `json_file`, a path or None."""


def write_json(path: Path | None, result: dict[str, Any]) -> None:
    """Write the result to the file, if one was asked for: keys in their order, text as it is."""
    if path is not None:
        path.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
