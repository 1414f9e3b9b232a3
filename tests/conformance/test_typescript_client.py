"""The independent client in TypeScript installs from nothing, passes every case, and fails when it is broken."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clearstone.conformance.reports.run_report import suspects
from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.schemas import SUITES
from clearstone.conformance.vector_file import Case

DATA = Path(__file__).parents[1] / "data"
SOURCES = Path(__file__).parents[2] / "clients" / "typescript"
PATIENT = Limits(reply_seconds=60)


def run_npm(folder: Path, *arguments: str) -> str:
    """Run npm, with a cache of its own: the home may not be writable."""
    npm = shutil.which("npm")
    assert npm is not None, "the client in TypeScript needs Node >= 20 with npm"
    environment = os.environ | {"npm_config_cache": str(folder / ".cache"), "npm_config_update_notifier": "false"}
    done = subprocess.run([npm, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the client, with what it needs installed and built."""
    copy = tmp_path_factory.mktemp("clients") / "typescript"
    shutil.copytree(SOURCES, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    run_npm(copy, "ci", "--no-audit", "--no-fund")
    run_npm(copy, "run", "build")
    return copy


def command(folder: Path) -> list[str]:
    return ["node", str(folder / "dist" / "main.js")]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_passes_every_case_of_every_suite(folder, vectors):
    conversation = Conversation(command(folder), vectors, PATIENT)
    results = list(conversation)
    assert [(result.case.id, result.reason) for result in results if result.verdict != "passed"] == []
    assert len(results) == len(vectors)
    assert {result.case.suite for result in results} == set(SUITES)
    assert conversation.starts == 1


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_its_own_tests_pass(folder):
    told = run_npm(folder, "test")
    assert int(re.search(r"^# pass (\d+)$", told, re.MULTILINE)[1]) > 50
    assert "# fail 0" in told


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_broken_rule_in_it_is_found_and_named(folder, tmp_path, vectors):
    broken = tmp_path / "broken"
    shutil.copytree(folder / "dist", broken / "dist")
    shutil.copy(folder / "package.json", broken)
    quorums = broken / "dist" / "consensus" / "validators.js"
    right = quorums.read_text(encoding="utf-8")
    wrong = right.replace("3n * power > 2n * total", "3n * power >= 2n * total")
    assert wrong != right
    quorums.write_text(wrong, encoding="utf-8")
    cases = [case for case in vectors if case.suite == "consensus"]
    results = tuple(Conversation(command(broken), cases, PATIENT))
    assert suspects(results)[0].rule == "CONS-1"


def judgement(name: str, key: str, message: str, signature: str, result: str) -> Case:
    question = {"key": key, "message": message, "signature": signature}
    return Case(f"signatures/{name}", "Published.", ("ENC-2",), "verify", question, {"valid": result == "valid"})


def published() -> list[Case]:
    """The Ed25519 vectors of Wycheproof, and those of the cases in which libraries disagree."""
    groups = json.loads((DATA / "ed25519-wycheproof.json").read_text(encoding="utf-8"))["testGroups"]
    edges = json.loads((DATA / "ed25519-edge-cases.json").read_text(encoding="utf-8"))["cases"]
    wycheproof = [
        judgement(f"wycheproof-{test['tcId']}", group["publicKey"]["pk"], test["msg"], test["sig"], test["result"])
        for group in groups
        for test in group["tests"]
    ]
    return wycheproof + [
        judgement(f"edge-{number}", edge["key"], edge["message"], edge["signature"], edge["result"])
        for number, edge in enumerate(edges)
    ]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_judges_published_signatures_as_their_publishers_do(folder):
    cases = published()
    results = list(Conversation(command(folder), cases, PATIENT))
    assert [(result.case.id, result.reason) for result in results if result.verdict != "passed"] == []
    assert len(results) == len(cases) > 300


def test_what_it_installs_is_pinned_by_hash_and_names_no_address():
    locked = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert locked.count('"integrity": "sha512-') == locked.count('"node_modules/')
    assert '"resolved"' not in locked
    assert "://" not in locked
    assert "omit-lockfile-registry-resolved=true" in (SOURCES / ".npmrc").read_text(encoding="utf-8")
