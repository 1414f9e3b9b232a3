"""`step`: the one entry point of consensus. A claim goes in, at most one rule fires, ordered actions come out."""

from __future__ import annotations

from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import rules
from clearstone.spec.consensus.actions import Outcome
from clearstone.spec.consensus.claims import Ahead, Claim, Commit, NilPolka, Polka, Proposed, Split, Start, Timeout
from clearstone.spec.consensus.log import Log
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE
from clearstone.spec.consensus.node import Node


def step(node: Node, log: Log, claim: Claim) -> Outcome:
    """CONS-2. Check the claim and take the one rule that it names, or stay.

    A node that has not started the height (step `NEW`) takes up `Start` alone. One that has decided is silent, as in
    the paper, where it is at the next height from then on; whoever lags behind needs to be given the decided block and
    its commit.
    """
    if node.decision != NIL:
        return rules.stay(node)
    if isinstance(claim, Start):
        return rules.start(node, log)
    if isinstance(claim, Proposed):
        if claim.proposal.valid_round == NO_ROUND:
            return rules.prevote_on_fresh_proposal(node, log, claim.proposal)
        return rules.prevote_on_reproposal(node, log, claim.proposal)
    if isinstance(claim, Polka):
        return rules.precommit_on_polka(node, log, claim.proposal)
    if isinstance(claim, Commit):
        return rules.decide(node, log, claim.proposal)
    if isinstance(claim, NilPolka):
        return rules.precommit_nil_on_nil_polka(node, log)
    if isinstance(claim, Split):
        return split(node, log, claim.step)
    if isinstance(claim, Ahead):
        return rules.skip_ahead(node, log, claim.round)
    return timeout(node, log, claim)


def split(node: Node, log: Log, kind: int) -> Outcome:
    """CONS-2, lines 34–35 and 47–48. Votes of this kind came from a quorum."""
    if kind == PREVOTE:
        return rules.await_more_prevotes(node, log)
    if kind == PRECOMMIT:
        return rules.await_more_precommits(node, log)
    return rules.stay(node)


def timeout(node: Node, log: Log, claim: Timeout) -> Outcome:
    """CONS-2, lines 57–67. A timer has run out; it matters only to the round, and the step, that it was set in."""
    if claim.step == PROPOSE:
        return rules.prevote_nil_on_timeout(node, claim.round)
    if claim.step == PREVOTE:
        return rules.precommit_nil_on_timeout(node, claim.round)
    if claim.step == PRECOMMIT:
        return rules.next_round_on_timeout(node, log, claim.round)
    return rules.stay(node)
