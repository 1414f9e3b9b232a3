"""`clearstone prove --bits`: how many bits each function needs."""

from __future__ import annotations

from pathlib import Path

from rich.markup import escape
from rich.table import Table

from clearstone.proofs.bounds.claims import FOLLOWED
from clearstone.proofs.bounds.widths import functions_of, widths_of
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.reference.json_option import write_json
from clearstone.reference.proof_tables import make_console


def report_widths(json_file: Path | None) -> int:
    """Print the bits that each function of the ledger's rules needs, and the expression that needs them."""
    listed = list(functions_of(widths_of(OBLIGATIONS[id] for id in FOLLOWED)))
    table = Table("function", "bits", "expression", box=None, pad_edge=False)
    for module, function, bits, expression in listed:
        table.add_row(f"{module}.{function}", f"{bits}", escape(f"{module}.py:{expression.line} {expression.text}"))
    make_console().print(table)
    rows = [{"module": m, "function": f, "bits": b, "line": e.line, "text": e.text} for m, f, b, e in listed]
    write_json(json_file, {"widths": rows})
    return 0
