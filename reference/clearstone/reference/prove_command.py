"""`clearstone prove`: the obligations, each proved for all integers by running the specification symbolically."""

from __future__ import annotations

from pathlib import Path

import click

from clearstone.reference.html_option import html_option
from clearstone.reference.json_option import json_option, write_json
from clearstone.reference.mutant_option import list_mutants_option, mutant_option


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@json_option
@html_option()
@click.option("--explain", is_flag=True, help="Print the verification conditions in SMT-LIB 2 instead of a report.")
@click.option(
    "--into",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --explain: one file for each condition.",
)
@click.option("--mutants", is_flag=True, help="Break each rule in turn: which proof refutes it? IDs name mutants.")
@click.option("--all", "everything", is_flag=True, help="With --mutants: go on after the first refutation.")
@click.option(
    "--second-opinion",
    "tools",
    type=click.Choice(["hypothesis", "crosshair", "cvc5"]),
    multiple=True,
    help="Ask another tool too: a column of its own. May be repeated.",
)
@click.option("--bits", is_flag=True, help="Print how many bits each function needs instead of a report.")
@click.option("--until-refuted", is_flag=True, help="End at the first refutation that a replay confirms.")
@mutant_option
@list_mutants_option
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="The solver's seed.")
@click.option("--processes", type=click.IntRange(1, 256), help="Processes at once.  [default: one per processor]")
@click.pass_context
def prove(
    ctx: click.Context,
    ids: tuple[str, ...],
    json_file: Path | None,
    html_file: Path | None,
    explain: bool,
    folder: Path | None,
    mutants: bool,
    everything: bool,
    tools: tuple[str, ...],
    bits: bool,
    until_refuted: bool,
    seed: int,
    processes: int | None,
) -> None:
    """Prove every obligation, or those with the given IDs, for all integers and any number of accounts.

    An ID is the name of an obligation, or of a rule: then all obligations about that rule are proved.

    Exit code 0: all are proved (with --mutants: each mutant is killed that is said to be); 1: one is not; 2: wrong
    usage.

    \b
    Examples:
      clearstone prove
      clearstone prove MARGIN-6 transfer_conserves_money
      clearstone prove --mutant funding-sign PERP-2
      clearstone prove --json proofs.json --html proofs.html
      clearstone prove --explain shares_add_up_to_the_amount | z3 -in
      clearstone prove --mutants --html proofs.html
      clearstone prove --second-opinion hypothesis --second-opinion crosshair LEDGER-1
      clearstone prove --bits
    """
    check_usage(explain, folder, mutants, everything)
    if bool(tools) + bits + explain + mutants > 1:
        raise click.UsageError("--second-opinion, --bits, --explain and --mutants are different reports: ask for one")
    if mutants:
        from clearstone.reference.kill_report import report_kills

        ctx.exit(report_kills(ids, everything, processes, json_file, html_file))
    check_ids(ids)
    if bits:
        from clearstone.reference.width_report import report_widths

        ctx.exit(report_widths(json_file))
    if explain:
        from clearstone.reference.explanation import explain_proofs

        ctx.exit(explain_proofs(ids, seed, folder))
    from clearstone.reference.proof_report import report_proofs
    from clearstone.reference.proof_results import report_as_data

    results, opinions, left = report_proofs(ids, seed, processes, until_refuted, tuple(dict.fromkeys(tools)))
    holds = not left and all(result.holds for result in results) and not any(one.objects for one in opinions)
    write_json(json_file, report_as_data(results, opinions, holds))
    if html_file is not None:
        from clearstone.reference.proof_page import write_page

        write_page(html_file, results, (), opinions)
    ctx.exit(0 if holds else 1)


def check_usage(explain: bool, folder: Path | None, mutants: bool, everything: bool) -> None:
    """Refuse options that do not go together."""
    if explain and mutants:
        raise click.UsageError("--explain and --mutants are different reports: ask for one")
    if folder is not None and not explain:
        raise click.UsageError("--into needs --explain")
    if everything and not mutants:
        raise click.UsageError("--all needs --mutants")


def check_ids(ids: tuple[str, ...]) -> None:
    """Refuse a name that is no obligation's and no rule's, and say which are like it."""
    from clearstone.proofs.catalogue import nearest, selected

    for name in ids:
        if not selected((name,)):
            like = " or ".join(nearest(name))
            hint = f"; did you mean {like}?" if like else "; `clearstone prove --json -` names them all"
            raise click.BadParameter(
                f"there is no obligation {name}, and none about such a rule{hint}", param_hint="ID"
            )
