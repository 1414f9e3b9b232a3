import sys
from types import ModuleType

from clearstone.models.stateful.hunting import MACHINES, make_up
from clearstone.models.stateful.network_program import Program
from clearstone.models.stateful.network_run import NetworkRun


def made_up() -> list[Program]:
    runs: list[NetworkRun] = []
    make_up(MACHINES["network"], runs.append, 60, 2, 5)
    return [run.program for run in runs]


def test_programs_do_not_depend_on_what_else_is_loaded(tmp_path, monkeypatch):
    before = made_up()
    source = tmp_path / "constants.py"
    source.write_text("\n".join(f"NUMBER_{number} = {number}" for number in range(101, 255)))
    module = ModuleType("constants")
    module.__file__ = str(source)
    monkeypatch.setitem(sys.modules, "constants", module)
    assert made_up() == before
