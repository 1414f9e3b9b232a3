"""What the rules of the network machine share: the run so far, who is where, whose turn comes, taking a step."""

from __future__ import annotations

from itertools import combinations

from hypothesis import strategies as st
from hypothesis import target
from hypothesis.stateful import initialize

from clearstone.models.stateful.found import Broken
from clearstone.models.stateful.network_forgeries import turn
from clearstone.models.stateful.network_program import EQUAL, UNEQUAL, VALUES, Step
from clearstone.models.stateful.network_run import NetworkRun
from clearstone.models.stateful.observed_machine import ObservedMachine

EVERYBODY = (0, 1, 2, 3)
"""The validators, by index."""
GROUPS = (EVERYBODY, *combinations(EVERYBODY, 3), *combinations(EVERYBODY, 2), *((index,) for index in EVERYBODY))
"""All groups of them, the large ones first."""
CASTS = (
    *(((liar,), EQUAL) for liar in (2, 1, 3, 0)),
    ((2,), UNEQUAL),
    ((3,), UNEQUAL),
    ((0, 1), EQUAL),
    ((1, 2), EQUAL),
)
"""Who lies, and what power all have. Two liars of four have too much: then what counts is that they are blamed."""

group = st.sampled_from(GROUPS)
someone = st.sampled_from(EVERYBODY)
value = st.sampled_from(tuple(VALUES))


class NetworkBase(ObservedMachine):
    """A program on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.run: NetworkRun | None = None

    @property
    def now(self) -> NetworkRun:
        """The run so far."""
        assert self.run is not None, "a program starts with its liars"
        return self.run

    @property
    def correct(self) -> tuple[int, ...]:
        """Those who do not lie, by index."""
        return tuple(self.now.stage.actors)

    def take(self, step: Step) -> None:
        """Take a step, and end the program if anything is wrong."""
        violations = self.now.take(step).violations
        if violations:
            raise Broken(violations)

    def teardown(self) -> None:
        """Say how many rounds and how many locks there were."""
        if self.run is not None:
            run, self.run = self.run, None  # Hypothesis keeps machines in cycles, and they all their states
            self.observe(run)
            nodes = run.nodes().values()
            target(float(max(node.round for node in nodes)), label="rounds")
            target(float(len({node.locked_value for node in nodes})), label="different locks")

    @initialize(cast=st.sampled_from(CASTS))
    def start(self, cast: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
        """Begin."""
        self.run = NetworkRun(cast[0], powers=cast[1])

    def round_of(self, among: tuple[int, ...]) -> int:
        """The round in which the first of these is."""
        actors = self.now.stage.actors
        return next((actors[index].node.round for index in among if index in actors), 0)

    def proposer_of(self, round: int) -> int:
        """Whose turn a round is, by index."""
        return [key.public for key in self.now.stage.keys].index(turn(self.now.stage, round))

    def turn_of(self, index: int, round: int) -> int:
        """The first round from one on that is somebody's turn."""
        return next((each for each in range(round, round + 12) if self.proposer_of(each) == index), round)
