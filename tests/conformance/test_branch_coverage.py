"""Every branch of the spec runs when the vectors are answered, but for those that no client's answer rests on."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
SPEC = REPOSITORY / "spec" / "clearstone" / "spec"

BEYOND_VECTORS = {
    (
        "consensus/evidence.py",
        "contradict",
    ): "messages of different rounds are told apart before it is asked; proofs ask",
    ("encoding/cbor.py", "head"): "texts and lists of more than 65,535 parts: no value of the protocol is that long",
    ("encoding/edwards25519.py", "decode_point"): "bytes that are no canonical point are refused before it is asked",
    ("encoding/plain.py", "_text"): "half of a surrogate pair: not every language's JSON reader can hold one",
    ("encoding/shapes.py", "shape_of"): "a record declared wrongly is a mistake in the program",
    ("encoding/shapes.py", "_union"): "likewise",
    ("encoding/signatures.py", "authentic"): "clients verify by a quicker way; `verify` is what they are asked",
    ("encoding/state_json.py", "parse"): "reads files, not questions",
    ("encoding/state_json.py", "_unique"): "likewise",
    ("encoding/state_json.py", "_integer"): "a malformed question is the asker's mistake",
    ("encoding/state_json.py", "_octets"): "likewise",
    ("encoding/trie.py", "update"): "a state always has something to write",
    ("margin.py", "initial_requirement"): "the sum that `initial_health` has; proofs and readers ask",
    ("state_root.py", "all_entries"): "a root from nothing, which tests compare with the one kept up to date",
    ("state_root.py", "rebuild_trie"): "likewise",
}
"""Functions of which a branch may not run, and why."""

MODULES_BEYOND_VECTORS = {
    "consensus/driver.py": "decides which claims to make: outside the rules, and clients may do otherwise",
}
"""Modules that no client's answer rests on, and why."""

ANSWER_ALL = """
from pathlib import Path
from clearstone.conformance import wire
from clearstone.conformance.client_session import ClientSession
from clearstone.conformance.vector_file import read_folder
session = ClientSession("0")
for number, case in enumerate(read_folder(Path("vectors")), 1):
    session.reply(wire.write(wire.run(str(number), case.suite, case.operation, case.input)))
"""


def functions(path: Path) -> dict[int, str]:
    """The name of the innermost function that each line lies in."""
    names: dict[int, str] = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            names |= dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node.name)
    return names


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_every_branch_of_the_spec_runs_when_the_vectors_are_answered(tmp_path):
    data, report = tmp_path / "data", tmp_path / "report.json"
    coverage = [sys.executable, "-m", "coverage"]
    options = ["--rcfile=/dev/null", f"--data-file={data}"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("COV_")}
    run = [*coverage, "run", *options, "--branch", f"--source={SPEC}", "-c", ANSWER_ALL]
    script = tmp_path / "answer_all.py"
    script.write_text(ANSWER_ALL, encoding="utf-8")
    run[-2:] = [str(script)]
    subprocess.run(run, cwd=REPOSITORY, env=environment, check=True, timeout=500)
    subprocess.run([*coverage, "json", *options, "-o", str(report), "-q"], cwd=REPOSITORY, check=True, timeout=60)
    missed: dict[tuple[str, str], list[object]] = {}
    for name, told in json.loads(report.read_text())["files"].items():
        path = REPOSITORY / name
        within = functions(path)
        module = path.relative_to(SPEC).as_posix()
        for line in told["missing_lines"]:
            missed.setdefault((module, within.get(line, "")), []).append(line)
        for start, end in told["missing_branches"]:
            missed.setdefault((module, within.get(start, "")), []).append((start, end))
    beyond = {*BEYOND_VECTORS, *((module, name) for module, name in missed if module in MODULES_BEYOND_VECTORS)}
    assert [f"{module} {name}: {missed[module, name]}" for module, name in missed.keys() - beyond] == []
    assert sorted(BEYOND_VECTORS.keys() - missed.keys()) == [], "these run after all: take them off the list"
