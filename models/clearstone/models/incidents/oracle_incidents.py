"""Incidents of price feeds: prices that were donated, averaged, stopped, or scaled wrongly."""

from __future__ import annotations

from collections.abc import Mapping

from clearstone.models.chain import named_key
from clearstone.models.incidents.enumeration import expect_only_known_kinds
from clearstone.models.incidents.ledger_figures import account_of, identifier
from clearstone.models.incidents.scenario import Scenario, Trial, act
from clearstone.models.scenario_genesis import (
    FIRST_INDEX,
    MINUTE,
    USD,
    buy,
    scenario_genesis,
    sell,
    series,
    trade,
    walk_index,
)
from clearstone.spec.consensus.validators import Validator
from clearstone.spec.numbers import MAX_TICKS
from clearstone.spec.transactions import Cancel, Deposit, Liquidate, Transfer, Withdraw


def donation_to_the_price(trial: Trial) -> None:
    """Compare the quotes of a chain in which a pool is flooded with cash with those of one in which it is not."""
    quiet, flooded = (trial.start(scenario_genesis()) for _ in range(2))
    for chain in (quiet, flooded):
        whale, other = (chain.open(name, "main", 1_000 * USD) for name in ("whale", "other"))
        gift = chain.attest(Deposit(identifier("gift"), whale, 130_000_000 * USD))
        passed_on = chain.sign(whale, Transfer(other, 65_000_000 * USD))
        chain.block(*((gift, passed_on) if chain is flooded else ()))
        chain.block()
    trial.expect(
        "quotes after a donation of $130 M are those without it",
        dict(quiet.state.quotes.items()) == dict(flooded.state.quotes.items()),
    )
    before = flooded.state.feeds["BTC"].index
    flooded.block(prices={"BTC": 2 * before})
    moved = flooded.state.feeds["BTC"].index - before
    trial.expect("a price that doubles in one block moves the index by 5 %", moved == before // 20, moved)
    trial.expect("the rest is carried", flooded.state.feeds["BTC"].median == 2 * before)
    long, short = (quiet.open(name, "main", 1_000 * USD) for name in ("long", "short"))
    trade(quiet, long, short, "BTC-PERP", 100, FIRST_INDEX)
    leaving = quiet.sign(long, Withdraw(identifier("before it falls"), 500 * USD))
    caught = quiet.block(leaving, prices={"BTC": FIRST_INDEX // 2}).receipt.transactions[0]
    trial.refused("while it is carried nobody leaves at the better price", "ORACLE-4", caught)


def mean_of_two_sources(trial: Trial) -> None:
    """Let one of four reports be a thousandfold wrong, then let only two report, then weigh two as a quorum."""
    chain = trial.start(scenario_genesis())
    keys = [validator.key for validator in chain.state.validators]
    honest = (FIRST_INDEX + 10, FIRST_INDEX - 10, FIRST_INDEX + 20)
    reports = {key: {"BTC": price} for key, price in zip(keys[1:], honest, strict=True)}
    for wrong in (1_000 * FIRST_INDEX, 1):
        chain.block(reports={keys[0]: {"BTC": wrong}, **reports})
        index = chain.state.feeds["BTC"].median
        trial.expect(
            f"with one report of {wrong} the index lies between two honest ones",
            min(honest) <= index <= max(honest),
            index,
        )
    last = chain.state.feeds["BTC"].index
    two: dict[bytes, dict[str, int]] = {keys[0]: {"BTC": 1_000 * FIRST_INDEX}, keys[1]: {"BTC": FIRST_INDEX}}
    silent: dict[bytes, dict[str, int]] = {keys[2]: {}, keys[3]: {}}
    chain.block(elapsed=11 * MINUTE, reports={**two, **silent})
    feed = chain.state.feeds["BTC"]
    trial.expect("two sources of four freeze the feed", feed.fresh_blocks == 0, feed.fresh_blocks)
    trial.expect("and the index stays where it was", feed.index == last, feed.index)
    _two_heavy_sources(trial)


def _two_heavy_sources(trial: Trial) -> None:
    """Give two validators nearly all the power: they are a quorum, but two sources can only contradict each other."""
    powers = zip(sorted(named_key(name) for name in "abcd"), (10, 10, 1, 1), strict=True)
    chain = trial.start(scenario_genesis(validators=tuple(Validator(key, power) for key, power in powers)))
    keys = [validator.key for validator in chain.state.validators]
    chain.block(elapsed=11 * MINUTE, reports={keys[2]: {}, keys[3]: {}})
    feed = chain.state.feeds["BTC"]
    trial.expect("two sources with 20/22 of the power freeze the feed", feed.fresh_blocks == 0, feed.fresh_blocks)


def feed_paused_at_the_floor(trial: Trial) -> None:
    """Stop the reports of a feed, and try to raise risk, leave and liquidate at its last price."""
    chain = trial.start(scenario_genesis())
    long, other, short, idle = (chain.open(name, "main", 1_000 * USD) for name in ("long", "other", "short", "idle"))
    trade(chain, long, short, "BTC-PERP", 200, FIRST_INDEX)
    trade(chain, other, short, "BTC-PERP", 10, FIRST_INDEX)
    for price in (FIRST_INDEX - 50, FIRST_INDEX - 100):
        act(chain, short, buy("BTC-PERP", 20, price, "post-only"))
    last_bid = account_of(chain, short).nonce
    walk_index(chain, 45_500)
    silence: dict[bytes, dict[str, int]] = {validator.key: {} for validator in chain.state.validators}

    def refuse_all(when: str, reports: Mapping[bytes, Mapping[str, int]] | None) -> None:
        attempts = {
            "raising risk": chain.sign(long, buy("BTC-PERP", 1, 45_500, "ioc")),
            "withdrawing": chain.sign(short, Withdraw(identifier(when), USD)),
            "transferring": chain.sign(other, Transfer(idle, USD)),
            "liquidating": chain.sign(idle, Liquidate(long, "BTC-PERP", 10)),
        }
        receipts = chain.block(*attempts.values(), reports=reports).receipt.transactions
        for attempt, receipt in zip(attempts, receipts, strict=True):
            trial.refused(f"{attempt} is refused while the feed is {when}", "ORACLE-5", receipt)

    chain.block(elapsed=11 * MINUTE, reports=silence)
    refuse_all("frozen", silence)
    cancelling = chain.sign(short, Cancel(last_bid))
    reducing = chain.sign(long, sell("BTC-PERP", 20, 45_500, "ioc", reduce_only=True))
    cancelled, reduced = chain.block(cancelling, reducing, reports=silence).receipt.transactions
    trial.accepted("cancelling stays open", cancelled)
    trial.accepted("reducing stays open", reduced)
    refuse_all("in its grace period", None)
    due = act(chain, idle, Liquidate(long, "BTC-PERP", 10))
    trial.accepted("after the grace period what is due is liquidated", due)


def wrong_scale(trial: Trial) -> None:
    """Report an expiry's prices at a wrong scale, and push the spot price just before expiry."""
    call = series(call=True, strike=FIRST_INDEX)
    chain = trial.start(scenario_genesis(options=(call,)))
    liar = chain.state.validators[0].key
    scaled = 10_000 * FIRST_INDEX
    chain.block(reports={liar: {"BTC": scaled, call.mark_feed: scaled}})
    index = chain.state.feeds["BTC"].median
    trial.expect("one report 10,000 times too large leaves the index where it is", index == FIRST_INDEX, index)
    beyond = chain.block(reports={liar: {"BTC": MAX_TICKS + 1, call.mark_feed: 1}})
    refused = beyond.receipt.rejection
    trial.expect("no block holds a report past all bounds", refused is not None and refused.rule == "NUM-5", refused)
    chain.block(prices={call.mark_feed: MAX_TICKS})
    for _ in range(300):
        chain.block()
    mark = chain.state.quotes[call.market].mark
    trial.expect("a mark at a wrong scale counts as the index at most", mark <= FIRST_INDEX * call.multiplier, mark)
    chain.block(time=call.expiry - 120_000)
    indices: list[int] = []
    while chain.state.time < call.expiry:
        pushed = 2 * FIRST_INDEX if call.expiry - chain.state.time <= 8_000 else FIRST_INDEX
        chain.block(elapsed=4_000, prices={"BTC": pushed})
        indices.append(chain.state.feeds["BTC"].index)
    price = chain.state.expiries[f"BTC/{call.expiry}"].price
    trial.expect("the settlement price is set", price is not None)
    trial.expect("it lies within the indices of the window", min(indices) <= (price or 0) <= max(indices), price)
    tolerated = FIRST_INDEX // 100
    trial.expect("two pushed slots move it by less than 1 %", (price or 0) < FIRST_INDEX + tolerated, price)
    expect_only_known_kinds(trial, "write a price, or upgrade a running chain")


SCENARIOS = (
    Scenario(
        number=8,
        title="A donation doubles the price of a share",
        happened="Cream, October 2021, $130 M: a vault's share price was doubled atomically by a donation [2].",
        answer="There are no shares: a price is a function of signed reports alone, and moves by a bounded step.",
        rules=("ORACLE-1", "ORACLE-3", "ORACLE-4", "MARK-1"),
        script=donation_to_the_price,
    ),
    Scenario(
        number=9,
        title="The mean of two sources",
        happened="Synthetix sKRW, June 2019: two sources were left, one a thousandfold off, and averaged [P].",
        answer="A feed without three signers and more than 2/3 of the power is frozen; the index is a median.",
        rules=("ORACLE-2", "ORACLE-3"),
        script=mean_of_two_sources,
    ),
    Scenario(
        number=10,
        title="A feed that stands still at its floor",
        happened="Venus and LUNA, May 2022, $11.2 M: the price stuck at .107 while the market traded at .01 [2].",
        answer="On a frozen feed, and for a grace period after, nothing raises risk, leaves or is liquidated.",
        rules=("ORACLE-1", "ORACLE-2", "ORACLE-5", "MARK-1"),
        script=feed_paused_at_the_floor,
    ),
    Scenario(
        number=13,
        title="Prices at a wrong scale",
        happened="Ribbon/Aevo, December 2025, $2.7 M: an upgrade mixed decimals, and expiry prices were set false [2].",
        answer="absent: no upgrade in place; a price is in ticks of its feed, and only reports write it.",
        rules=("ORACLE-1", "ORACLE-3", "MARK-1", "OPT-2", "LEDGER-8"),
        script=wrong_scale,
    ),
)
"""The scenarios of this theme."""
