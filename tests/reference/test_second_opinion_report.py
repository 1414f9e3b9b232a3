import json

import pytest
from click.testing import CliRunner

from clearstone.reference.prove_command import prove


def run(*arguments: str):
    return CliRunner().invoke(prove, list(arguments))


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
