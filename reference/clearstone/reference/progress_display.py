"""How far the jobs have come, a line each on a terminal, and nothing where the output goes to a file or a pipe."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from clearstone.reference.check_plan import Job


class ProgressDisplay:
    """Bars on standard error, so that what is printed stays clean."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._bars = Bars(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._tasks: dict[Job, TaskID] = {}

    def __enter__(self) -> ProgressDisplay:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def show(self, job: Job, done: int, planned: int, note: str) -> None:
        """Show how far a job has come."""
        if job not in self._tasks:
            self._tasks[job] = self._bars.add_task(job.name, note="")
        self._bars.update(self._tasks[job], completed=done, total=planned, note=note)
