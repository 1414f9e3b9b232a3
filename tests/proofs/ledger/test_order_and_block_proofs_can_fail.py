import pytest

from clearstone.mutants import find
from clearstone.proofs.catalogue import MODULES
from clearstone.proofs.obligations import OBLIGATIONS
from clearstone.proofs.proving import prove

assert MODULES, "importing the catalogue fills OBLIGATIONS"

FOLLOWS = "a_block_follows_only_the_state_that_it_names"
PLACED = "placing_moves_what_matching_moves_and_rests_only_what_has_margin"
TAKEN = "an_order_is_taken_exactly_or_refused"
FILLED = "fill_conserves_money_and_lots_and_both_sides_are_judged"

LISTED = {
    "root-not-checked": FOLLOWS,
    "commit-of-another-block": FOLLOWS,
    "block-time-of-proposer": FOLLOWS,
    "time-goes-backwards": "time_strictly_increases_whatever_the_clocks_say",
    "grace-skipped": "a_feed_is_relied_on_only_after_its_grace_period",
    "orders-netted": "one_more_order_never_needs_less",
    "band-ignored": TAKEN,
    "resting-unchecked": PLACED,
    "open-interest-unlimited": FILLED,
    "maker-unchecked": FILLED,
    "taker-unchecked": FILLED,
    "fill-at-mark": FILLED,
    "fee-credited-twice": FILLED,
    "filled-order-stays-in-the-book": FILLED,
    "self-trade-by-account": "nobody_trades_with_himself_or_outside_the_band",
    "reduce-only-opens": "nobody_trades_with_himself_or_outside_the_band",
    "flag-released-at-maintenance": "a_flag_stands_until_equity_covers_the_buffer",
    "flagged-at-zero-is-absent": "a_flag_keeps_the_time_at_which_it_was_set",
    "flag-outlives-its-account": "a_flag_that_goes_leaves_no_trace",
    "fees-lost-on-the-way": "collecting_fees_moves_them_within_their_pool",
    "restart-resets-funding": "a_restart_loses_nothing_and_resets_nothing",
    "nonce-not-checked": "nothing_that_an_owner_signs_executes_twice",
    "transfer-unchecked": "transfer_conserves_money",
    "margin-before-debit": "withdrawal_conserves_money",
    "parameter-change-replayed": "a_change_is_scheduled_once_and_waits_its_delay",
    "parameter-at-once": "a_change_is_scheduled_once_and_waits_its_delay",
}
"""Listed mutants, and an obligation that each refutes."""

