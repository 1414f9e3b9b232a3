"""What can be wrong with an answer: fields that differ, or no answer that could be compared."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from clearstone.conformance import wire
from clearstone.conformance.operations.operation import Answered
from clearstone.conformance.runner.differences import Difference, differences

Kind: TypeAlias = Literal["differs", "fault"]
_ROOT = re.compile(r"(^|\.)root$")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One answer that is not the spec's."""

    kind: Kind
    """Whether there was an answer that differs, or none: the client died, hung, or answered garbage."""
    reason: str
    """What is wrong, in a sentence."""
    differences: tuple[Difference, ...] = ()
    """The fields that differ, the first ones."""
    actual: str = ""
    """What the client answered, cut short."""
    stderr: str = ""
    """The end of what it wrote to standard error."""
    rules: tuple[str, ...] = ()
    """Rules by which it or the spec refuses, where the other does not."""


def compared(expected: Answered, reply: wire.Reply, stderr: str = "") -> Mismatch | None:
    """What is wrong with a reply; None if it is what the spec answers."""
    if reply.kind == "error":
        return Mismatch("differs", f"the client reports an error: {reply.content}", (), "", stderr)
    if reply.kind == "rejected":
        if reply.content == expected.rule:
            return None
        decides = "the spec accepts" if expected.rule is None else f"{expected.rule} decides"
        rules = tuple(rule for rule in (expected.rule, reply.content) if rule is not None)
        found = (Difference("rejected", expected.rule or "nothing", reply.content[:40]),)
        return Mismatch("differs", f"rejected by {reply.content[:40]}, but {decides}", found, "", stderr, rules)
    if expected.rule is not None:
        found = (Difference("rejected", expected.rule, "nothing"),)
        return Mismatch("differs", f"accepted, but {expected.rule} rejects", found, "", stderr, (expected.rule,))
    if reply.content == expected.output:
        return None
    return differing(expected.output, reply.content, stderr)


def differing(expected: wire.Json, actual: wire.Json, stderr: str = "") -> Mismatch:
    """The mismatch of an output with another one than it should be; roots, which tell no field, come after fields."""
    found = tuple(sorted(differences(expected, actual), key=lambda each: _ROOT.search(each.path) is not None))
    first = found[0]
    refusals = (each for each in found if each.path.endswith("rejection"))
    rules = tuple(text.strip('"') for each in refusals for text in (each.expected, each.actual) if text != "null")
    reason = f"{first.path or 'the output'} is {first.actual}, but should be {first.expected}"
    return Mismatch("differs", reason, found, "", stderr, tuple(dict.fromkeys(rules)))
