"""`clearstone prove`: the obligations, each proved for all integers by running the specification symbolically."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clearstone.reference.json_option import json_option, write_json
from clearstone.reference.mutant_option import list_mutants_option, mutant_option

if TYPE_CHECKING:
    from clearstone.proofs.obligations import ProofResult


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@json_option
@mutant_option
@list_mutants_option
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="The solver's seed.")
@click.pass_context
def prove(ctx: click.Context, ids: tuple[str, ...], json_file: Path | None, seed: int) -> None:
    """Prove every obligation, or those with the given IDs, for all integers and any number of accounts.

    An ID is the name of an obligation, or of a rule: then all obligations about that rule are proved.

    Exit code 0: all are proved; 1: one is not; 2: wrong usage.

    \b
    Examples:
      clearstone prove
      clearstone prove MARGIN-6 transfer_conserves_money
      clearstone prove --mutant funding-sign
      clearstone prove --json proofs.json
    """
    from clearstone.proofs.catalogue import selected
    from clearstone.reference.prove_tables import make_console, print_failure, print_results

    for name in ids:
        if not selected((name,)):
            raise click.BadParameter(f"there is no obligation {name}, and none about such a rule", param_hint="ID")
    results: list[ProofResult] = []
    console = make_console()
    with console.status("proving") as status:
        for proof in selected(ids):
            status.update(f"{len(results)} proved; {proof.id}")
            results.append(proof.prove(seed))
    print_results(console, results)
    for result in results:
        if not result.holds:
            print_failure(console, result)
    proved, seconds = sum(result.holds for result in results), sum(result.seconds for result in results)
    console.print(f"\n{proved} of {len(results)} proved in {seconds:.1f} s")
    write_json(json_file, {"holds": proved == len(results), "results": [asdict(result) for result in results]})
    ctx.exit(0 if proved == len(results) else 1)
