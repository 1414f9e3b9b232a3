"""A network that does its worst until it stabilises: delay, reordering, duplication, loss and partitions, from a seed.

Partial synchrony (Dwork, Lynch, Stockmeyer): before a time that nobody knows anything may happen to a message; from
then on each arrives within a bound. Safety must hold always, progress only from then on.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

PPM = 1_000_000
"""One, in parts per million: probabilities are integers, so that a schedule is exact."""


@dataclass(frozen=True, slots=True)
class Partition:
    """For a while some validators and the rest do not reach each other."""

    begins: int
    """When it begins, ms of the run."""
    ends: int
    """When it ends, ms of the run."""
    side: frozenset[int]
    """The validators on one side."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the network does to messages."""

    stabilises: int = 0
    """From when on no message is lost and none takes longer than `bound`, ms of the run."""
    bound: int = 20
    """Longest delay once stable, ms; the shortest is 1."""
    wild_delay: int = 20
    """Longest delay before that, ms."""
    loss: int = 0
    """Probability that a message is lost before that, ppm."""
    duplication: int = 0
    """Probability that a message arrives twice, at any time, ppm."""
    partitions: tuple[Partition, ...] = ()
    """Partitions; they end when the network stabilises, if not before."""


CALM = Conditions()
"""Nothing is lost and everything arrives within 20 ms."""


class Network:
    """Decides when the copies of a message arrive; all of it follows from the seed and the order of asking."""

    def __init__(self, conditions: Conditions, random: Random) -> None:
        """A network under these conditions."""
        self._conditions = conditions
        self._random = random

    def delays(self, now: int, sender: int, recipient: int) -> tuple[int, ...]:
        """How many ms from `now` the copies of a message take: none if it is lost, two if it is duplicated."""
        conditions, random = self._conditions, self._random
        if now >= conditions.stabilises:
            longest = conditions.bound
        else:
            longest = conditions.wild_delay
            if self._parted(now, sender, recipient) or self._happens(conditions.loss):
                return ()
        first = 1 + int(random.random() * longest)
        return (first, first + longest) if self._happens(conditions.duplication) else (first,)

    def _happens(self, probability: int) -> bool:
        return probability > 0 and self._random.random() * PPM < probability

    def _parted(self, now: int, one: int, other: int) -> bool:
        return any(
            partition.begins <= now < partition.ends and (one in partition.side) != (other in partition.side)
            for partition in self._conditions.partitions
        )
