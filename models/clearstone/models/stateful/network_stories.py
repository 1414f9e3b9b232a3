"""Stories of the network: rounds in which some lock and others do not, polkas that come to light late, forks.

Every part of them is a step of its own, and shrinking takes out what was not needed. Single steps would hardly ever
meet in that order: a validator that locks alone needs everybody's prevotes while the others see a split.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from clearstone.models.stateful.network_base import EVERYBODY, NetworkBase, group, someone, value
from clearstone.models.stateful.network_forgeries import FORGERIES
from clearstone.models.stateful.network_program import (
    VALUES,
    Arrive,
    Forge,
    Lie,
    Poll,
    Propose,
    Talk,
    TimeOut,
)
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE

NAMED = {block: name for name, block in VALUES.items()}
"""The names of blocks."""


class NetworkStories(NetworkBase):
    """Tells stories."""

    def proposed_to_all(self, round: int, value: str, valid_round: int = NO_ROUND) -> None:
        """The proposal of a round arrives everywhere; if it is a liar's, it is for this value."""
        proposer = self.proposer_of(round)
        if proposer in self.now.liars:
            self.take(Propose(proposer, round, value, EVERYBODY, valid_round))
        else:
            self.take(Poll(PROPOSE, round, EVERYBODY))

    def prevoted(self, round: int) -> list[str]:
        """The blocks that correct validators have prevoted in a round, by name."""
        votes = {block for index in self.correct for block in self.now.stage.voted(index, PREVOTE, round)}
        return sorted(NAMED[block] for block in votes & NAMED.keys() if NAMED[block] != "nil")

    @rule(locks=group, value=st.sampled_from(("a", "b", "other")))
    def only_some_lock(self, locks: tuple[int, ...], value: str) -> None:
        """All prevote the same block; some see a quorum of that and lock, the others a split; the round passes."""
        liar, round = self.now.liars[0], self.round_of(EVERYBODY)
        others = tuple(index for index in self.correct if index not in locks)
        self.proposed_to_all(round, value)
        voted = {
            block for index in self.correct for block in self.now.stage.voted(index, PREVOTE, round)
        } & NAMED.keys()
        favourite = max((NAMED[block] for block in voted if NAMED[block] != "nil"), default=value)
        self.take(Lie(liar, PREVOTE, round, favourite, locks))
        self.take(Poll(PREVOTE, round, locks))
        self.take(Lie(liar, PREVOTE, round, "nil", others))
        for index in others:
            self.take(Arrive(PREVOTE, round, next(each for each in self.correct if each != index), (index,)))
        self.take(TimeOut(PREVOTE, others))
        self.take(Lie(liar, PRECOMMIT, round, "nil", EVERYBODY))
        self.take(Poll(PRECOMMIT, round, EVERYBODY))
        self.take(TimeOut(PRECOMMIT, EVERYBODY))

    @rule(back=st.integers(1, 2), again=st.booleans())
    def a_polka_comes_to_light(self, back: int, again: bool) -> None:
        """Prevotes of an earlier round arrive with the liar's; it proposes that block, perhaps naming that round."""
        liar, now = self.now.liars[0], self.round_of(EVERYBODY)
        round = max(0, now - back)
        chosen = next(iter(self.prevoted(round)), "other")
        self.take(Lie(liar, PREVOTE, round, chosen, EVERYBODY))
        self.take(Poll(PREVOTE, round, EVERYBODY))
        its_turn = self.turn_of(liar, now)
        self.take(Propose(liar, its_turn, chosen, EVERYBODY, round if again and round < its_turn else NO_ROUND))

    @rule(among=group)
    def a_round_is_lost(self, among: tuple[int, ...]) -> None:
        """Timers run out before anything arrives, and only then do some talk: mostly the round passes undecided."""
        for step in (PROPOSE, PREVOTE, PRECOMMIT):
            self.take(TimeOut(step, EVERYBODY))
            self.take(Talk(among))

    @precondition(lambda self: self.now.outvoted)
    @rule(who=someone, value=value, later=st.booleans(), forks=st.booleans())
    def liars_back_one(self, who: int, value: str, later: bool, forks: bool) -> None:
        """Those who lie back a block at one validator, and perhaps another one elsewhere: at once, or a round later."""
        round = self.turn_of(self.now.liars[0], self.round_of((who,)))
        self._backed(who, value, round)
        others = [index for index in self.correct if index != who]
        if forks:
            self._backed(others[0], "b" if value == "a" else "a", round + later)

    def _backed(self, who: int, value: str, round: int) -> None:
        to = (who,)
        if self.proposer_of(round) in self.now.liars:
            self.take(Propose(self.proposer_of(round), round, value, to))
        for step in (PREVOTE, PRECOMMIT):
            for liar in self.now.liars:
                self.take(Lie(liar, step, round, value, to))

    @rule(how=st.sampled_from(FORGERIES), value=value, to=group)
    def the_liar_forges(self, how: str, value: str, to: tuple[int, ...]) -> None:
        """The liar makes messages that may not be counted, or that prove nothing."""
        self.take(Forge(self.now.liars[0], how, self.round_of(to), value))
