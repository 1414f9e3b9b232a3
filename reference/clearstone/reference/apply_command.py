"""`clearstone apply`: the spec as a tool for one step: a state file and a block file in, receipts and a state out."""

from __future__ import annotations

from pathlib import Path

import click

from clearstone.reference.json_option import json_option, writable_file, write_json
from clearstone.reference.mutant_option import mutant_option

EXAMPLES = """\b
Examples:
  clearstone apply --example .                              write a state.json and a block.json to begin with
  clearstone apply state.json block.json                    what the block does, and the new root
  clearstone apply state.json block.json --out next.json    the state after it, as a state file
"""


def write_example(ctx: click.Context, parameter: click.Parameter, folder: Path | None) -> None:
    """Write an example of either file into a folder, and end."""
    if folder is not None and not ctx.resilient_parsing:
        from clearstone.models.example_chain import example_block, example_state
        from clearstone.reference.chain_files import write_block, write_state

        state = example_state()
        write_state(folder / "state.json", state)
        write_block(folder / "block.json", example_block(state))
        click.echo(f"wrote {folder / 'state.json'} and {folder / 'block.json'}")
        ctx.exit()


@click.command(epilog=EXAMPLES)
@click.argument("state_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("block_file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=writable_file,
    help="Write the state after the block.",
)
@click.option(
    "--example",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, writable=True, path_type=Path),
    callback=write_example,
    is_eager=True,
    expose_value=False,
    help="Write an example of either file into DIR and end.",
)
@json_option
@mutant_option
@click.pass_context
def apply(ctx: click.Context, state_file: Path, block_file: Path, out: Path | None, json_file: Path | None) -> None:
    """Apply the block of BLOCK_FILE to the state of STATE_FILE.

    Prints one line a transaction and the new state root. Exit code 0 if the block is valid (refused transactions are
    part of a valid block), 1 if the block is refused, 2 if a file is not what it should be.
    """
    from clearstone.reference.chain_files import read_block, read_state, write_state
    from clearstone.spec.encoding.state_json import to_json
    from clearstone.spec.state_root import state_root
    from clearstone.spec.transition import apply_block

    state, block = read_state(state_file), read_block(block_file)
    after, receipt = apply_block(state, block)
    write_json(json_file, {"root": state_root(after).hex(), "receipt": to_json(receipt)})
    if receipt.rejection is not None:
        click.echo(f"refused by {receipt.rejection.rule}: {receipt.rejection.reason}")
        ctx.exit(1)
    for number, (transaction, outcome) in enumerate(zip(block.transactions, receipt.transactions, strict=True), 1):
        kind = type(transaction.body.action).__name__
        verdict = "accepted" if outcome.rejection is None else f"{outcome.rejection.rule}: {outcome.rejection.reason}"
        click.echo(f"{number:5} {kind:16} {verdict}")
    click.echo(f"height {after.height}, root {state_root(after).hex()}")
    if out is not None:
        write_state(out, after)