BROKEN = [
    ("on_a_frozen_feed_no_position_grows", "margin", "return health.fresh and ", "return "),
    ("on_a_frozen_feed_no_position_grows", "margin", "or lots <= position.lots < 0):", "or position.lots < 0):"),
    ("whom_a_taker_passes_is_gone_from_the_book", "matching", "0 or not order.reduce_only:", "0 or order.lots:"),
    ("whom_a_taker_passes_is_gone_from_the_book", "matching", "if left is None or _reducible", "if True or _reducible"),
    (
        "whom_a_taker_passes_is_gone_from_the_book",
        "matching",
        "    if lots == 0:\n        return cancel_resting",
        "    if lots == 0:\n        return match\n    if lots < 0:\n        return cancel_resting",
    ),
    (
        "nobody_trades_with_himself_or_outside_the_band",
        "matching",
        "books=ledger.books.set(resting.market, book),",
        "books=ledger.books,",
    ),
    (
        "resting_moves_nothing_but_the_order",
        "orders",
        "ledger.books[order.market], account_id, resting)",
        "ledger.books[order.market], '', resting)",
    ),
    (
        "a_change_is_scheduled_once_and_waits_its_delay",
        "changes",
        "if getattr(changed, action.name) != action.value:",
        "if action.value < 0:",
    ),
    (
        "a_change_is_scheduled_once_and_waits_its_delay",
        "changes",
        "action.scope, action.name, action.value, context",
        "action.scope, action.name, 1, context",
    ),
    (FILLED, "matching", "context.now, entry.account)", "context.now, taker)"),
    (FILLED, "matching", "        + funding\n", ""),
    (PLACED, "orders", "settle_funding(ledger, context.quotes, context.now, account_id)", "(ledger, ())"),
    ("nobody_trades_with_himself_or_outside_the_band", "matching", "resting.lots - match.left))", "resting.lots))"),
    ("nobody_trades_with_himself_or_outside_the_band", "matching", '"decrement" else 0)', '"cancel-maker" else 0)'),
    (
        "an_order_waits_behind_all_others_at_its_price",
        "book",
        "(*levels[place].queue, entry)",
        "(entry, *levels[place].queue)",
    ),
    ("an_order_waits_behind_all_others_at_its_price", "book", "return -price if buy else price", "return price"),
    (
        "a_taker_meets_the_best_price_first_then_the_oldest_and_none_beyond_its_limit",
        "book",
        "if level.rank > worst:",
        "if level.rank > worst + 1:",
    ),
    ("a_taker_is_never_filled_worse_than_its_limit", "book", "if level.rank > worst:", "if level.rank > worst + 1:"),
    (
        "a_taker_is_never_filled_worse_than_its_limit",
        "matching",
        "<= resting.price <= quote.highest:",
        "<= resting.price:",
    ),
    ("matching_is_a_fold_of_meetings", "matching", "if match.left == 0 or match.stopped:", "if match.left == 0:"),
    (FILLED, "matching", "if not within_bounds(took, order.market):", "if took is made:"),
    (PLACED, "orders", 'if order.time_in_force == "fok" and match.left > 0:', "if match.left < 0:"),
    (PLACED, "orders", "if match.stopped and not _filled(match):", "if match.left < 0:"),
    (PLACED, "orders", "order, order.price, match.left)\n", "order, order.price, order.lots)\n"),
    (TAKEN, "orders", "if not 1 <= order.lots <= MAX_LOTS:", "if not 1 <= order.lots:"),
    (TAKEN, "orders", "if not quote.fresh and not order.reduce_only:", "if order.lots < 0:"),
    (TAKEN, "orders", 'if quote.phase != "trade":', 'if quote.phase == "settle":'),
    (TAKEN, "orders", 'if order.time_in_force == "post-only" and crosses', "if order.lots < 0 and crosses"),
    (TAKEN, "orders", "if len(account.orders) >= ledger", "if len(account.orders) > ledger"),
    ("one_more_order_never_needs_less", "margin", "max(0, quote.mark - price)", "(quote.mark - price)"),
    ("what_is_reserved_covers_any_part_of_a_side", "margin", "abs(held + bought))", "held)"),
    ("what_is_reserved_covers_any_part_of_a_side", "margin", "max(abs(held), abs(held - sold))", "abs(held)"),
    ("two_orders_stand_for_any_number", "margin", "max(0, price - quote.mark)", "max(1, price - quote.mark)"),
    (FOLLOWS, "transition", "block.chain != state.chain or ", ""),
    (FOLLOWS, "transition", "block.height != state.height + 1", "block.height <= state.height"),
    (FOLLOWS, "transition", " or block.previous != state.block_id:", ":"),
    (FOLLOWS, "transition", "if block.version != state.version:", "if block.version < state.version:"),
    (FOLLOWS, "transition", "block.proposer) == 0:", "block.proposer) < 0:"),
    (FOLLOWS, "transition", "len(block.transactions) > state", "len(block.transactions) > 1 + state"),
    (FOLLOWS, "transition", "if state.height == 0:", "if state.height <= 1:"),
    (
        "every_clock_counts_with_its_signers_power",
        "oracle",
        "(signature.time, power_of(validators, signature.validator)) for",
        "(signature.time, 1) for",
    ),
    (
        "a_refused_block_changes_nothing_and_an_accepted_one_goes_in_order",
        "transition",
        "return state, BlockReceipt(rejection)",
        "return begin_block(state, block), BlockReceipt(rejection)",
    ),
    (
        "a_refused_block_changes_nothing_and_an_accepted_one_goes_in_order",
        "transition",
        "ledger, receipt = execute(ledger, context",
        "ledger, receipt = execute(begun.ledger, context",
    ),
    (
        "beginning_a_block_moves_time_and_prices_and_no_money",
        "transition",
        "accrue_all(timed, state.time)",
        "accrue_all(timed, now)",
    ),
    (
        "beginning_a_block_moves_time_and_prices_and_no_money",
        "transition",
        "if carried else quotes)",
        "if now else quotes)",
    ),
    (
        "a_block_ends_with_defaults_then_fees_then_changes",
        "transition",
        "ledger, defaults = resolve_flagged(state.ledger, context)\n    ledger, fees = collect_fees(ledger)",
        "ledger, fees = collect_fees(state.ledger)\n    ledger, defaults = resolve_flagged(ledger, context)",
    ),
    (
        "collecting_fees_moves_them_within_their_pool",
        "transition",
        "min(pool.fees, pool.parameters",
        "(pool.parameters",
    ),
    (
        "changes_bind_when_they_are_due_and_in_order",
        "changes",
        "if change.binds_at <= now:",
        "if change.binds_at <= now + 1:",
    ),
    (
        "a_change_binds_once_and_touches_nothing_but_its_parameters",
        "changes",
        "changes=ledger.changes.remove(key))",
        "changes=ledger.changes)",
    ),
    (
        "every_kind_is_judged_by_its_own_rule_and_nothing_else_happens",
        "transition",
        "return cancel(ledger, body.account, action)",
        "return ledger, Receipt(None)",
    ),
    ("who_may_leave_passes_the_health_rule", "cash", "if withdrawable(health, locked) < 0:", "if health.equity < 0:"),
    (
        "who_gains_cash_passes_the_health_rule",
        "margin",
        "equity_after >= equity_before",
        "equity_after > equity_before",
    ),
    ("cancelling_and_opening_pass_the_health_rule", "cash", "nonce=0, cash=0)", "nonce=0, cash=-1)"),
    ("whoever_is_settled_passes_the_health_rule", "settlement", "cash=account.cash + credit,", "cash=account.cash,"),
    ("a_feed_is_relied_on_only_after_its_grace_period", "oracle", "feed.fresh_blocks + 1", "feed.fresh_blocks + 2"),
]
"""An obligation, and one way to break a rule that it must refute: module of the specification, text, other text."""


def refuted(name: str) -> None:
    result = prove(OBLIGATIONS[name])
    assert result.verdict == "refuted", result.detail
    assert result.counterexample is not None
    assert result.counterexample.replayed


@pytest.mark.parametrize("mutant", LISTED)
def test_a_listed_mutant_is_refuted_by_a_counterexample_that_the_plain_functions_confirm(mutant: str, broken):
    listed = find(mutant)
    with broken(listed.module, listed.old, listed.new):
        refuted(LISTED[mutant])


@pytest.mark.parametrize(("name", "module", "old", "new"), BROKEN)
def test_a_broken_rule_is_refuted_by_a_counterexample(name: str, module: str, old: str, new: str, broken):
    with broken(f"clearstone.spec.{module}", old, new):
        refuted(name)
