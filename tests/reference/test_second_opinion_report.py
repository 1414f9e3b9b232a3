import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from clearstone.reference.prove_command import prove


def run(*arguments: str):
    return CliRunner().invoke(prove, list(arguments))


def test_each_tool_has_a_column_of_its_own_beside_the_verdict_of_the_proof():
    result = run("--second-opinion", "hypothesis", "--second-opinion", "crosshair", "shares_add_up_to_the_amount")
    head, row = result.output.splitlines()[:2]
    assert head.split()[:6] == ["obligation", "verdict", "strength", "hypothesis", "crosshair", "decided"]
    assert row.split()[:5] == ["shares_add_up_to_the_amount", "proved", "INDUCTIVE", "held", "100"]
    assert "crosshair: 1 confirmed" in result.output


def test_the_page_says_what_another_tool_said(tmp_path):
    page = tmp_path / "page.html"
    run("--second-opinion", "crosshair", "shares_add_up_to_the_amount", "--html", str(page))
    assert "<dt>crosshair</dt><dd>confirmed</dd>" in page.read_text()


def test_a_counterexample_of_another_tool_fails_the_command(tmp_path):
    told = tmp_path / "told.json"
    command = [sys.executable, "-m", "clearstone.reference.command", "prove", "--second-opinion", "hypothesis"]
    command += ["transfer_conserves_money", "--mutant", "self-transfer-from-stale-copy", "--json", str(told)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1, result.stderr
    assert "transfer_conserves_money, by hypothesis:" in result.stdout
    assert [one["judgement"] for one in json.loads(told.read_text())["opinions"]] == ["refuted"]


@pytest.mark.parametrize(
    ("tool", "judgement"), [("hypothesis", "held"), ("crosshair", "confirmed"), ("cvc5", "confirmed")]
)
def test_another_tool_is_asked_about_a_proof(tool: str, judgement: str, tmp_path):
    result = run("--second-opinion", tool, "shares_add_up_to_the_amount", "--json", str(tmp_path / "opinions.json"))
    assert result.exit_code == 0, result.output
    written = json.loads((tmp_path / "opinions.json").read_text())
    assert written["holds"]
    assert [(one["id"], one["by"], one["judgement"]) for one in written["opinions"]] == [
        ("shares_add_up_to_the_amount", tool, judgement)
    ]


def test_reports_of_different_kinds_are_asked_for_one_by_one():
    result = run("--second-opinion", "cvc5", "--bits")
    assert result.exit_code == 2
    assert "ask for one" in result.output


def test_the_bits_of_each_function_are_listed(tmp_path):
    result = run("--bits", "--json", str(tmp_path / "bits.json"))
    assert result.exit_code == 0, result.output
    widths = {
        (row["module"], row["function"]): row["bits"]
        for row in json.loads((tmp_path / "bits.json").read_text())["widths"]
    }
    assert 64 < widths["trades", "fees"] <= 128 < widths["takeover", "charge_cap"] <= 256
