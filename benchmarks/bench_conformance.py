"""How many cases go through the pipe a second: to a client that only echoes, and to the reference."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from clearstone.conformance.runner.conversation import Conversation
from clearstone.conformance.runner.limits import Limits
from clearstone.conformance.vector_file import Case, read_folder

VECTORS = Path(__file__).parents[1] / "vectors"
REFERENCE = [sys.executable, "-m", "clearstone.reference.command", "client"]
ECHO = """
import sys
about = '{"name": "echo", "version": "1", "language": "Python", "homepage": ""}'
suites = '["arithmetic"]'
write, flush = sys.stdout.buffer.write, sys.stdout.flush
for line in sys.stdin.buffer:
    if line.startswith(b'{"kind":"run"'):
        start = line.index(b'"seq":') + 6
        seq = line[start:line.index(b",", start)]
        value = line[line.index(b'"numerator":') + 12:line.index(b',"divisor"')]
        write(b'{"seq":' + seq + b',"output":{"value":' + value + b"}}\\n")
    elif line.startswith(b'{"kind":"start"'):
        hello = '{"client": ' + about + ', "protocol": "clearstone-conformance/1", "suites": ' + suites + "}\\n"
        write(hello.encode())
    else:
        break
    sys.stdout.buffer.flush()
"""


def small_cases(count: int) -> list[Case]:
    """Divisions by one: the answer is in the question, so that an echo is right."""
    return [
        Case(f"arithmetic/n{n}", "", ("NUM-3",), "floor_div", {"numerator": str(n), "divisor": "1"}, {"value": str(n)})
        for n in range(count)
    ]


def passes(command: list[str], cases: list[Case]) -> None:
    results = list(Conversation(command, cases, Limits()))
    assert {result.verdict for result in results} == {"passed"}
    assert len(results) == len(cases)


def bench_100_000_small_cases_to_an_echo(benchmark):
    benchmark.pedantic(passes, args=([sys.executable, "-c", ECHO], small_cases(100_000)), rounds=3)


def bench_20_000_small_cases_to_the_reference(benchmark):
    benchmark.pedantic(passes, args=(REFERENCE, small_cases(20_000)), rounds=3)


def bench_all_suites_to_the_reference(benchmark):
    benchmark.pedantic(passes, args=(REFERENCE, list(read_folder(VECTORS))), rounds=3)


def bench_first_result_from_the_reference(benchmark):
    def first() -> None:
        begun = time.monotonic()
        assert next(iter(Conversation(REFERENCE, small_cases(1), Limits()))).verdict == "passed"
        assert time.monotonic() - begun < 30

    benchmark.pedantic(first, rounds=5)
