"""Pools of which every figure is another one, insurance windows in use, the last pots, parameters of a few units."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from clearstone.conformance.suites.account_edits import account_of, holding, with_account, with_equity, with_locked
from clearstone.conformance.suites.default_bound_cases import LOT, MARKET, and_holding, flag, played
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING, LedgerStage
from clearstone.models.chain import Chain
from clearstone.models.scenario_genesis import PERPETUAL, POOL, USD, buy, scenario_genesis, sell, series
from clearstone.spec.ledger_state import Market, Pool
from clearstone.spec.snapshot import Snapshot, snapshot_of
from clearstone.spec.transactions import Action, ChangeParameter, Deposit, Liquidate, Transfer, Withdraw

ID = bytes(range(32))
CALL = series(call=True, strike=50_000)


def book_drafts() -> list[Draft]:
    """The cases about pools, of the suite `book`."""
    stage, alice, bob = _stage("book")
    stage.acts(bob, sell(MARKET, 2, 50_000))
    state = _with_figures(stage, _late(stage, snapshot_of(stage.chain.state), bob))
    return [_tried(stage, "in-a-pool-of-many-figures", alice, buy(MARKET, 1, 50_000), state, ("BOOK-7", "LEDGER-1"))]


def ledger_drafts() -> list[Draft]:
    """The cases about pools and parameters, of the suite `ledger`."""
    stage, alice, bob = _stage("ledger")
    state = _with_figures(stage, _late(stage, snapshot_of(stage.chain.state), alice))
    rules = ("LEDGER-5", "LEDGER-1", "PERP-2")
    for name, action in (("withdraw", Withdraw(ID, 1_000)), ("transfer", Transfer(bob, 1_000))):
        _tried(stage, f"{name}-in-a-pool-of-many-figures", alice, action, state, rules)
    deposit = RING.signed(stage.chain.attest(Deposit(ID, alice, 1_000)))
    told = "Nothing else of the pool moves."
    stage.tries_signed("deposit-in-a-pool-of-many-figures", told, rules, deposit, state)
    return [*stage.drafts, *_owed(), *_carried(), *_small_parameters()]


def liquidation_drafts() -> list[Draft]:
    """The cases about pools, and odd prices, of the suite `liquidation`."""
    pool = replace(POOL, penalty=4_999)
    stage = LedgerStage("liquidation", partial(scenario_genesis, first_index=50_003, options=(CALL,), pool=pool))
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    held = holding(stage, alice, 0, (MARKET, 3, 3 * LOT))
    weak = with_equity(stage, held, alice, 4_000_000)
    now, found = stage.chain.state.time, []
    for elapsed in (0, 1_234, 400_001):
        state = _with_figures(stage, flag(weak, stage, alice))
        state = with_account(state, alice, replace(account_of(state, alice), flagged_at=now - elapsed))
        rules = ("LIQ-2", "LIQ-4", "NUM-3")
        found.append(_tried(stage, f"odd-price-after-{elapsed}", bob, Liquidate(alice, MARKET, 2), state, rules))
    return found


def waterfall_drafts() -> list[Draft]:
    """The cases about pools, of the suite `waterfall`."""
    return [*_windows(), *_last_pots(), *_charged(), *_odd_buffers(), *_swept()]


def _stage(suite: str, index: int = 50_000) -> tuple[LedgerStage, str, str]:
    stage = LedgerStage(suite, partial(scenario_genesis, first_index=index, options=(CALL,)))
    return stage, stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)


def _tried(stage: LedgerStage, name: str, who: str, action: Action, state: Snapshot, rules: tuple[str, ...]) -> Draft:
    told = "Every figure of pool and market is another one, and only those that the rule names change."
    stage.tries_signed(name, told, (*rules, "MARGIN-4"), RING.signed(stage.chain.sign(who, action)), state)
    return stage.drafts[-1]


def _late(stage: LedgerStage, state: Snapshot, account_id: str) -> Snapshot:
    """The state in which an account has a long of which some funding is not settled."""
    account = account_of(holding(stage, account_id, 9_000 * USD, (MARKET, 7, 7 * LOT)), account_id)
    [position] = account.positions
    late = replace(position, funding_index=position.funding_index - 3_333_333)
    return with_account(state, account_id, replace(account, positions=(late,)))


def _with_figures(stage: LedgerStage, state: Snapshot) -> Snapshot:
    """The state with every figure of its pool and markets set, each to another number."""

    def pool_of(pool: Pool) -> Pool:
        added = 11_000 + 13_000 + 17_000
        figures = replace(pool, fees=pool.fees + 11_000, escrow=13_000, residue=17_000, vault=pool.vault + added)
        return replace(figures, unassigned_used=19_000, unassigned_window=23)

    def market_of(market: Market) -> Market:
        figures = replace(market, open_interest=29, clearing=0, settlements=31, sequence=market.sequence + 37)
        return replace(figures, insurance_used=41_000, insurance_window=43)

    pools = tuple((name, pool_of(pool)) for name, pool in state.pools)
    return replace(state, pools=pools, markets=tuple((name, market_of(market)) for name, market in state.markets))


def _owed() -> list[Draft]:
    """What losers have still to pay in stays: withdrawals up to it, and an atom more."""
    stage, alice, bob = _stage("ledger")
    state = snapshot_of(stage.chain.state)
    found = []
    poor = with_account(state, bob, replace(account_of(state, bob), cash=-9_000 * USD))
    for clearing in (-300 * USD, 0, 300 * USD):
        markets = tuple(
            (name, replace(market, clearing=clearing if name == MARKET else 0)) for name, market in poor.markets
        )
        pools = tuple(
            (name, replace(pool, fees=7 * USD, residue=5 * USD, vault=pool.vault + 12 * USD + clearing))
            for name, pool in poor.pools
        )
        owing = replace(poor, markets=markets, pools=pools)
        least = min(1_000 * USD, 1_000 * USD + clearing)
        for amount in (least, least + 1):
            name = f"withdraw-{amount}-while-{'minus-' if clearing < 0 else ''}{abs(clearing)}-is-cleared"
            found.append(_tried(stage, name, alice, Withdraw(ID, amount), owing, ("LEDGER-5",)))
    return found


def _carried() -> list[Draft]:
    """Within one block: an index that still has to move, in one market and not in another."""
    return _leaving("", second_pool=True) + _leaving("alone-", second_pool=False)


def _leaving(prefix: str, second_pool: bool) -> list[Draft]:
    stage = LedgerStage("ledger", lambda: scenario_genesis(second_pool=second_pool))
    alice, bob = stage.open("alice", 10_000 * USD), stage.open("bob", 10_000 * USD)
    stage.acts(bob, sell(MARKET, 100, 50_000))
    stage.acts(alice, buy(MARKET, 100, 50_000))

    def leaves(chain: Chain, prices: dict[str, int], amount: int) -> None:
        chain.block(chain.sign(alice, Withdraw(ID, amount)), chain.sign(bob, Withdraw(ID, amount)), prices=prices)
        chain.block()

    moves = [("down", {"BTC": 40_000}), ("up", {"BTC": 60_000}), ("elsewhere", {"ETH": 3_000})]
    for name, prices in moves[:1] if prefix else moves:
        for amount in (9_600 * USD, 8_900 * USD):
            told = "Nobody leaves at the better of two prices, in the block in which they part."
            act = partial(leaves, prices=prices, amount=amount)
            stage.next_block_tries(f"leave-{prefix}{amount}-{name}", told, ("ORACLE-4", "MARGIN-4"), act)
    return stage.drafts


def _small_parameters() -> list[Draft]:
    """A step is a tenth of the value, floored, and at least one."""
    found = []
    for value in (0, 15, 20):
        pool = replace(POOL, penalty=value)
        market = replace(PERPETUAL, interest=-value)
        stage = LedgerStage("ledger", partial(scenario_genesis, pool=pool, perpetual=market))
        stage.open("alice", 1)
        for step in (-2, 1, 2, 3):
            if value + step >= 0 and (value > 0 or step <= 2):
                name = f"change-from-{value}-by-{'minus-' if step < 0 else ''}{abs(step)}"
                told = "A step is at most a tenth, floored, and one is always allowed."
                change = ChangeParameter(1, "pool/main", "penalty", value + step)
                stage.tries_attested(name, told, ("LEDGER-8",), change)
        negative = ChangeParameter(1, "market/BTC-PERP", "interest", -value - 2)
        stage.tries_attested(f"change-from-minus-{value}", "Of what is negative, too.", ("LEDGER-8",), negative)
        if value == 15:
            for more in (5_000_000_000, 5_000_000_001, 5_000_050_000):
                large = ChangeParameter(1, "pool/main", "insurance_target", POOL.insurance_target + more)
                stage.tries_attested(f"change-of-the-target-by-{more}", "Of large ones, too.", ("LEDGER-8",), large)
        fixed = ChangeParameter(1, "pool/main", "insurance_window", POOL.insurance_window + 1)
        if value == 0:
            stage.tries_attested("change-of-the-insurance-window", "Windows are numbered.", ("LEDGER-8",), fixed)
        found += stage.drafts
    return found


def _odd_buffers() -> list[Draft]:
    """The buffer of an odd requirement is ceiled."""
    stage, alice, _ = _stage("waterfall", 50_003)
    held = holding(stage, alice, 0, (MARKET, 1, LOT))
    buffered = -(-1_500_090 * 105 // 100)
    found = []
    for equity in (buffered - 1, buffered):
        state = flag(with_equity(stage, held, alice, equity), stage, alice)
        found.append(played("waterfall", f"odd-buffer-at-{equity}", "A flag goes with the buffer.", stage, state))
    return found


def _swept() -> list[Draft]:
    """What settlements left in the clearing balance goes to the residue: after none, one and two of them."""
    stage, alice, bob = _stage("waterfall")
    found = []
    for settlements in (0, 1, 2):
        state = snapshot_of(stage.chain.state)
        state = flag(with_equity(stage, state, alice, -100), stage, alice)
        markets = tuple(
            (name, replace(each, clearing=7, settlements=settlements) if name == MARKET else each)
            for name, each in state.markets
        )
        pools = tuple((name, replace(pool, vault=pool.vault + 7)) for name, pool in state.pools)
        state = replace(with_account(state, bob, account_of(state, bob)), markets=markets, pools=pools)
        told = "A default sweeps what rounding has left."
        found.append(played("waterfall", f"swept-after-{settlements}-settlements", told, stage, state))
    return found


def _windows() -> list[Draft]:
    """What the fund has paid in this window, and in one before, counts or does not."""
    found = []
    market = replace(PERPETUAL, insurance_cap=1_000)
    pool = replace(POOL, unassigned_cap=1_000)
    stage = LedgerStage("waterfall", partial(scenario_genesis, perpetual=market, pool=pool, insurance=5_000))
    alice, bob = stage.open("alice", 10 * USD), stage.open("bob", 10 * USD)
    window = stage.chain.state.time // POOL.insurance_window
    for lots in (0, 1):
        positions = ((MARKET, lots, lots * LOT),) if lots else ()
        held = holding(stage, alice, 0, *positions)
        held = and_holding(stage, held, bob, tuple((name, -n, -cost) for name, n, cost in positions))
        held = flag(with_equity(stage, with_equity(stage, held, bob, 2_000), alice, -1_500), stage, alice)
        for used, when in ((400, window), (400, window - 1), (1_000, window), (1_200, window), (999, window)):
            pools = tuple((n, replace(p, unassigned_used=used, unassigned_window=when)) for n, p in held.pools)
            markets = tuple((n, replace(m, insurance_used=used, insurance_window=when)) for n, m in held.markets)
            state = replace(held, pools=pools, markets=markets)
            told = "What the fund paid before counts in its own window."
            name = f"window-{'now' if when == window else 'before'}-used-{used}-{'market' if lots else 'unassigned'}"
            found.append(played("waterfall", name, told, stage, state))
    return found


def _last_pots() -> list[Draft]:
    """Nobody has anything left: the fund above its cap, the residue, the fees, one after the other."""
    found = []
    market = replace(PERPETUAL, insurance_cap=0)
    pool = replace(POOL, unassigned_cap=0)
    stage = LedgerStage("waterfall", partial(scenario_genesis, perpetual=market, pool=pool, insurance=0))
    alice = stage.open("alice", 10 * USD)
    for deficit in (250, 300, 301, 500, 700, 999, 1_000):
        held = flag(with_equity(stage, snapshot_of(stage.chain.state), alice, -deficit), stage, alice)
        pools = tuple(
            (name, replace(each, insurance=300, residue=400, fees=300, vault=1_000 - deficit))
            for name, each in held.pools
        )
        told = "The last pots pay in their order, each what it has."
        found.append(played("waterfall", f"last-pots-pay-{deficit}", told, stage, replace(held, pools=pools)))
    return found


def _charged() -> list[Draft]:
    """An account that pays has locked profit, and profit in two positions: which of them is used up first."""
    found = []
    stage = LedgerStage("waterfall", partial(scenario_genesis, options=(CALL,), insurance=0))
    alice, bob, carol, dora = (stage.open(name, 1_000 * USD) for name in ("alice", "bob", "carol", "dora"))
    for deficit in (50, 100, 101, 250, 400, 401, 2_000, 10_000):
        state = flag(with_equity(stage, snapshot_of(stage.chain.state), alice, -deficit), stage, alice)
        positions = ((CALL.market, 1, 1_000_000 - 300), (MARKET, 1, LOT - 500))
        state = with_locked(stage, and_holding(stage, state, bob, positions), bob, 60, 40)
        state = with_equity(stage, state, bob, 5_000)
        state = with_equity(stage, and_holding(stage, state, carol, ((MARKET, -1, -LOT - 77),)), carol, 3_000)
        state = with_equity(stage, state, dora, -5)
        told = "A charge uses up locked profit, the earlier part first, then profit of positions, ascending."
        found.append(played("waterfall", f"charged-for-{deficit}", told, stage, state))
    return found
