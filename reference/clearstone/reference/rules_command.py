"""`clearstone rules`: every rule of the protocol, where it is implemented, which invariants, proofs, vectors it has."""

from __future__ import annotations

from pathlib import Path

import click

from clearstone.reference.json_option import json_option, write_json


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@json_option
def rules(ids: tuple[str, ...], json_file: Path | None) -> None:
    """List every rule, or those with the given IDs: what it says, where it is, what checks it.

    \b
    Examples:
      clearstone rules
      clearstone rules MARGIN-6 LIQ-3
      clearstone rules --json rules.json
    """
    from clearstone.conformance.rule_coverage import rule_coverage
    from clearstone.conformance.vector_file import committed_folder, read_folder
    from clearstone.proofs.catalogue import proofs
    from clearstone.reference.rule_index import citations, implementations
    from clearstone.spec.rules import RULES

    for rule in ids:
        if rule not in RULES:
            raise click.BadParameter(f"there is no rule {rule}; `clearstone rules` lists them all", param_hint="ID")
    places, cited = implementations(), citations()
    proved = {rule: [proof.id for proof in proofs() if rule in proof.rules] for rule in RULES}
    folder = committed_folder()
    vectors = {each.rule: each for each in rule_coverage(() if folder is None else read_folder(folder))}
    shown = ids or tuple(RULES)
    for rule in shown:
        click.echo(f"{click.style(f'{rule:<10}', bold=True)} {RULES[rule]}")
        for place in places[rule]:
            click.echo(f"{'':<11}{place.module}:{place.name}, line {place.line}")
        if cited[rule]:
            click.echo(f"{'':<11}checked by {', '.join(cited[rule])}")
        if proved[rule]:
            click.echo(f"{'':<11}subject of {len(proved[rule])} proofs: clearstone prove {rule}")
        if folder is not None:
            told = f"{vectors[rule].passing} vectors let pass by it, {vectors[rule].rejected} rejected"
            click.echo("; ".join((f"{'':<11}{told}", *vectors[rule].holes)))
    counts = (sum(bool(index[rule]) for rule in shown) for index in (places, cited, proved))
    told = "{} with code of their own, {} cited by invariants, {} by proofs".format(*counts)
    click.echo(f"\n{len(shown)} rules, {told}")
    write_json(
        json_file,
        {
            "rules": [
                {
                    "id": rule,
                    "statement": RULES[rule],
                    "implemented": [place._asdict() for place in places[rule]],
                    "invariants": cited[rule],
                    "proofs": proved[rule],
                    "vectors": {"passing": vectors[rule].passing, "rejected": vectors[rule].rejected},
                }
                for rule in shown
            ]
        },
    )
