"""Every invariant of a block's step holds on the story, and is seen failing when what was observed is tampered with."""

from dataclasses import replace

import pytest
from immutables import Map

from clearstone.invariants import funding_flow
from clearstone.invariants.catalogue import INVARIANTS
from clearstone.invariants.checking import Tally, findings
from clearstone.spec.ledger_state import Withdrawal, withdrawal_key
from clearstone.spec.receipts import Posting, Receipt, Rejection
from clearstone.spec.transactions import (
    ChangeParameter,
    Deposit,
    Liquidate,
    Place,
    Settle,
    Withdraw,
)

BREAK = {}


def breaks(identifier):
    def enter(tampered):
        BREAK[identifier] = tampered
        return tampered

    return enter


def first_receipt(step, **changes):
    """The step with another first receipt of a transaction."""
    receipts = step.receipt.transactions
    return replace(step, receipt=replace(step.receipt, transactions=(replace(receipts[0], **changes), *receipts[1:])))


@breaks("sub-step-solvency")
def a_fund_that_pays_more_than_it_has(story, tamper):
    step, _ = story.step_with(Deposit)
    posting = Posting("main", "insurance", "fees", step.before.ledger.pools["main"].insurance + 1, "gift")
    return first_receipt(step, postings=(posting, posting._replace(source="fees", destination="insurance")))


@breaks("postings-explain-balances")
def a_movement_without_a_posting(story, tamper):
    step, _ = story.step_with(Deposit)
    return first_receipt(step, postings=())


@breaks("fees-fill-insurance")
def fees_kept_back(story, tamper):
    return tamper.after(story.last, ledger=tamper.pool(story.last.after.ledger, fees=5))


@breaks("deposits-credit-exactly")
def a_vault_that_grew_by_itself(story, tamper):
    ledger = story.last.after.ledger
    return tamper.after(story.last, ledger=tamper.pool(ledger, vault=ledger.pools["main"].vault + 1))


@breaks("nonces")
def a_nonce_that_skips(story, tamper):
    step, part = story.step_with(Place)
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, nonce=10**6))


@breaks("ids-used-once")
def a_withdrawal_id_used_again(story, tamper):
    step, part = story.step_with(Withdraw)
    key = withdrawal_key(part.sender, part.action.withdrawal_id)
    spent = Withdrawal("main", part.sender, 1, "released")
    before = replace(part.before, withdrawals=part.before.withdrawals.set(key, spent))
    written = before.withdrawals.set(key, replace(spent, status="escrowed"))
    return tamper.part(step, part, before=before, after=replace(part.after, withdrawals=written))


@breaks("attestation")
def a_deposit_that_nobody_attests(story, tamper):
    step, part = story.step_with(Deposit)
    return tamper.part(step, part, transaction=replace(part.transaction, signatures=part.transaction.signatures[:2]))


@breaks("authenticated")
def signatures_that_do_not_verify(story, tamper):
    step, _ = story.step_with(Deposit)
    return replace(step, authentic=lambda *_: False).with_trail(step.transactions, step.ending)


def refused(story):
    return next((step, part) for step in story.steps for part in step.transactions if part.receipt.rejection)


@breaks("rejections-change-nothing")
def a_refusal_that_pays(story, tamper):
    step, part = refused(story)
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, cash=10**12))


@breaks("rejections-name-a-rule")
def a_refusal_without_a_rule(story, tamper):
    step, _ = story.step_with(Deposit)
    return first_receipt(step, rejection=Rejection("BECAUSE-1", "no"))


@breaks("accounts-stay")
def an_account_that_changes_hands(story, tamper):
    step, part = story.step_with(Place)
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, owner=bytes(32)))


@breaks("execution-repeats")
def a_change_by_nobody(story, tamper):
    account_id = story.last.after.ledger.accounts.keys()[0]
    return tamper.after(story.last, ledger=tamper.account(story.last.after.ledger, account_id, cash=7))


@breaks("pools-are-isolated")
def pools_that_feel_each_other(story, tamper):
    ledger = tamper.pool(tamper.pool(story.last.after.ledger, "main", residue=9**9), "other", residue=9**9)
    return tamper.after(story.last, ledger=ledger)


