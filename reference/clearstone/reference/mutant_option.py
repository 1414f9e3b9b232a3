"""The options `--mutant NAME` and `--list-mutants`, for the commands that check something and must be able to fail.

They act while the command line is read, before the command's function runs and imports the spec.
"""

from __future__ import annotations

import click

from clearstone import mutants


def run_under(ctx: click.Context, parameter: click.Parameter, name: str | None) -> None:
    """Run this process, and those that it starts, under the mutant."""
    if name is not None and not ctx.resilient_parsing:
        mutants.activate(name)


def print_names(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    """Print the names of all mutants, one a line, and end."""
    if wanted and not ctx.resilient_parsing:
        for mutant in mutants.CATALOGUE:
            click.echo(mutant.name)
        ctx.exit()


mutant_option = click.option(
    "--mutant",
    metavar="NAME",
    is_eager=True,
    expose_value=False,
    callback=run_under,
    help="Break one rule on purpose: the command must then fail.",
)
"""Decorator: lets a command run with one rule broken. `mutants.current()` tells which."""

list_mutants_option = click.option(
    "--list-mutants",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_names,
    help="Print the names of the mutants, one a line.",
)
"""Decorator: lets a command list what `--mutant` takes."""
