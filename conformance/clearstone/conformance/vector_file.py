"""Vector files: one JSON document per suite, one case a line, everything that a client needs to know in the file.

The same format serves the committed vectors and a single failed case that is to be replayed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.wire import SUITES, Json
from clearstone.spec.rules import RULES
from clearstone.spec.state import RULES_VERSION

FORMAT = "clearstone-vectors/1"
"""Name and version of the format."""
LICENCE = "Apache-2.0"
"""SPDX id of what everybody may use the vectors under."""
USE = (
    "For each case ask the client `operation` with `input`. It passes if what it answers is equal to `output` in every"
    " field, or, where the case has `rejected` instead, if it rejects by that rule. Integers are decimal strings, bytes"
    " lowercase hex. docs/conformance.md explains every part."
)
"""How a file is used, in short."""

_ID = re.compile(r"[a-z]+/[a-z0-9]+(-[a-z0-9]+)*")


class VectorError(ValueError):
    """A file is not a vector file: where, and why."""


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the complete answer."""

    id: str
    """`suite/what-it-is-about`, unique; never reused for something else."""
    description: str
    """What it is about, in a sentence."""
    rules: tuple[str, ...]
    """Ids of the rules that decide it, the one most at stake first; at least one."""
    operation: str
    """What is asked: a key of `OPERATIONS`."""
    input: Json
    """The question."""
    output: Json
    """The answer in every field; None if it is rejected."""
    rejected: str | None = None
    """Id of the rule that rejects it, or None."""

    @property
    def suite(self) -> str:
        """The suite that it belongs to."""
        return self.id.partition("/")[0]


def as_json(case: Case) -> Json:
    """A case as it is written."""
    expected: Json = {"output": case.output} if case.rejected is None else {"rejected": {"rule": case.rejected}}
    return {
        "id": case.id,
        "description": case.description,
        "rules": list(case.rules),
        "operation": case.operation,
        "input": case.input,
        **expected,
    }


def text_of(suite: str, cases: Iterable[Case]) -> str:
    """A vector file: the same bytes for the same cases."""
    head = {
        "format": FORMAT,
        "suite": suite,
        "rules_version": str(RULES_VERSION),
        "licence": LICENCE,
        "schema": "schemas/vectors.schema.json",
        "use": USE,
    }
    fields = ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items())
    lines = ",\n".join(json.dumps(as_json(case), separators=(",", ":")) for case in cases)
    return f'{{\n{fields},\n"cases": [\n{lines}\n]\n}}\n'


def read_file(path: Path) -> tuple[Case, ...]:
    """The cases of a file; a VectorError says what is wrong, and where."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise VectorError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise VectorError(f"line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise VectorError("nested too deeply") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise VectorError(f"its format is not {FORMAT}")
    cases = document.get("cases")
    if not isinstance(cases, list):
        raise VectorError("cases: not a list")
    return tuple(_read_case(f"cases[{number}]", case) for number, case in enumerate(cases))


def _read_case(place: str, case: Json) -> Case:
    if not isinstance(case, dict):
        raise VectorError(f"{place}: not an object")
    expected = {"id", "description", "rules", "operation", "input"}
    if case.keys() not in (expected | {"output"}, expected | {"rejected"}):
        raise VectorError(f"{place}: must have exactly {', '.join(sorted(expected))} and one of output and rejected")
    identifier, rules = case["id"], case["rules"]
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier) or identifier.partition("/")[0] not in SUITES:
        raise VectorError(f"{place}.id: must be a suite, a slash and words in lower case")
    if not isinstance(case["description"], str):
        raise VectorError(f"{place}.description: not a string")
    if not isinstance(rules, list) or not rules or not all(isinstance(rule, str) and rule in RULES for rule in rules):
        raise VectorError(f"{place}.rules: not a list of rule ids")
    if not isinstance(case["operation"], str) or case["operation"] not in OPERATIONS:
        raise VectorError(f"{place}.operation: none of {', '.join(OPERATIONS)}")
    rejected = case.get("rejected")
    if "rejected" in case:
        if not isinstance(rejected, dict) or rejected.keys() != {"rule"} or str(rejected["rule"]) not in RULES:
            raise VectorError(f'{place}.rejected: must be {{"rule": ID}}')
        rejected = rejected["rule"]
    return Case(
        identifier,
        case["description"],
        tuple(rules),
        case["operation"],
        case["input"],
        case.get("output"),
        rejected,
    )


def read_folder(folder: Path, suites: Collection[str] = ()) -> tuple[Case, ...]:
    """The cases of the suites that a folder has files of, in the order of suites; of all, if none is named."""
    cases: list[Case] = []
    for suite in suites or SUITES:
        path = folder / f"{suite}.json"
        if path.exists():
            try:
                cases += read_file(path)
            except VectorError as error:
                raise VectorError(f"{path.name}: {error}") from None
    if not cases:
        raise VectorError(f"has no vector file, such as {SUITES[0]}.json")
    return tuple(cases)


def committed_folder() -> Path | None:
    """The folder of committed vectors beside these sources; None where only the package is installed."""
    folder = Path(__file__).parents[3] / "vectors"
    return folder if folder.is_dir() and any(folder.glob("*.json")) else None
