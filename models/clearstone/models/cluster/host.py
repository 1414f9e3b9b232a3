"""What a validator's process needs of the simulation that it runs in: time, a network, somebody who takes notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from clearstone.models.cluster.application import Application, Surroundings
from clearstone.models.cluster.storage import Decided
from clearstone.models.cluster.wire import Gate
from clearstone.spec.blocks import Block
from clearstone.spec.consensus.driver import Move, Timeouts
from clearstone.spec.consensus.messages import SignedMessage
from clearstone.spec.consensus.validators import Validators

if TYPE_CHECKING:
    from clearstone.models.cluster.validator_process import ValidatorProcess

S = TypeVar("S")
R = TypeVar("R")


class Host(Protocol[S, R]):
    """CONS-2. The simulation, as one of its processes sees it."""

    chain: str
    validators: Validators
    timeouts: Timeouts
    patience: int
    gate: Gate
    application: Application[S, R]
    surroundings: Surroundings[S]

    @property
    def now(self) -> int:
        """Simulated time, ms since the epoch."""
        ...

    def at(self, time: int, callback: Callable[[], None]) -> None:
        """Call back at a time."""
        ...

    def send(self, sender: int, recipients: Sequence[int], packets: tuple[bytes, ...]) -> None:
        """Send packets, which arrive together or not at all."""
        ...

    def moved(self, process: ValidatorProcess[S, R], move: Move) -> None:
        """A rule fired."""
        ...

    def logged(self, process: ValidatorProcess[S, R], signed: SignedMessage) -> None:
        """A message entered the log, one's own when it was sent."""
        ...

    def known_outcome(self, decided: Decided) -> tuple[S, R] | None:
        """What executing this block gave a correct validator, if one has."""
        ...

    def executed(self, process: ValidatorProcess[S, R], decided: Decided, block: Block, receipt: R, told: bool) -> None:
        """A decided block was executed."""
        ...
