"""A log of which nothing is known: each question is answered by a free symbol, the same question always alike.

It is *any* log, so what is proved with it holds for the log of a running validator, for a finite model's, and for one
full of lies. That equal questions get equal answers is all that is said of it; whether two questions are equal may
itself depend on the symbols, and then the paths part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from clearstone.proofs.consensus.symbolic_blocks import any_block
from clearstone.proofs.worlds import World
from clearstone.spec.consensus.messages import Proposal

T = TypeVar("T")

USUAL = 4
"""The power that an example usually has behind an answer: all of what it usually has in total, so that rules apply."""


class AnsweredLog:
    """Any log."""

    def __init__(self, world: World) -> None:
        """Answer with symbols of this world."""
        self.world = world
        self.answers: dict[str, list[tuple[tuple[object, ...], object]]] = {}

    def power(self, step: int, round: int, value: bytes) -> int:
        """Any power."""
        return self.answer(
            f"power of step {step}", (round, value), lambda name: self.world.integer(name, 0, usual=USUAL)
        )

    def power_any(self, step: int, round: int) -> int:
        """Any power."""
        return self.answer(
            f"power of any in step {step}", (round,), lambda name: self.world.integer(name, 0, usual=USUAL)
        )

    def heard(self, round: int) -> int:
        """Any power."""
        return self.answer("heard", (round,), lambda name: self.world.integer(name, 0, usual=USUAL))

    def proposed(self, proposal: Proposal) -> bool:
        """Yes or no."""
        asked = (proposal.chain, proposal.height, proposal.round, proposal.block_id, proposal.valid_round)
        return self.answer("proposed", asked, self.world.flag)

    def valid(self, value: bytes) -> bool:
        """Yes or no."""
        return self.answer("valid", (value,), self.world.flag)

    def candidate(self, round: int) -> bytes:
        """Any block, or NIL."""
        return self.answer("candidate", (round,), lambda name: any_block(self.world, name))

    def answer(self, question: str, asked: tuple[object, ...], make: Callable[[str], T]) -> T:
        """Answer as before if the same was asked before, else freely."""
        earlier = self.answers.setdefault(question, [])
        for before, given in earlier:
            if all(one == other for one, other in zip(before, asked, strict=True)):
                return given  # type: ignore[return-value]  # all answers to one question come from one `make`
        made = make(f"{question}, {len(earlier)}")
        earlier.append((asked, made))
        return made


class GrownLog(AnsweredLog):
    """Any log that holds all that another one does, and perhaps more. The blocks themselves are no part of a log."""

    def __init__(self, world: World, before: AnsweredLog) -> None:
        """Have more than `before`."""
        super().__init__(world)
        self.before = before

    def power(self, step: int, round: int, value: bytes) -> int:
        """At least as much."""
        more = self.answer(f"more of step {step}", (round, value), lambda name: self.world.integer(name, 0))
        return self.before.power(step, round, value) + more

    def power_any(self, step: int, round: int) -> int:
        """At least as much."""
        more = self.answer(f"more of any in step {step}", (round,), lambda name: self.world.integer(name, 0))
        return self.before.power_any(step, round) + more

    def heard(self, round: int) -> int:
        """At least as much."""
        return self.before.heard(round) + self.answer("more heard", (round,), lambda n: self.world.integer(n, 0))

    def proposed(self, proposal: Proposal) -> bool:
        """Yes if it was before."""
        return bool(self.before.proposed(proposal)) or super().proposed(proposal)

    def valid(self, value: bytes) -> bool:
        """As before: it depends on the chain so far."""
        return self.before.valid(value)

    def candidate(self, round: int) -> bytes:
        """As before: it depends on oneself."""
        return self.before.candidate(round)
