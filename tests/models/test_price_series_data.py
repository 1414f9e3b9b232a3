import csv
import importlib.resources
import itertools
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

FOLDER = importlib.resources.files("clearstone.models") / "data" / "prices"
SERIES = [
    # file, bars, bar, and the falls in tenths of a percent: worst bar, worst 24 hours
    ("btc-usd-2h-2020-03.csv", 372, timedelta(hours=2), -179, -467),
    ("btc-usdt-1h-2021-05.csv", 528, timedelta(hours=1), -90, -198),
    ("eth-usdt-1h-2021-05.csv", 528, timedelta(hours=1), -131, -335),
    ("btc-usdt-1h-2022-06.csv", 312, timedelta(hours=1), -48, -191),
    ("eth-usdt-1h-2022-06.csv", 312, timedelta(hours=1), -60, -210),
    ("btc-usdt-1h-2022-11.csv", 264, timedelta(hours=1), -50, -161),
    ("eth-usdt-1h-2022-11.csv", 264, timedelta(hours=1), -70, -240),
]


@pytest.mark.parametrize(("name", "count", "bar", "worst_bar", "worst_day"), SERIES)
def test_a_price_series_is_whole_and_falls_as_its_readme_says(name, count, bar, worst_bar, worst_day):
    rows = list(csv.DictReader((FOLDER / name).read_text(encoding="utf-8").splitlines()))
    times = [datetime.fromisoformat(row["time_utc"]) for row in rows]
    prices = [{key: Fraction(row[key]) for key in ("open", "high", "low", "close")} for row in rows]
    assert len(rows) == count
    assert {after - before for before, after in itertools.pairwise(times)} == {bar}
    assert all(p["low"] <= min(p["open"], p["close"]) and max(p["open"], p["close"]) <= p["high"] for p in prices)
    day = timedelta(days=1) // bar
    assert round(1000 * min(p["close"] / p["open"] - 1 for p in prices)) == worst_bar
    assert (
        round(1000 * min(b["close"] / a["close"] - 1 for a, b in zip(prices, prices[day:], strict=False))) == worst_day
    )


def test_every_series_is_known_and_its_origin_told():
    told = (FOLDER / "README.md").read_text(encoding="utf-8")
    present = {path.name for path in FOLDER.iterdir() if path.name.endswith(".csv")}
    assert present == {name for name, *_ in SERIES}
    assert all(f"`{name}`" in told for name in present)
