import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_a_wheel_holds_every_module_its_types_the_prices_and_nothing_else(modules, roots, tmp_path: Path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        timeout=60,
    )
    (wheel,) = tmp_path.glob("clearstone-*.whl")
    content = set(zipfile.ZipFile(wheel).namelist())
    assert {str(module.path.relative_to(module.root)) for module in modules} <= content
    for root in roots:
        others = [*(REPOSITORY / root).rglob("py.typed"), *(REPOSITORY / root).rglob("*.csv")]
        assert {str(path.relative_to(REPOSITORY / root)) for path in others} <= content
    assert {name.split("/")[0].split("-")[0] for name in content} == {"clearstone"}
    assert [name for name in content if "__pycache__" in name] == []
