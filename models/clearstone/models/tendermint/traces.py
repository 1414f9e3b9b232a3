"""A run, written for people and for trace viewers: who did what, by which lines of the paper, and what it changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearstone.models.itf import ItfState, ItfTrace, Record
from clearstone.models.tendermint.instance import Instance
from clearstone.models.tendermint.local_states import LocalState
from clearstone.models.tendermint.runs import Moment
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus.actions import Broadcast, Decide
from clearstone.spec.consensus.claims import Claim, Commit, Polka, Proposed
from clearstone.spec.consensus.messages import NO_ROUND, PRECOMMIT, PREVOTE, PROPOSE, Message, Proposal
from clearstone.spec.consensus.node import NEW, Node

STEPS = {NEW: "new", PROPOSE: "propose", PREVOTE: "prevote", PRECOMMIT: "precommit"}
"""What steps are called."""


def value_of(block_id: bytes) -> str:
    """The name of a value: A, B, … or nil."""
    return "nil" if block_id == NIL else block_id[:1].decode()


def named(place: int) -> str:
    """What a validator is called: by its place."""
    return f"v{place}"


def rule_of(claim: Claim | None) -> str:
    """The rule that a claim is made under, and the lines of the paper: the head of its own docstring."""
    return "CONS-3" if claim is None else (type(claim).__doc__ or "").partition(". ")[0]


def claim_text(claim: Claim | None) -> str:
    """A claim in one phrase: `Polka(A, round 0)`."""
    if claim is None:
        return "crashes and resumes"
    parts: list[str] = []
    if isinstance(claim, (Proposed, Polka, Commit)):
        parts += [value_of(claim.proposal.block_id), f"round {claim.proposal.round}"]
        parts += [f"valid round {claim.proposal.valid_round}"] if claim.proposal.valid_round != NO_ROUND else []
    if hasattr(claim, "step"):
        parts.append(STEPS[claim.step])
    if hasattr(claim, "round"):
        parts.append(f"round {claim.round}")
    return f"{type(claim).__name__}({', '.join(parts)})"


def message_text(message: Message) -> str:
    """A message in one phrase: `prevotes A`."""
    kind = "proposes" if isinstance(message, Proposal) else f"{STEPS[message.step]}s"
    return f"{kind} {value_of(message.block_id)}"


def moment_text(moment: Moment) -> str:
    """What happened, in a line: who, by which claim, with what result."""
    happening = moment.happening
    if happening is None:
        return "nobody has begun"
    done = [] if moment.outcome is None else list(moment.outcome.actions)
    crash = "" if happening.carried_out is None or happening.claim is None else ", and crashes"
    done = done if happening.carried_out is None else done[: happening.carried_out]
    results = [message_text(action.message) for action in done if isinstance(action, Broadcast)]
    results += [f"decides {value_of(action.block_id)}" for action in done if isinstance(action, Decide)]
    effect = f": {', '.join(results)}" if results else ""
    return f"{named(happening.validator)} {claim_text(happening.claim)}{effect}{crash}"


def itf_trace(instance: Instance, moments: Sequence[Moment], findings: Sequence[str], source: str) -> ItfTrace:
    """A run as a trace: in each state what happened last, where every correct validator is, and what they have said."""
    fixed = {
        "powers": {named(place): power for place, power in enumerate(instance.powers)},
        "byzantine": frozenset(named(place) for place in instance.byzantine),
    }
    states = []
    for moment in moments:
        happening = moment.happening
        claim = None if happening is None else happening.claim
        action = "init" if happening is None else "Crash" if claim is None else type(claim).__name__
        rule = "" if happening is None else rule_of(claim)
        values: dict[str, Any] = {
            "happened": Record(
                validator="" if happening is None else named(happening.validator),
                action=action,
                rule=rule,
                text=moment_text(moment),
            ),
            "validators": {
                named(place): shown(local) for place, local in zip(instance.correct, moment.validators, strict=True)
            },
            "messages": frozenset(
                sent(named(place), message)
                for place, local in zip(instance.correct, moment.validators, strict=True)
                for message in local.said
            ),
        }
        states.append(ItfState({**fixed, **values}, {"action": action, "rule": rule}))
    variables = (*fixed, "happened", "validators", "messages")
    return ItfTrace(variables, states, meta={"source": source, "description": "; ".join(findings)})


def shown(local: LocalState) -> Record:
    """A validator."""
    node: Node = local.node
    return Record(
        round=node.round,
        step=STEPS[node.step],
        locked=(value_of(node.locked_value), node.locked_round),
        valid=(value_of(node.valid_value), node.valid_round),
        decision=value_of(node.decision),
        crashes=local.crashes,
    )


def sent(sender: str, message: Message) -> Record:
    """A message of a correct validator."""
    kind, valid_round = "proposal", NO_ROUND
    if isinstance(message, Proposal):
        valid_round = message.valid_round
    else:
        kind = STEPS[message.step]
    value = value_of(message.block_id)
    return Record(sender=sender, kind=kind, round=message.round, value=value, valid_round=valid_round)
