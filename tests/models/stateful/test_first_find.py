import subprocess
import sys

import pytest

from clearstone.models.stateful import first_find as asked
from clearstone.models.stateful.first_find import first_find
from clearstone.models.stateful.hunting import Profile

ASK = "from clearstone.mutants import activate; activate({name!r}); " + (
    "from clearstone.models.stateful.first_find import first_find; find = first_find(); "
    "print(find.machine, find.invariant, find.steps)"
)


@pytest.mark.parametrize(
    ("name", "expected"), [("no-lock", "network lock-kept 1"), ("index-jumps", "exchange index-moves-slowly 1")]
)
@pytest.mark.slow
def test_in_a_process_of_its_own_a_mutant_is_found_by_its_machine(name: str, expected: str):
    done = subprocess.run([sys.executable, "-c", ASK.format(name=name)], capture_output=True, encoding="utf-8")
    assert (done.stdout.strip(), done.stderr) == (expected, "")


def test_where_all_holds_nothing_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(asked.PROFILES, "ci", Profile("ci", 3, 5))
    assert first_find() is None
