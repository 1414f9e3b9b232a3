"""What is claimed of widths: 256 bits are enough, and which functions need more than 64 or 128.

A client in a language without wide integers reads `functions_of`: each function with the bits of a two's complement
that holds all that it computes, and the expression that needs them. The bits are from above: intervals forget how
quantities hang together, so a function may need fewer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from clearstone.proofs.bounds.widths import Expression, Widths, widths_of
from clearstone.proofs.consensus.conditions import Condition
from clearstone.proofs.obligations import OBLIGATIONS, ProofResult, place_of
from clearstone.spec.accounts import realise, trade_position
from clearstone.spec.funding import accrue, funding_credit
from clearstone.spec.margin import initial_health
from clearstone.spec.numbers import share
from clearstone.spec.takeover import charge_cap

MOST_BITS = 256
"""What no intermediate may exceed: the widest integer of the machines that contracts run on."""
CLASSES = ((64, "up to 64 bits"), (128, "65 to 128 bits"), (MOST_BITS, "129 to 256 bits"))
"""Into which expressions are counted."""

FOLLOWED = (
    "a_parameter_changes_by_a_bounded_step_within_its_range",
    "the_next_rate_is_the_median_premium_within_its_limit",
    "a_block_follows_only_the_state_that_it_names",
    "a_change_binds_once_and_touches_nothing_but_its_parameters",
    "a_change_is_scheduled_once_and_waits_its_delay",
    "a_charge_pushes_nobody_below_zero",
    "a_deficit_is_paid_in_order_and_to_the_atom",
    "a_feed_is_relied_on_only_after_its_grace_period",
    "a_feed_needs_two_thirds_of_the_power_and_three_signers",
    "a_further_lot_costs_no_more_than_the_margin_it_frees",
    "a_part_of_an_expiry_takes_every_leg_towards_zero",
    "a_payoff_is_locked_like_any_realised_profit",
    "a_position_is_closed_whole_against_winners_first",
    "a_rebate_is_never_more_than_the_taker_pays",
    "a_report_counts_only_if_it_is_in_bounds_fresh_and_newer",
    "a_settlement_price_is_a_mean_of_enough_samples_set_once",
    "a_short_option_needs_its_margin_alone_or_all_that_it_can_lose",
    "a_short_option_needs_no_less_initially_than_later",
    "a_stage_takes_all_it_may_and_pushes_nobody_below_zero",
    "a_thin_book_says_nothing",
    "a_transaction_executes_at_most_once",
    "all_funding_of_the_pool_is_settled_before_a_default",
    "an_attestation_has_two_thirds_of_the_power",
    "an_option_is_marked_within_its_no_arbitrage_bounds",
    "apportioning_is_exact",
    "bisection_ends_at_a_number_that_holds_after_one_that_does_not",
    "cancelling_and_opening_pass_the_health_rule",
    "collecting_fees_moves_them_within_their_pool",
    "deleveraging_moves_lots_at_the_mark_and_no_equity",
    "deposit_credits_what_the_vault_received_once",
    "entry_cost_follows_what_was_paid",
    "every_quote_of_a_perpetual_is_in_order",
    "every_quote_of_an_option_is_in_order",
    "fees_fill_the_fund_up_to_its_target",
    "fill_conserves_money_and_lots_and_both_sides_are_judged",
    "flagged_accounts_are_resolved_once_each_in_ascending_id",
    "funding_changes_by_accrual_only_and_within_its_limit",
    "funding_does_not_depend_on_how_time_is_divided",
    "initial_margin_is_at_least_maintenance_margin",
    "matching_is_a_fold_of_meetings",
    "one_more_order_never_needs_less",
    "only_who_has_nothing_left_defaults",
    "release_pays_a_withdrawal_once",
    "resting_moves_nothing_but_the_order",
    "sweeping_keeps_what_rounding_left",
    "the_discount_rises_from_its_start_to_its_limit",
    "the_insurance_fund_pays_first_and_within_its_caps",
    "the_last_pots_are_never_overdrawn",
    "the_least_lots_restore_the_buffer_and_one_fewer_does_not",
    "the_least_sixteenths_are_the_first_that_restore_the_buffer",
    "the_same_profit_is_never_charged_twice",
    "time_strictly_increases",
    "trading_at_the_mark_moves_no_equity",
    "two_orders_stand_for_any_number",
    "what_fewer_lots_restore_more_lots_restore_too",
    "what_is_tried_is_rounded_against_the_account",
    "whatever_leaves_is_judged_by_what_stays",
    "withdrawal_conserves_money",
    "withdrawal_takes_no_profit_that_is_not_certain",
)
"""Obligations that between them run nearly every expression of the ledger's rules; the slow tests follow all others."""


@dataclass(frozen=True, slots=True)
class WidthClaim:
    """A claim about the width of intermediates, as an entry of the report beside theorems and obligations."""

    id: str
    """Its name: a sentence with underscores."""
    statement: str
    """The sentence."""
    rules: tuple[str, ...]
    """Rules of the protocol that it is about."""
    about: tuple[Callable[..., Any], ...]
    """Functions of the specification that need most."""
    followed: Sequence[str]
    """Ids of the obligations that are followed."""

    def prove(self, seed: int = 0) -> ProofResult:
        """Bound every expression that the obligations run. The seed is a solver's, and no solver is asked."""
        began = perf_counter()
        about = tuple(place_of(function) for function in self.about)
        strength = "BOUNDED to quantities within NUM-5's bounds and the ranges that follow, and 2^20 positions"
        result = ProofResult(self.id, self.statement, self.rules, about, strength)
        judge(result, widths_of(OBLIGATIONS[id] for id in self.followed))
        result.seconds = perf_counter() - began
        return result

    def conditions(self) -> Iterator[Condition]:
        """Nothing for another solver: intervals decide."""
        yield from ()


def judge(result: ProofResult, widths: Widths) -> None:
    """Count the expressions by width, and name the first that may need too many bits."""
    for expression, bits in sorted(widths.items()):
        if bits > MOST_BITS:
            if result.holds:
                result.verdict, result.detail = "undecided", f"{shown(expression)} may need {bits} bits"
            continue
        result.requirements += 1
        name = next(name for most, name in CLASSES if bits <= most)
        result.outcomes[name] = result.outcomes.get(name, 0) + 1
    if not widths:
        result.verdict, result.detail = "vacuous", "no expression was run"


def shown(expression: Expression) -> str:
    """An expression, with where it is."""
    return f"{expression.module.replace('.', '/')}.py:{expression.line} {expression.function}: {expression.text}"


CLAIMS = (
    WidthClaim(
        "no_intermediate_exceeds_256_bits",
        "While every stored and submitted quantity is within its bound, nothing that the ledger's rules compute on the "
        "way needs more than 256 bits in two's complement.",
        ("NUM-5",),
        (charge_cap, share, accrue, trade_position, funding_credit, realise, initial_health),
        FOLLOWED,
    ),
)
"""All claims about widths."""
