"""The option `--json FILE` that every command has: the same result as data. `-` is standard output.

With `-`, what is printed for people goes to standard error, so that standard output holds nothing but the data.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import click

STANDARD_OUTPUT = Path("-")
"""Stands for standard output."""


def writable_file(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there before the work starts, and not after it."""
    if path is not None and not path.absolute().parent.is_dir():
        raise click.BadParameter(f"the folder of '{path}' does not exist")
    return path


def writable_stream(ctx: click.Context, parameter: click.Parameter, path: Path | None) -> Path | None:
    """Refuse the file in time; if it is standard output, keep that free of anything else."""
    if path == STANDARD_OUTPUT and not ctx.resilient_parsing:
        ctx.meta[__name__] = sys.stdout
        ctx.with_resource(redirect_stdout(sys.stderr))
    return writable_file(ctx, parameter, path)


json_option = click.option(
    "--json",
    "json_file",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path, allow_dash=True),
    callback=writable_stream,
    help="Write the result as JSON too; - is standard output.",
)
"""Decorator: gives a command the parameter `json_file`, a path or None."""


def write_json(path: Path | None, result: dict[str, Any]) -> None:
    """Write the result where it was asked for, if it was: keys in their order, text as it is."""
    text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
    if path == STANDARD_OUTPUT:
        click.get_current_context().meta[__name__].write(text)
    elif path is not None:
        path.write_text(text, encoding="utf-8")
