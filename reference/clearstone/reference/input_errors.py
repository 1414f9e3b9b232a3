"""What a command raises when the input it was given is wrong: shown as one line, exit code 2, never a traceback."""

from __future__ import annotations

from os import PathLike


class InputError(Exception):
    """A file that a person gave is not what it should be: which file, which line, why."""

    def __init__(self, path: str | PathLike[str], line: int | None, reason: str) -> None:
        """Name the file as the person named it, the line counted from 1 (None: the file as a whole), and the reason."""
        super().__init__(path, line, reason)
        self.path = path
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return " ".join(f"{place}: {self.reason}".split())
