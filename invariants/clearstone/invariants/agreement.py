"""Agreement: correct validators decide one valid block a height, execute it alike, and get there (CONS-1, CONS-6)."""

from __future__ import annotations

from collections.abc import Iterator

from clearstone.invariants.observations import ConsensusTrace
from clearstone.invariants.quorum import more_than_two_thirds, power_behind, whole_power
from clearstone.invariants.registry import invariant
from clearstone.spec.blocks import NIL, block_id
from clearstone.spec.consensus.actions import Decide
from clearstone.spec.consensus.messages import PRECOMMIT, Proposal, Vote
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.transition import check_block


@invariant("agreement", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-1", "CONS-2"))
def correct_validators_agree(trace: ConsensusTrace) -> Iterator[str]:
    """No two correct validators decide different blocks."""
    decided = {decision.block_id for decision in trace.decisions.values()}
    if len(decided) > 1:
        yield f"decided are {', '.join(sorted(name.hex()[:16] for name in decided))}"


@invariant(
    "same-roots",
    of=ConsensusTrace,
    layer="consensus",
    severity="critical",
    rules=("CONS-6", "NUM-1"),
    incidents=(27, 29),
)
def replicas_have_the_same_root(trace: ConsensusTrace) -> Iterator[str]:
    """All correct validators have the same state root after a height, and each that decided it has one."""
    if len(set(trace.roots.values())) > 1:
        yield f"roots are {', '.join(sorted(root.hex()[:16] for root in set(trace.roots.values())))}"
    missing = trace.decisions.keys() - trace.roots.keys()
    if missing:
        yield f"{len(missing)} validators decided and have no root"


@invariant("validity", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-2", "CONS-4", "CONS-6"))
def a_decided_block_was_proposed_and_is_valid(trace: ConsensusTrace) -> Iterator[str]:
    """A decided block was proposed by a validator in its turn and may follow the state before."""
    proposals = {
        (signed.message.block_id, signed.message.round): signed.sender
        for log in trace.logs.values()
        for signed in log
        if isinstance(signed.message, Proposal) and signed.message.height == trace.height
    }
    for decision in {(decision.block_id, decision.round): decision for decision in trace.decisions.values()}.values():
        sender = proposals.get((decision.block_id, decision.round))
        if sender is None or sender != proposer(trace.validators, trace.height, decision.round):
            yield f"{decision.block_id.hex()[:16]} was not proposed in round {decision.round} by its proposer"
        block = trace.blocks.get(decision.block_id)
        if block is not None and block_id(block) != decision.block_id:
            yield f"{decision.block_id.hex()[:16]} is not the id of the block that was executed"
        if block is not None and trace.before is not None:
            rejection = check_block(trace.before, block, trace.authentic)
            if rejection is not None:
                yield f"{decision.block_id.hex()[:16]} is not valid: {rejection.rule}, {rejection.reason}"


@invariant("integrity", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-2", "CONS-3"))
def a_validator_decides_once(trace: ConsensusTrace) -> Iterator[str]:
    """A correct validator decides at most once, decides what its rules say, and is silent from then on."""
    decided: dict[bytes, bytes] = {}
    for step in trace.steps:
        if step.validator in decided:
            yield f"{step.validator.hex()[:16]} took a step after it had decided"
        for action in step.actions:
            if isinstance(action, Decide):
                decided[step.validator] = action.block_id
        if (step.after.decision != NIL) != (step.validator in decided):
            yield f"{step.validator.hex()[:16]} holds a decision that it did not announce"
    for validator, name in decided.items():
        decision = trace.decisions.get(validator)
        if decision is not None and not decision.told and decision.block_id != name:
            yield f"{validator.hex()[:16]} executed another block than it decided"


@invariant(
    "commits-have-a-quorum", of=ConsensusTrace, layer="consensus", severity="critical", rules=("CONS-1", "CONS-2")
)
def a_decision_rests_on_a_quorum_of_precommits(trace: ConsensusTrace) -> Iterator[str]:
    """Whoever decides by himself has precommits of more than 2/3 of the power for that block and round in his log."""
    total = whole_power(trace.validators)
    for validator, decision in trace.decisions.items():
        if decision.told:
            continue
        signers = {
            signed.sender
            for signed in trace.logs.get(validator, ())
            if isinstance(signed.message, Vote)
            and (signed.message.step, signed.message.round) == (PRECOMMIT, decision.round)
            and signed.message.block_id == decision.block_id
        }
        power = power_behind(trace.validators, signers)
        if not more_than_two_thirds(power, trace.validators):
            yield f"{validator.hex()[:16]} decided on {power} of {total}"


@invariant("termination", of=ConsensusTrace, layer="consensus", severity="high", rules=("CONS-2",), incidents=(28,))
def a_height_is_decided_once_the_network_is_stable(trace: ConsensusTrace) -> Iterator[str]:
    """Once the network is stable and a height has begun, every correct validator decides it within a known time."""
    if trace.stabilised_at is None:
        return
    due = max(trace.stabilised_at, trace.started_at) + trace.patience
    for validator in sorted(trace.correct):
        decision = trace.decisions.get(validator)
        late = trace.ended_at > due if decision is None else decision.time > due
        if late:
            yield f"{validator.hex()[:16]} had not decided height {trace.height} at {due}"
