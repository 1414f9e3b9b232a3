"""The `clearstone` command: a table of subcommands, each loaded only when it is called.

A subcommand lives in a module of its own, which is imported when it is asked for, so that `clearstone --help` answers
at once. It imports the spec and all that builds on it inside its function and not at the top of its module: `--mutant`
has to be read before (see `clearstone.mutants`).

Exit codes: 0 all is well, 1 a property does not hold, 2 wrong usage or wrong input.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from typing import NamedTuple

import click

from clearstone import mutants
from clearstone.reference import __version__
from clearstone.reference.input_errors import InputError

HOLDS = 0
"""Exit code: everything that was asked for holds."""
BROKEN = 1
"""Exit code: an invariant or another property does not hold."""
WRONG_INPUT = 2
"""Exit code: the command was used wrongly, or a file it was given is not what it should be."""


class Subcommand(NamedTuple):
    """Where a subcommand is, and what the help says of it without loading it."""

    module: str
    """Module that is imported when the subcommand is called."""
    attribute: str
    """Name of the click command in that module."""
    summary: str
    """One line for `clearstone --help`."""


SUBCOMMANDS: dict[str, Subcommand] = {
    "check": Subcommand(
        "clearstone.reference.check_command", "check", "Replay real crashes and incidents, check every invariant."
    ),
    "prove": Subcommand(
        "clearstone.reference.prove_command", "prove", "Prove the obligations for all integers and any population."
    ),
    "explore": Subcommand(
        "clearstone.reference.explore_command", "explore", "Look at every state that a finite instance can reach."
    ),
    "stateful": Subcommand(
        "clearstone.reference.stateful_command", "stateful", "Make up programs at random, check every step of each."
    ),
    "kill-matrix": Subcommand(
        "clearstone.reference.kill_matrix_command", "kill_matrix", "Break each rule in turn: which methods notice?"
    ),
    "replay": Subcommand("clearstone.reference.replay_command", "replay", "Replay a price series or a counterexample."),
    "apply": Subcommand(
        "clearstone.reference.apply_command",
        "apply",
        "Apply a block file to a state file: receipts, the new root.",
    ),
    "conform": Subcommand(
        "clearstone.reference.conform_command", "conform", "Test another client against the spec, rule by rule."
    ),
    "client": Subcommand(
        "clearstone.reference.client_command", "client", "Answer conformance questions, as the reference client."
    ),
    "vectors": Subcommand("clearstone.reference.vectors_command", "vectors", "Write the conformance vectors."),
    "mutants": Subcommand(
        "clearstone.reference.mutants_command", "mutants", "Ask machine-made mutants of the spec the vectors."
    ),
    "rules": Subcommand(
        "clearstone.reference.rules_command", "rules", "List every rule: what it says, where it is, what checks it."
    ),
}
"""Every subcommand by name, in the order in which the help lists them."""


class LazyGroup(click.Group):
    """A group that knows its subcommands by name, loads one when it is called, and turns wrong input into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the subcommands, in the order of the table."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the subcommand's module and return it; None if there is no such subcommand."""
        if cmd_name not in SUBCOMMANDS:
            return None
        where = SUBCOMMANDS[cmd_name]
        command = getattr(importlib.import_module(where.module), where.attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands in the help, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, where.summary) for name, where in SUBCOMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; wrong input, and a file that cannot be opened, end it with one line and exit code 2."""
        try:
            mutants.install_from_environment()
            return super().invoke(ctx)
        except (InputError, mutants.MutantError) as error:
            reason = str(error)
        except OSError as error:
            if error.filename is None:
                raise
            reason = f"{error.filename}: {error.strerror}"
        click.echo(f"clearstone: {reason}", err=True)
        ctx.exit(WRONG_INPUT)


EXAMPLES = """\b
Examples:
  clearstone check                     replay the crashes, check every invariant
  clearstone check --mutant NAME       the same with one rule broken: must fail
  clearstone prove                     prove the obligations, for all integers
  clearstone replay prices.csv         replay a price series of your own
  clearstone rules --json rules.json   every rule, as data
"""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EXAMPLES)
@click.version_option(__version__, "-V", "--version", prog_name="clearstone", message="%(prog)s %(version)s")
def main() -> None:
    """Run a derivatives protocol that is written as a program, and check what it promises.

    Exit code 0: everything holds; 1: a property does not; 2: wrong usage or input.
    """


# The workers of a pool import what the main process ran before they import anything else, so the mutant that the main
# process runs under reaches them here. A wrong name is not said twice: `LazyGroup.invoke` says it.
with suppress(mutants.MutantError):
    mutants.install_from_environment()


if __name__ == "__main__":
    main()
