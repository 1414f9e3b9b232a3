import json
import re

import pytest
from click.testing import CliRunner

from clearstone.reference.command import main


def test_a_rule_tells_how_many_vectors_it_lets_pass_and_rejects(tmp_path):
    result = CliRunner().invoke(main, ["rules", "LIQ-3", "LEDGER-6", "--json", str(tmp_path / "rules.json")])
    assert result.exit_code == 0
    told = re.findall(r"^ +(\d+) vectors let pass by it, (\d+) rejected$", result.output, re.MULTILINE)
    assert len(told) == 2
    assert int(told[0][0]) > 10
    assert int(told[1][1]) > 10
    [_, second] = json.loads((tmp_path / "rules.json").read_text())["rules"]
    assert second["vectors"] == {"passing": int(told[1][0]), "rejected": int(told[1][1])}


@pytest.mark.parametrize("rule", ["LIQ-3", "NUM-6"])
def test_a_hole_is_shown(monkeypatch, rule: str):
    monkeypatch.setattr("clearstone.conformance.vector_file.read_folder", lambda folder: ())
    result = CliRunner().invoke(main, ["rules", rule])
    assert f"0 vectors let pass by it, 0 rejected; {rule} has no case that it lets pass" in result.output
