"""Throughput of each benchmark, in its own units, printed after the run."""

from collections.abc import Callable

import pytest

RATES: dict[str, tuple[float, str]] = {}


@pytest.fixture
def throughput(request, benchmark) -> Callable[[int, str], None]:
    """Record that one round of the benchmark did so much of something."""

    def record(amount: int, unit: str) -> None:
        rate = amount / benchmark.stats.stats.min
        benchmark.extra_info[f"{unit} a second"] = round(rate)
        RATES[request.node.name] = (rate, unit)

    return record


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.section("throughput (best round)")
    for name, (rate, unit) in RATES.items():
        terminalreporter.write_line(f"{name:58} {rate:12,.0f} {unit} a second")
    for label in ("with the root", "without the root"):
        rates = [rate for name, (rate, _) in RATES.items() if f"[{label}-no funding" in name]
        if len(rates) == 3:
            terminalreporter.write_line(
                f"a transaction at 10⁵ accounts {label}: {rates[0] / rates[2]:.2f} times one at 10³"
            )