@breaks("block-encoding")
def another_blocks_id(story, tamper):
    return tamper.after(story.last, block_id=bytes(32))


@breaks("blocks-follow")
def a_block_of_another_height(story, tamper):
    return replace(story.last, block=replace(story.last.block, height=1))


def poorer_sender(story, tamper):
    """An order after which its sender has lost all that it has, and more."""
    step, part = story.step_with("fill")
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, cash=-(10**12)))


BREAK["health"] = BREAK["no-deficit-raised"] = BREAK["no-equity-created"] = poorer_sender


@breaks("leaving")
def a_withdrawal_of_margin(story, tamper):
    step, part = story.step_with(Withdraw)
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, cash=-(10**12)))


@breaks("winners-wait")
def a_pool_without_cash(story, tamper):
    step, part = story.step_with(Withdraw)
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, cash=-(10**15)))


@breaks("frozen-raises-no-risk")
def a_trade_on_a_frozen_price(story, tamper):
    step, part = story.step_with("fill")
    frozen = Map({market: replace(quote, fresh=False) for market, quote in part.context.quotes.items()})
    return tamper.part(step, part, context=replace(part.context, quotes=frozen))


@breaks("profit-stays-locked")
def a_discount_that_is_not_locked(story, tamper):
    step, part = story.step_with("liquidated")
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, locked_recent=0, locked_earlier=0))


@breaks("initial-restated")
def an_account_judged_by_another_margin(story, tamper):
    step, part = story.step_with("fill")
    account = part.touched[0]
    account.__dict__["health_after"] = account.health_after._replace(excluded=1)
    other = replace(part)
    other.__dict__["touched"] = part.touched
    return step.with_trail([other], [])


@breaks("open-interest-margin")
def a_requirement_out_of_nowhere(story, tamper):
    quote = story.last.after.quotes["BTC-PERP"]
    state = tamper.quote(story.last.after, "BTC-PERP", initial=quote.initial + 1)
    return tamper.after(story.last, quotes=state.quotes)


@breaks("open-interest-limit")
def an_overfull_market(story, tamper):
    step, part = story.step_with("fill")
    market = part.action.market
    return tamper.part(step, part, after=tamper.market(part.after, market, open_interest=1 << 60))


@breaks("liquidatable-strictly")
def a_rich_target(story, tamper):
    step, part = story.step_with("liquidated")
    return tamper.part(step, part, before=tamper.account(part.before, part.action.account, cash=10**15))


@breaks("liquidation-improves")
def a_harsh_penalty(story, tamper):
    step, part = story.step_with("liquidated")
    return tamper.figures(step, part, "liquidated", penalty=10**12)


@breaks("liquidation-bounded")
def a_discount_ahead_of_its_time(story, tamper):
    step, part = story.step_with("liquidated")
    return tamper.figures(step, part, "liquidated", discount=10**12)


@breaks("liquidation-open")
def a_due_liquidation_refused(story, tamper):
    step, part = story.step_with(Liquidate)
    return tamper.part(step, part, receipt=Receipt(Rejection("LIQ-1", "not below maintenance")))


def test_lots_of_a_perpetual_can_always_be_taken_over(story, tamper):
    step, part = story.step_with("liquidated")
    refused = tamper.part(step, part, receipt=Receipt(Rejection("LIQ-4", "of no use")))
    (finding,) = findings(INVARIANTS["liquidation-open"], refused, step.after.height)
    assert "fewer lots of BTC-PERP lower" in finding.detail


@breaks("flag-persists")
def a_flag_by_an_order(story, tamper):
    step, part = story.step_with("fill")
    return tamper.part(step, part, after=tamper.account(part.after, part.sender, flagged_at=1))


@breaks("default-ends-at-zero")
def a_defaulter_who_keeps_an_atom(story, tamper):
    step, part = story.step_with("defaulted")
    return tamper.part(step, part, after=tamper.account(part.after, part.subject, cash=1))


@breaks("deficit-exact")
def a_deficit_of_an_atom_more(story, tamper):
    step, part = story.step_with("defaulted")
    return tamper.figures(step, part, "defaulted", deficit=1)


