"""Broken rules of consensus: who has a quorum, what a lock is worth, what is stored, whose turn it is."""

from __future__ import annotations

from clearstone.mutants.mutant import Mutant

MUTANTS = (
    Mutant(
        name="quorum-of-half",
        module="clearstone.spec.consensus.validators",
        old="return 3 * power > 2 * total",
        new="return 2 * power >= total",
        breaks="CONS-1: two quorums need not share an honest validator",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="quorum-of-two-thirds",
        module="clearstone.spec.consensus.validators",
        old="return 3 * power > 2 * total",
        new="return 3 * power >= 2 * total",
        breaks="CONS-5: a fork can be blamed on no more than a third of the power",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="a-third-exceeds-a-third",
        module="clearstone.spec.consensus.validators",
        old="return 3 * power > total",
        new="return 3 * power >= total",
        breaks="CONS-1: liars alone take others to a later round",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="no-lock",
        module="clearstone.spec.consensus.rules",
        old="return cast(replace(known, locked_value=p.block_id, locked_round=p.round), PRECOMMIT, p.block_id)",
        new="return cast(known, PRECOMMIT, p.block_id)",
        breaks="CONS-2: a precommit binds nobody",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="lock-ignored-on-fresh-proposal",
        module="clearstone.spec.consensus.rules",
        old="free = node.locked_round == NO_ROUND or node.locked_value == p.block_id",
        new="free = True",
        breaks="CONS-2: a fresh proposal is prevoted against the lock",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="lock-ignored-on-reproposal",
        module="clearstone.spec.consensus.rules",
        old="free = node.locked_round <= p.valid_round or node.locked_value == p.block_id",
        new="free = True",
        breaks="CONS-2: a re-proposal from before the lock is prevoted against it",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="lock-released-by-nil-polka",
        module="clearstone.spec.consensus.rules",
        old=(
            "log.power(PREVOTE, node.round, NIL), node.total_power)):\n"
            "        return stay(node)\n"
            "    return cast(node, PRECOMMIT, NIL)"
        ),
        new=(
            "log.power(PREVOTE, node.round, NIL), node.total_power)):\n"
            "        return stay(node)\n"
            "    return cast(replace(node, locked_round=NO_ROUND), PRECOMMIT, NIL)"
        ),
        breaks="CONS-2: a quorum for nothing frees from the lock",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="lock-released-on-timeout",
        module="clearstone.spec.consensus.rules",
        old=(
            "if not (node.step == PREVOTE and node.round == round):\n"
            "        return stay(node)\n"
            "    return cast(node, PRECOMMIT, NIL)"
        ),
        new=(
            "if not (node.step == PREVOTE and node.round == round):\n"
            "        return stay(node)\n"
            "    return cast(replace(node, locked_round=NO_ROUND), PRECOMMIT, NIL)"
        ),
        breaks="CONS-2: a timer frees from the lock",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="reproposal-without-polka",
        module="clearstone.spec.consensus.rules",
        old="if not is_quorum(log.power(PREVOTE, p.valid_round, p.block_id), node.total_power):",
        new="if node.step != PROPOSE:",
        breaks="CONS-2: a proposer invents the round that frees from a lock",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="decide-on-prevotes",
        module="clearstone.spec.consensus.rules",
        old="is_quorum(log.power(PRECOMMIT, p.round, p.block_id), node.total_power)",
        new="is_quorum(log.power(PREVOTE, p.round, p.block_id), node.total_power)",
        breaks="CONS-2: a block is decided that nobody else need be locked on",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="invalid-block-prevoted",
        module="clearstone.spec.consensus.rules",
        old=(
            "node.locked_round == NO_ROUND or node.locked_value == p.block_id\n"
            "    return cast(node, PREVOTE, p.block_id if log.valid(p.block_id) and free else NIL)"
        ),
        new=(
            "node.locked_round == NO_ROUND or node.locked_value == p.block_id\n"
            "    return cast(node, PREVOTE, p.block_id if free else NIL)"
        ),
        breaks="CONS-2: a block that breaks a rule finds votes",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="valid-value-not-proposed-again",
        module="clearstone.spec.consensus.rules",
        old="value = candidate if node.valid_value == NIL else node.valid_value",
        new="value = candidate",
        breaks="CONS-2: a locked proposer proposes what nobody can vote for",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="skip-round-on-any-message",
        module="clearstone.spec.consensus.rules",
        old="exceeds_a_third(log.heard(round), node.total_power)",
        new="log.heard(round) > 0",
        breaks="CONS-2: a single liar takes others to a later round",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="skip-round-on-a-quorum",
        module="clearstone.spec.consensus.rules",
        old="exceeds_a_third(log.heard(round), node.total_power)",
        new="is_quorum(log.heard(round), node.total_power)",
        breaks="CONS-2: who is left behind alone does not come after",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="broadcast-before-persist",
        module="clearstone.spec.consensus.rules",
        old="return Outcome(node, (Persist(node, message), Broadcast(message)))",
        new="return Outcome(node, (Broadcast(message), Persist(node, message)))",
        breaks="CONS-3: a crash in between forgets what was said",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="vote-not-persisted",
        module="clearstone.spec.consensus.rules",
        old="return Outcome(node, (Persist(node, message), Broadcast(message)))",
        new="return Outcome(node, (Broadcast(message),))",
        breaks="CONS-3: a restart forgets what was said",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="forget-lock-on-restart",
        module="clearstone.spec.consensus.rules",
        old="return Outcome(node, (Persist(node, message), Broadcast(message)))",
        new="return Outcome(node, (Persist(replace(node, locked_round=NO_ROUND), message), Broadcast(message)))",
        breaks="CONS-3: a restart forgets the lock",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="decision-not-persisted",
        module="clearstone.spec.consensus.rules",
        old="return Outcome(decided, (Persist(decided, None), Decide(p.round, p.block_id)))",
        new="return Outcome(decided, (Decide(p.round, p.block_id),))",
        breaks="CONS-3: a restart forgets what was decided",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="proposal-of-another-height",
        module="clearstone.spec.consensus.rules",
        old="return p.chain == node.chain and p.height == node.height and",
        new="return p.chain == node.chain and",
        breaks="CONS-2: a proposal is voted on at a height that it was not made for",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="polka-without-quorum",
        module="clearstone.spec.consensus.rules",
        old="is_quorum(log.power(PREVOTE, p.round, p.block_id), node.total_power)",
        new="log.power(PREVOTE, p.round, p.block_id) > 0",
        breaks="CONS-2: a single prevote locks",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="timer-of-another-round",
        module="clearstone.spec.consensus.rules",
        old="if not (node.step == PROPOSE and node.round == round):",
        new="if not node.step == PROPOSE:",
        breaks="CONS-2: an old timer ends a round that has just begun",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="decided-and-not-silent",
        module="clearstone.spec.consensus.step",
        old="if node.decision != NIL:",
        new="if node.decision == node.key:",
        breaks="CONS-2: who has decided goes on voting",
        layer="consensus",
        caught_by=("check", "prove", "explore", "stateful", "conform"),
    ),
    Mutant(
        name="proposer-ignores-weight",
        module="clearstone.spec.consensus.proposer",
        old="return validators[bisect_right(ends, point)].key",
        new="return validators[(height + round) % len(ends)].key",
        breaks="CONS-4: a validator with little power proposes as often as one with much",
        layer="consensus",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
    Mutant(
        name="proposer-ignores-round",
        module="clearstone.spec.consensus.proposer",
        old="point = (height + round) * stride(circle) % circle * unit",
        new="point = height * stride(circle) % circle * unit",
        breaks="CONS-4: a silent proposer is asked for ever",
        layer="consensus",
        caught_by=("check", "prove", "stateful", "conform"),
    ),
)
"""The mutants of this layer."""
