"""What a changed question must keep to, beyond its shape: what its record says in words that it is.

Where a question breaks it the spec promises nothing, and two right clients may differ. Of what is asked with a whole
state much is refused as none; the rest is what every state that blocks lead to keeps to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

from clearstone.conformance.operations.account_operations import AccountToJudge
from clearstone.conformance.operations.arithmetic_operations import Apportionment, Division, Weighted
from clearstone.conformance.operations.consensus_operations import StepToTake, Turn, ValidatorsToCheck
from clearstone.conformance.operations.ledger_operations import BlocksToApply, TransactionToApply
from clearstone.conformance.operations.oracle_operations import Clocks, FeedToUpdate
from clearstone.models.chain import accept_all
from clearstone.spec.accounts import Account
from clearstone.spec.blocks import NIL, Commit
from clearstone.spec.consensus.messages import MAX_ROUND, NO_ROUND, PRECOMMIT, check_extension, check_message
from clearstone.spec.consensus.node import NEW, Node
from clearstone.spec.consensus.validators import Validators, check_validators, power_of, total_power
from clearstone.spec.genesis import check_feed, check_terms
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.oracle import Feed
from clearstone.spec.parameters import ProtocolParameters, check_parameters
from clearstone.spec.settlement import expiry_key
from clearstone.spec.snapshot import Snapshot, check_snapshot


def within_bounds(question: Any) -> bool:
    """Whether the spec promises an answer."""
    if isinstance(question, ValidatorsToCheck):
        return True
    if hasattr(question, "validators") and check_validators(question.validators) is not None:
        return False
    match question:
        case Division():
            return question.divisor > 0
        case Apportionment():
            return min((0, *question.caps)) == 0 and 0 <= question.amount <= sum(question.caps)
        case Weighted():
            return bool(question.weighted) and all(weight > 0 for _, weight in question.weighted)
        case Turn():
            return question.height > 0 and question.round >= 0
        case StepToTake():
            return _node_is_one(question.node) and _log_is_one(question)
        case AccountToJudge() | TransactionToApply() | BlocksToApply():
            return check_snapshot(question.state) is not None or _state_is_one(question.state)
        case FeedToUpdate() | Clocks():
            if not _commit_is_one(question.commit, question.validators):
                return False
    return all(_is_right(getattr(question, each.name)) for each in fields(question))


def _is_right(part: object) -> bool:
    """Whether a record in a question is one, as a state would have it."""
    match part:
        case Perpetual() | OptionSeries():
            return check_terms(part) is None
        case ProtocolParameters():
            return check_parameters(part) is None
        case Feed():
            return all(check_feed(price, part.max_move) is None for price in (part.index, part.median)) and _ascend(
                [report.signer for report in part.reports]
            )
        case _:
            return True


def _state_is_one(state: Snapshot) -> bool:
    """Whether lists are in order, what is in them belongs there, and only what has expired is settled (LEDGER-2)."""
    pool_of = {market: instrument.pool for market, instrument in state.instruments}
    times = [(order.market, order.sequence) for _, account in state.accounts for order in account.orders]
    return (
        len(times) == len(set(times))
        and all(_account_is_one(account, pool_of) for _, account in state.accounts)
        and all(key == expiry_key(expiry.feed, expiry.time) for key, expiry in state.expiries)
        and all(expiry.price is None or expiry.time <= state.header.time for _, expiry in state.expiries)
        and all(_ascend(pool.flagged) for _, pool in state.pools)
        and all(_ascend([report.signer for report in feed.reports]) for _, feed in state.feeds)
    )


def _account_is_one(account: Account, pool_of: Mapping[str, str]) -> bool:
    markets = [*(position.instrument for position in account.positions), *(order.market for order in account.orders)]
    return (
        _ascend([position.instrument for position in account.positions])
        and _ascend([order.nonce for order in account.orders])
        and all(position.lots != 0 for position in account.positions)
        and all(order.lots > 0 and order.price > 0 for order in account.orders)
        and all(pool_of.get(market, account.pool) == account.pool for market in markets)
    )


def _ascend(keys: Sequence[Any]) -> bool:
    """Whether keys ascend, each at most once."""
    return all(first < second for first, second in pairwise(keys))


def _node_is_one(node: Node) -> bool:
    """Whether a validator can come to be in a state (CONS-3)."""
    rounds = NO_ROUND <= node.locked_round <= node.valid_round <= node.round <= MAX_ROUND
    values = (node.locked_round == NO_ROUND) == (node.locked_value == NIL)
    return rounds and values and node.height > 0 and node.round >= 0 and NEW <= node.step <= PRECOMMIT


def _log_is_one(question: StepToTake) -> bool:
    """Whether a validator can have admitted all that it has received; whose turn it was it had asked before."""
    node, validators = question.node, question.validators
    rejections = (check_message(node.chain, validators, each, accept_all) for each in question.received)
    return (
        node.total_power == total_power(validators)
        and all(rejection is None or rejection.rule == "CONS-4" for rejection in rejections)
        and all(each.message.height == node.height for each in question.received)
    )


def _commit_is_one(commit: Commit, validators: Validators) -> bool:
    """Whether a commit's signatures are such as a block may carry."""
    return (
        all(power_of(validators, each.validator) > 0 for each in commit.signatures)
        and all(check_extension(each.time, each.prices) is None for each in commit.signatures)
        and _ascend([each.validator for each in commit.signatures])
    )