@breaks("waterfall-order")
def equity_before_profit(story, tamper):
    step, part = story.step_with("defaulted")
    names = {"closed-profit": "equity"}
    postings = tuple(
        posting._replace(reason=names.get(posting.reason, posting.reason)) for posting in part.receipt.postings
    )
    return tamper.part(step, part, receipt=replace(part.receipt, postings=postings))


@breaks("nobody-pushed-below-zero")
def a_ruined_bystander(story, tamper):
    step, part = story.step_with("defaulted")
    other = next(account.account_id for account in part.touched if account.account_id != part.subject)
    return tamper.part(step, part, after=tamper.account(part.after, other, cash=-(10**15)))


@breaks("deleveraging")
def a_lot_closed_twice(story, tamper):
    step, part = story.step_with("deleveraged")
    _, figures = next(part.events("deleveraged"))
    return tamper.figures(step, part, "deleveraged", lots=int(figures["lots"]) + 1)


@breaks("insurance-cap")
def a_draw_that_nobody_counts(story, tamper):
    step, part = story.step_with("absorbed")
    return tamper.part(step, part, after=tamper.market(part.after, "BTC-PERP", insurance_used=1))


@breaks("no-self-trade")
def two_sides_of_one_owner(story, tamper):
    step, part = story.step_with("fill")
    _, figures = next(part.events("fill"))
    owner = part.before.accounts[part.sender].owner
    return tamper.part(step, part, before=tamper.account(part.before, figures["maker"], owner=owner))


@breaks("fill-prices")
def a_tick_beside_the_makers_price(story, tamper):
    step, part = story.step_with("fill")
    _, figures = next(part.events("fill"))
    return tamper.figures(step, part, "fill", price=int(figures["price"]) + 1)


@breaks("price-time-priority")
def the_worse_maker_first(story, tamper):
    step, part = next((s, p) for s, p in story.steps_with("fill") if len(list(p.events("fill"))) > 1)
    return tamper.part(step, part, receipt=replace(part.receipt, events=part.receipt.events[::-1]))


@breaks("trading-fees")
def a_fee_of_an_atom_less(story, tamper):
    step, part = story.step_with("fill")
    _, figures = next(part.events("fill"))
    return tamper.figures(step, part, "fill", taker_fee=int(figures["taker-fee"]) - 1)


def with_order(step, part, tamper, **changes):
    body = part.transaction.body
    changed = replace(body, action=replace(body.action, **changes))
    return tamper.part(step, part, transaction=replace(part.transaction, body=changed))


@breaks("time-in-force")
def a_post_only_order_that_takes(story, tamper):
    step, part = story.step_with("fill")
    return with_order(step, part, tamper, time_in_force="post-only")


@breaks("reduce-only")
def a_reduce_only_order_that_opens(story, tamper):
    step, part = story.step_with("fill")
    return with_order(step, part, tamper, reduce_only=True)


@breaks("funding-accrues")
def a_funding_index_that_was_reset(story, tamper):
    return tamper.entry(story.last, "funding", "BTC-PERP", index=12_345)


@breaks("funding-rate")
def a_rate_of_the_moment(story, tamper):
    return tamper.entry(story.last, "funding", "BTC-PERP", rate=777)


@breaks("settlement-price")
def a_price_that_no_rule_made(story, tamper):
    key = story.last.after.expiries.keys()[0]
    return tamper.entry(story.last, "expiries", key, price=1)


@breaks("phases")
def a_series_that_trades_past_its_expiry(story, tamper):
    return tamper.after(story.steps[5], time=story.last.after.time)


@breaks("settles-once")
def an_atom_too_much_at_expiry(story, tamper):
    step, part = story.step_with(Settle)
    postings = tuple(posting._replace(amount=posting.amount + 1) for posting in part.receipt.postings)
    return tamper.part(step, part, receipt=replace(part.receipt, postings=postings))


@breaks("reports-used-once")
def a_report_that_nobody_made(story, tamper):
    reports = story.last.after.feeds["BTC"].reports
    return tamper.entry(story.last, "feeds", "BTC", reports=(replace(reports[0], price=1), *reports[1:]))


