"""Price series from CSV files: bars of open, high, low and close, exact to the last digit.

A series comes from outside, so every line is judged before anything is made of it. Prices are read as decimals and
become integer ticks without rounding: the tick is the smallest decimal place that the file uses, or a smaller one where
that leaves too few ticks to trade in. A file that is wrong is refused with its line and the reason; nothing is
repaired, skipped or guessed.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from os import PathLike
from pathlib import Path

from clearstone.spec.numbers import MAX_TICKS, MAX_TIME

COLUMNS = ("time_utc", "open", "high", "low", "close", "volume")
"""The header of a series, in this order."""
MAX_BYTES = 1 << 26
"""Largest file that is read: a minute's bars of two years take a tenth of it."""
MAX_DIGITS = 20
"""Most characters of a number: more than any price within bounds needs."""
MAX_PLACES = 8
"""Most decimal places of a price."""
FEWEST_TICKS = 100_000
"""The highest price of a series has at least so many ticks, so that what options cost can be told in them."""
SHORTEST_STEP = 60_000
"""Least time between two bars, ms."""
HEADROOM = 100
"""Highest tick over highest price of the series: room for prices that liars report and that options need."""

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,3})?)?Z")


class SeriesError(Exception):
    """A price series that cannot be taken: which file, which line, why."""

    def __init__(self, path: str | PathLike[str], line: int | None, reason: str) -> None:
        super().__init__(path, line, reason)
        self.path = path
        """The file, as it was named."""
        self.line = line
        """Line, counted from 1; None for the file as a whole."""
        self.reason = reason
        """What is wrong, in one line."""


@dataclass(frozen=True, slots=True)
class Bar:
    """What a price did in one stretch of time."""

    time: int
    """Its beginning, ms since the epoch."""
    open: int
    """First price, in ticks."""
    high: int
    """Highest price, in ticks."""
    low: int
    """Lowest price, in ticks, at least 1."""
    close: int
    """Last price, in ticks."""


@dataclass(frozen=True, slots=True)
class PriceSeries:
    """Bars of one market."""

    name: str
    """Name of the file, without folder and suffix."""
    places: int
    """Decimal places of a tick: 2 says that a tick is 0.01 of the quoted currency."""
    bars: tuple[Bar, ...]
    """Ascending in time, at least two."""

    @property
    def span(self) -> int:
        """Length of the shortest step between two bars, in ms."""
        return min(after.time - before.time for before, after in pairwise(self.bars))

    @property
    def end(self) -> int:
        """When the last bar ends, ms since the epoch."""
        return self.bars[-1].time + self.span


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a file, its numbers not yet in ticks."""

    line: int
    time: int
    prices: tuple[Decimal, Decimal, Decimal, Decimal]


def read_series(path: str | PathLike[str]) -> PriceSeries:
    """Read a series from a CSV file; `SeriesError` if it is not one. `OSError` if it cannot be read."""
    content = Path(path).read_bytes()
    if len(content) > MAX_BYTES:
        raise SeriesError(path, None, f"the file is larger than {MAX_BYTES} bytes")
    return parse_series(content, path)


def parse_series(content: bytes, path: str | PathLike[str]) -> PriceSeries:
    """Make a series of a file's bytes; `path` is what errors and the series' name are taken from."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SeriesError(path, line, "the file is not UTF-8 text") from None
    rows = tuple(_rows(text, path))
    if len(rows) < 2:
        raise SeriesError(path, None, "a series has at least two bars")
    places = _places(rows, path)
    bars = tuple(Bar(row.time, *(_ticks(price, places) for price in row.prices)) for row in rows)
    return PriceSeries(Path(path).stem, places, bars)


def _rows(text: str, path: str | PathLike[str]) -> Iterator[_Row]:
    """The lines of a file, each judged by itself and against the one before."""
    if "\0" in text:
        raise SeriesError(path, text[: text.index("\0")].count("\n") + 1, "the file is not text")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = -1
    try:
        header = next(reader, None)
        if header is None:
            raise SeriesError(path, None, "the file is empty")
        if tuple(header) != COLUMNS:
            raise SeriesError(path, 1, f"the header must be {','.join(COLUMNS)}")
        for fields in reader:
            row = _row(fields, path, reader.line_num)
            if row.time <= before:
                raise SeriesError(path, row.line, "the time is not after that of the line before")
            if before >= 0 and row.time < before + SHORTEST_STEP:
                raise SeriesError(path, row.line, "the bar begins less than a minute after the one before")
            before = row.time
            yield row
    except csv.Error as error:
        raise SeriesError(path, reader.line_num, f"not CSV: {error}") from None


def _row(fields: list[str], path: str | PathLike[str], line: int) -> _Row:
    """One line's values, or what is wrong with them."""
    if len(fields) != len(COLUMNS):
        raise SeriesError(path, line, f"{len(fields)} columns instead of {len(COLUMNS)}")
    numbers = dict(zip(COLUMNS[1:], fields[1:], strict=True))
    for name, number in numbers.items():
        if len(number) > MAX_DIGITS or not _NUMBER.fullmatch(number):
            raise SeriesError(path, line, f"{name} is not a plain decimal number of at most {MAX_DIGITS} characters")
    time = _milliseconds(fields[0])
    if time is None:
        raise SeriesError(path, line, "time_utc is not a time such as 2020-03-12T10:00:00Z")
    opened, high, low, close = (Decimal(numbers[name]) for name in COLUMNS[1:5])
    if low <= 0:
        raise SeriesError(path, line, "a price is not above zero")
    if high < low:
        raise SeriesError(path, line, "high is below low")
    if not (low <= opened <= high and low <= close <= high):
        raise SeriesError(path, line, "open and close do not lie between low and high")
    return _Row(line, time, (opened, high, low, close))


def _milliseconds(text: str) -> int | None:
    """A time in ms since the epoch, or None if the text is not one within bounds."""
    if not _TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    time = since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000
    return time if 0 <= time <= MAX_TIME else None


def _places(rows: tuple[_Row, ...], path: str | PathLike[str]) -> int:
    """The decimal places that make every price of the file a whole number of ticks within bounds."""
    places = 0
    for row in rows:
        for price in row.prices:
            exponent = price.normalize().as_tuple().exponent
            assert isinstance(exponent, int), "the numbers are finite"
            places = max(places, -exponent)
            if places > MAX_PLACES:
                raise SeriesError(path, row.line, f"a price has more than {MAX_PLACES} decimal places")
    while _ticks(max(max(row.prices) for row in rows), places) < FEWEST_TICKS:
        places += 1
    largest = MAX_TICKS // HEADROOM
    for row in rows:
        if _ticks(max(row.prices), places) > largest:
            told = f"{Decimal(largest).scaleb(-places):f}"
            raise SeriesError(path, row.line, f"with {places} decimal places a price is at most {told}")
    return places


def _ticks(price: Decimal, places: int) -> int:
    """A price in ticks, exactly: a number of at most MAX_DIGITS digits is far within a decimal's precision."""
    return int(price.scaleb(places))
