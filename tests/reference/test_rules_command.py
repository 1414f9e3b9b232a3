import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clearstone.proofs.catalogue import selected
from clearstone.reference import rule_index
from clearstone.reference.command import main
from clearstone.reference.rule_index import citations, implementations, registered_id, rules_at_head, sources
from clearstone.spec.rules import RULES


def test_every_rule_is_listed_once_with_its_statement(tmp_path: Path):
    file = tmp_path / "rules.json"
    result = CliRunner().invoke(main, ["rules", "--json", str(file)])
    assert result.exit_code == 0
    listed = {rule["id"]: rule["statement"] for rule in json.loads(file.read_text())["rules"]}
    assert listed == dict(RULES)
    for rule, statement in RULES.items():
        assert f"{rule:<10} {statement}\n" in result.output


def test_a_rule_is_shown_where_it_is_implemented(tmp_path: Path):
    file = tmp_path / "rules.json"
    CliRunner().invoke(main, ["rules", "ENC-3", "--json", str(file)])
    places = json.loads(file.read_text())["rules"][0]["implemented"]
    assert ("clearstone.spec.receipts", "Rejection", "class") in {(p["module"], p["name"], p["kind"]) for p in places}


def test_a_rule_names_the_proofs_that_are_about_it(tmp_path: Path):
    file = tmp_path / "rules.json"
    result = CliRunner().invoke(main, ["rules", "NUM-6", "--json", str(file)])
    (rule,) = json.loads(file.read_text())["rules"]
    assert rule["proofs"] == [proof.id for proof in selected(("NUM-6",))]
    assert f"subject of {len(rule['proofs'])} proofs" in result.output


def test_an_unknown_rule_is_wrong_usage():
    result = CliRunner().invoke(main, ["rules", "NUM-99"])
    assert result.exit_code == 2
    assert "there is no rule NUM-99" in result.stderr


def test_the_line_of_a_place_is_where_its_definition_stands():
    trees = dict(sources("clearstone.spec"))
    for places in implementations().values():
        for place in places:
            named = {node.lineno: node.name for _, node in rule_index.definitions(trees[place.module])}
            assert named[place.line] == place.name.rpartition(".")[2]


@pytest.mark.parametrize(
    ("docstring", "rules"),
    [
        ("NUM-3. Divide.", ["NUM-3"]),
        ("MARGIN-3a. Take back.", ["MARGIN-3a"]),
        ("CONS-2, lines 36–43. On a polka.", ["CONS-2"]),
        ("BOOK-5 to BOOK-7. An order.", ["BOOK-5", "BOOK-6", "BOOK-7"]),
        ("LIQ-1, LIQ-3 and WATER-1. Part.", ["LIQ-1", "LIQ-3", "WATER-1"]),
        ("What LIQ-1 says.", []),
        ("", []),
    ],
)
def test_the_head_of_a_docstring_names_the_rules(docstring: str, rules: list[str]):
    assert rules_at_head(docstring) == rules


def test_a_class_stands_for_its_methods():
    names = {(place.module, place.name) for place in implementations()["ENC-1"]}
    assert not {(module, name) for module, name in names if (module, name.rpartition(".")[0]) in names}


@pytest.mark.parametrize(
    ("source", "identifier"),
    [
        ('@invariant("SOLV-2", layer="ledger")\ndef holds(): ...', "SOLV-2"),
        ("@invariant\ndef holds(): ...", None),
        ('@another("SOLV-2")\ndef holds(): ...', None),
        ("def holds(): ...", None),
    ],
)
def test_an_invariant_is_known_by_its_registration(source: str, identifier: str | None):
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    assert registered_id(definition) == identifier


def test_an_invariant_cites_the_rules_that_it_names(monkeypatch: pytest.MonkeyPatch):
    tree = ast.parse('@invariant("SOLV-2", layer="ledger")\ndef holds():\n    """No pot is negative (LEDGER-1)."""')
    monkeypatch.setattr(rule_index, "sources", lambda package: [(package, tree)])
    assert {rule: cited for rule, cited in citations().items() if cited} == {"LEDGER-1": ["SOLV-2"]}


def test_a_package_that_is_not_there_has_no_sources():
    assert list(sources("clearstone.no_such_package")) == []