@breaks("index-is-the-median")
def a_median_beside_the_reports(story, tamper):
    return tamper.entry(story.last, "feeds", "BTC", median=1)


@breaks("index-moves-slowly")
def an_index_that_jumps(story, tamper):
    return tamper.entry(story.last, "feeds", "BTC", index=99_999)


@breaks("index-honest")
def a_median_that_no_honest_report_reaches(story, tamper):
    return tamper.entry(story.last, "feeds", "BTC", median=10**6)


@breaks("time-advances")
def a_clock_that_stands(story, tamper):
    return tamper.after(story.last, time=story.last.before.time)


@breaks("parameters-bounded")
def a_parameter_without_notice(story, tamper):
    ledger = story.last.after.ledger
    parameters = replace(ledger.pools["main"].parameters, penalty=1)
    return tamper.after(story.last, ledger=tamper.pool(ledger, parameters=parameters))


@breaks("parameters-delayed")
def a_change_that_binds_at_once(story, tamper):
    step, part = story.step_with(ChangeParameter)
    key, change = next(iter(part.after.changes.items()))
    changes = part.before.changes.set(key, replace(change, binds_at=part.context.now))
    return tamper.part(step, part, after=replace(part.after, changes=changes))


@breaks("no-surprise-liquidation")
def a_quote_changed_on_the_way(story, tamper):
    return tamper.after(story.last, quotes=tamper.quote(story.last.after, "BTC-PERP", maintenance=1).quotes)


@breaks("definitions-fixed")
def another_multiplier(story, tamper):
    return tamper.entry(story.last, "instruments", "BTC-PERP", multiplier=10)


STEPS = [each.id for each in INVARIANTS.values() if each.kind == "step"]
BY_BROKEN_CODE = {"funding-additive"}
"""No observation contradicts these: they compare a function of the spec with itself, so the function must break."""


def test_every_invariant_of_steps_is_seen_failing():
    assert set(STEPS) == BREAK.keys() | BY_BROKEN_CODE


@pytest.mark.parametrize("identifier", sorted(BREAK))
def test_a_tampered_step_is_found_out(story, tamper, identifier):
    found = findings(INVARIANTS[identifier], BREAK[identifier](story, tamper), 0)
    assert found
    assert not any(violation.detail.startswith("cannot be evaluated") for violation in found), found


def test_a_takeover_at_a_frozen_price_is_found_out(story, tamper):
    step, part = story.step_with("liquidated")
    quotes = part.context.quotes
    frozen = quotes.set(part.action.market, replace(quotes[part.action.market], fresh=False))
    tampered = tamper.part(step, part, context=replace(part.context, quotes=frozen))
    assert [found.detail for found in findings(INVARIANTS["liquidatable-strictly"], tampered, 0)] == [
        f"{part.label}: the price of {part.action.market} is frozen"
    ]


def test_funding_that_depends_on_how_time_is_split_is_found_out(story, monkeypatch):
    monkeypatch.setattr(
        funding_flow,
        "accrue",
        lambda funding, perpetual, index, elapsed: replace(funding, index=funding.index + elapsed**2),
    )
    assert not INVARIANTS["funding-additive"].holds(story.last)


def test_the_story_holds(story):
    tally = Tally(thorough=True)
    for step in story.steps:
        assert tally.check_block(step) == []
    assert {tally.evaluations[identifier] for identifier in STEPS} == {len(story.steps)}


EVENTS = "fill cancelled flagged liquidated default-pending defaulted deleveraged absorbed settled scheduled bound"


@pytest.mark.parametrize("kind", EVENTS.split())
def test_the_story_tells_of_everything(story, kind):
    assert story.steps_with(kind)


def test_a_refused_block_changes_nothing_and_is_held_to_it(story, tamper):
    step = story.last
    refused = replace(step, after=step.before, receipt=replace(step.receipt, rejection=Rejection("CONS-6", "")))
    assert Tally(thorough=True).check_step(replace(refused, receipt=type(step.receipt)(Rejection("CONS-6", "")))) == []
    changed = replace(refused, after=replace(step.before, time=0))
    assert not INVARIANTS["rejections-change-nothing"].holds(changed)
