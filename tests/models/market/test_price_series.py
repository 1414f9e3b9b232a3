from decimal import Decimal
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearstone.models.market.price_series import FEWEST_TICKS, Bar, SeriesError, parse_series, read_series
from clearstone.spec.numbers import MAX_TICKS

HEADER = "time_utc,open,high,low,close,volume"
FIRST = "2020-03-12T10:00:00Z,7000.5,7100,6900,7000,5"
SECOND = "2020-03-12T12:00:00Z,7000,7100.25,6900,7000,5"
PRICES = resources.files("clearstone.models") / "data" / "prices"


def parse(*lines: str):
    return parse_series("\n".join((HEADER, *lines)).encode(), "prices.csv")


def refusal(content: bytes) -> tuple[int | None, str]:
    with pytest.raises(SeriesError) as caught:
        parse_series(content, "prices.csv")
    assert caught.value.path == "prices.csv"
    assert "\n" not in caught.value.reason
    return caught.value.line, caught.value.reason


def test_prices_become_whole_ticks_of_the_smallest_place_that_the_file_uses():
    series = parse(FIRST, SECOND)
    assert (series.name, series.places) == ("prices", 2)
    assert series.bars == (
        Bar(1_584_007_200_000, 700_050, 710_000, 690_000, 700_000),
        Bar(1_584_014_400_000, 700_000, 710_025, 690_000, 700_000),
    )
    assert series.span == 7_200_000
    assert series.end == 1_584_021_600_000


def test_a_coarse_series_gets_finer_ticks_than_it_uses():
    series = parse("2020-03-12T10:00:00Z,3,4,2,3,0", "2020-03-12T11:00:00Z,3,4,2,3,0")
    assert max(bar.high for bar in series.bars) >= FEWEST_TICKS
    assert series.bars[0].open * 4 == series.bars[0].high * 3


def test_lines_may_end_as_on_windows():
    assert parse_series(f"{HEADER}\r\n{FIRST}\r\n{SECOND}\r\n".encode(), "prices.csv") == parse(FIRST, SECOND)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("2020-03-12T12:00:00Z,nan,2,1,1,5", "open is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,inf,1,1,5", "high is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,-1,1,5", "low is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,1,1e3,5", "close is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,1,1,", "volume is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,1,١,5", "close is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,1,1.0000000000000000001,5", "close is not a plain decimal"),
        ("2020-03-12T12:00:00Z,1,2,0,1,5", "a price is not above zero"),
        ("2020-03-12T12:00:00Z,1,1,2,1,5", "high is below low"),
        ("2020-03-12T12:00:00Z,3,2,1,1,5", "open and close do not lie between"),
        ("2020-03-12T12:00:00Z,1,2,1,2.5,5", "open and close do not lie between"),
        ("2020-03-12T12:00:00Z,1,2,1,1", "5 columns instead of 6"),
        (",", "2 columns instead of 6"),
        ("\n2020-03-12T12:00:00Z,1,2,1,1,5", "0 columns instead of 6"),
        ("yesterday,1,2,1,1,5", "time_utc is not a time"),
        ("2020-02-30T12:00:00Z,1,2,1,1,5", "time_utc is not a time"),
        ("2020-03-12T12:00:00,1,2,1,1,5", "time_utc is not a time"),
        ("1969-12-31T23:00:00Z,1,2,1,1,5", "time_utc is not a time"),
        ("2020-03-12T10:00:00Z,1,2,1,1,5", "the time is not after"),
        ("2020-03-12T09:00:00Z,1,2,1,1,5", "the time is not after"),
        ("2020-03-12T10:00:59Z,1,2,1,1,5", "the bar begins less than a minute"),
        ("2020-03-12T12:00:00Z,1,2,1,1.000000001,5", "a price has more than 8 decimal places"),
        ("2020-03-12T12:00:00Z,1,99999999999,1,1,5", "with 1 decimal places a price is at most 4294967.2"),
    ],
)
def test_a_wrong_line_is_named_with_its_reason(line: str, reason: str):
    number, told = refusal("\n".join((HEADER, FIRST, line)).encode())
    assert number == 3
    assert told.startswith(reason)


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        (b"", None, "the file is empty"),
        (HEADER.encode(), None, "a series has at least two bars"),
        (f"{HEADER}\n{FIRST}".encode(), None, "a series has at least two bars"),
        (b"time,open\n1,2\n", 1, "the header must be"),
        (f"{HEADER}\n{FIRST}\n\xff".encode("latin-1"), 3, "the file is not UTF-8 text"),
        (f"{HEADER}\n\0".encode(), 2, "the file is not text"),
        (f'{HEADER}\n"2020'.encode(), 2, "not CSV"),
    ],
)
def test_a_file_that_is_no_series_is_refused(content: bytes, line: int | None, reason: str):
    assert refusal(content)[0] == line
    assert refusal(content)[1].startswith(reason)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_series_or_refused(content: bytes):
    with pytest.raises(SeriesError):
        parse_series(content, "noise.csv")


@given(st.integers(1, 40_000_000), st.integers(0, 8))
def test_no_price_is_rounded(ticks: int, places: int):
    price = f"{Decimal(ticks).scaleb(-places):f}"
    line = f"{price},{price},{price},{price},1"
    series = parse(f"2020-03-12T10:00:00Z,{line}", f"2020-03-12T11:00:00Z,{line}")
    assert Decimal(series.bars[0].open).scaleb(-series.places) == Decimal(price)
    assert series.bars[0].open <= MAX_TICKS


def test_the_project_s_own_series_can_be_read():
    names = [path.name for path in PRICES.iterdir() if path.name.endswith(".csv")]
    series = [parse_series((PRICES / name).read_bytes(), name) for name in names]
    assert len(series) == 7
    assert all(len(each.bars) >= 264 and each.places == 2 for each in series)


def test_a_file_is_read_from_its_path_and_keeps_its_name(tmp_path: Path):
    file = tmp_path / "mine.csv"
    file.write_text("\n".join((HEADER, FIRST, SECOND)))
    assert read_series(file).name == "mine"
    with pytest.raises(FileNotFoundError):
        read_series(tmp_path / "other.csv")
