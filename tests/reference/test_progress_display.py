import pytest

from clearstone.reference.check_plan import Job
from clearstone.reference.progress_display import ProgressDisplay


def test_nothing_is_shown_where_the_output_is_no_terminal(capsys: pytest.CaptureFixture[str]):
    with ProgressDisplay() as display:
        display.show(Job("march", 1), 1, 10, "2 liquidations")
        display.show(Job("march", 1), 2, 10, "3 liquidations")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_a_terminal_shows_each_job(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with ProgressDisplay() as display:
        display.show(Job("march", 1), 5, 10, "2 liquidations")
    captured = capsys.readouterr()
    assert "march" in captured.err
    assert "5/10" in captured.err
    assert captured.out == ""
