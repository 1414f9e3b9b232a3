"""Random replies: whatever comes back, every case gets one result, in bounded time and memory."""

import resource
import time

import pytest

SCRIPT = """
import random
rng = random.Random(SEED)
PIECES = [*'{}[]":,1-', 'seq', 'output', 'rejected', '.5', 'e9', 'null', 'true', '\\\\u', ' ']
RULES = [None, "x", {"rule": "NUM-3"}, 3]
def answer(question, number):
    seq, kind = question["seq"], rng.randrange(12)
    if kind < 4:
        reply(right(question))
    elif kind == 4:
        reply("".join(rng.choices(PIECES, k=rng.randrange(40))) + "\\n")
    elif kind == 5:
        sys.stdout.flush()
        sys.stdout.buffer.write(rng.randbytes(rng.randrange(60)).replace(b"\\n", b"") + b"\\n")
        sys.stdout.flush()
    elif kind == 6:
        reply({"seq": str(rng.randrange(100_000)), "output": {"value": "1"}})
    elif kind == 7:
        wrong = [None, [], {}, "x", 1.5, 10**30, {"value": 1}, {"value": ["1"] * 50}]
        reply({"seq": seq, "output": rng.choice(wrong)})
    elif kind == 8:
        reply({"seq": seq, rng.choice(["rejected", "skipped", "error", "other"]): rng.choice(RULES)})
    elif kind == 9:
        text = json.dumps(right(question))
        cut = rng.randrange(len(text))
        reply(text[:cut] + rng.choice(PIECES) + text[cut + 1:] + "\\n")
    elif kind == 10:
        sys.stderr.write("?" * rng.randrange(2_000)); reply(right(question))
    else:
        reply({"seq": seq, "rejected": {"rule": "NUM-3"}})
main(answer)
"""


@pytest.mark.parametrize(("seed", "count"), [(1, 2_000), pytest.param(3, 100_000, marks=pytest.mark.slow)])
def test_random_replies_never_end_the_run(asked, divisions, seed: int, count: int):
    begun = time.monotonic()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results, conversation = asked(f"SEED = {seed}\n{SCRIPT}", count=count, strays=10**9, run_seconds=300.0)
    assert [result.case.id for result in results if result.verdict == "not run"] == []
    assert sorted(result.case.id for result in results) == sorted(case.id for case in divisions(count))
    assert {result.verdict for result in results} == {"passed", "failed", "skipped"}
    assert len(conversation.notes) <= 20
    assert time.monotonic() - begun < 300
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 600_000, "kB: a result keeps no more of a reply than its beginning"
