"""In which unit an integer of a counterexample is: read from what the specification says under its fields.

The name of an integer ends in the name of a field, as `alice.cash` or `main.insurance` do, and the field's docstring
says what it is counted in. Names of the proofs' own are listed here. A name that says nothing has no unit.
"""

from __future__ import annotations

import ast
import re
from functools import cache

from clearstone import mutants
from clearstone.proofs.call_graph import modules_of_the_spec

ATOMS, PER_LOT, PARTS, FINE = "atoms", "atoms per lot", "ppm", "10⁻⁶ atoms per lot"
SAID = (
    (FINE, re.compile(r"\batoms·10⁶")),
    ("atoms per lot·tick", re.compile(r"\batoms per lot·tick", re.IGNORECASE)),
    (PER_LOT, re.compile(r"\batoms per lot\b|\b[Vv]alue of a (long |short )?lot\b|[Mm]argin: of a lot")),
    (PARTS, re.compile(r"\bin ppm\b")),
    ("ticks", re.compile(r"\bin ticks\b")),
    ("ms", re.compile(r"\bms\b|\b[Bb]lock time\b")),
    (ATOMS, re.compile(r"\batoms\b", re.IGNORECASE)),
    ("lots", re.compile(r"\blots\b")),
)
"""Units, and what a docstring says where one is meant; the first that fits counts."""
OF_PROOFS = {
    ATOMS: "amount|cash|cash after|charge|credit|deficit|equity|fee|insurance used|locked earlier|locked recent|loss|"
    "owed|maker's fee|profit|profit cap|required|required after|taker's fee|unassigned used|value not counted",
    PER_LOT: "initial above maintenance|long mark below mark|maintenance|mark|short mark above mark",
    "lots": "filled|least lots|lots|more lots|more open interest|open interest",
    "ticks": "ask|band width|bid|new median|price|price set|settlement price",
    FINE: "funding|funding index|funding when settled",
    "ms": "ends at|expires|flagged at|last time|now|staleness",
    PARTS: "max move|rate",
}
"""Units of integers that proofs name in words of their own."""


def unit_of(name: str) -> str:
    """The unit of an integer by its name; empty if none is known. Fields are told by what they are of: `perp.index`."""
    last = name.rpartition(".")[2]
    for unit, words in OF_PROOFS.items():
        if last in words.split("|"):
            return unit
    return _units_of_fields().get(last.replace(" ", "_"), "") if "." in name else ""


def with_unit(name: str, value: int) -> str:
    """An integer as a person reads it: with its unit, amounts in USD as well, parts per million in percent."""
    unit = unit_of(name)
    if unit == ATOMS:
        return f"{value:,} atoms ({_decimal(value, 6)} USD)"
    if unit == PARTS:
        return f"{value:,} ppm ({_decimal(value, 4)} %)"
    if unit == FINE:
        return f"{value:,} · {FINE}"
    return f"{value:,} {unit}".rstrip()


def _decimal(value: int, places: int) -> str:
    """value · 10^−places, without superfluous digits; exact, however large."""
    sign, digits = "-" if value < 0 else "", str(abs(value)).rjust(places + 1, "0")
    part = digits[-places:].rstrip("0")
    return f"{sign}{int(digits[:-places]):,}{'.' if part else ''}{part}"


@cache
def _units_of_fields() -> dict[str, str]:
    """The unit of each field of the specification's records, by name; fields of one name that differ have none."""
    found: dict[str, set[str]] = {}
    for module in modules_of_the_spec():
        for node in ast.walk(ast.parse(mutants.source_of(module))):
            if isinstance(node, ast.ClassDef):
                for field, text in _documented(node):
                    unit = next((unit for unit, said in SAID if said.search(text)), "")
                    if unit and not text.startswith("Number of"):
                        found.setdefault(field, set()).add(unit)
    return {field: next(iter(units)) for field, units in found.items() if len(units) == 1}


def _documented(node: ast.ClassDef) -> list[tuple[str, str]]:
    """The integer fields of a record, with what is said under them."""
    return [
        (field.target.id, under.value.value)
        for field, under in zip(node.body, node.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if "int" in ast.unparse(field.annotation).split(" | ")
        if isinstance(under, ast.Expr) and isinstance(under.value, ast.Constant) and isinstance(under.value.value, str)
    ]
