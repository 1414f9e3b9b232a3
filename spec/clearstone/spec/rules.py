"""Every rule of the protocol, one sentence each: the table of contents of the spec.

A rule's id stands at the head of the docstring of the function that implements it, in the rejection that it causes and
in every report. The sentence here says what the rule promises; how, and why it is so, stands next to the code.
`clearstone rules` prints this table with the place of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

RULES: Mapping[str, str] = MappingProxyType(
    {
        # Numbers
        "NUM-1": "Everything is an integer; there is no float, no clock, no randomness and no reliance on map order.",
        "NUM-2": "Sizes are lots, prices are ticks, and lots × ticks × multiplier is exact: trading never rounds.",
        "NUM-3": "Division is by floor or by ceiling, by a positive divisor, and rounds against the account.",
        "NUM-4": "What rounding leaves over goes to a named residue balance, and nothing asserts that it is zero.",
        "NUM-5": "Every quantity has a bound; passing it is a rejection, never a wrap.",
        "NUM-6": "An amount is apportioned over caps exactly, by differences of floored prefix shares.",
        # Ledger
        "LEDGER-1": "A pool's vault equals its claims after every transition, and no pot is negative at any sub-step.",
        "LEDGER-2": "Equity is cash plus positions at mark, and the lots of every instrument sum to zero.",
        "LEDGER-3": "A position remembers its signed entry cost, a memo that moves no money.",
        "LEDGER-4": "Accounts belong to owners and live in one risk pool, whose losses no other pool can feel.",
        "LEDGER-5": "A deposit credits what came in; a withdrawal is paid once, and not before losers have paid in.",
        "LEDGER-6": "A transaction is authentic, of this chain, unexpired, and executes at most once.",
        "LEDGER-7": "State changes by the listed transactions and the block's own steps, in one stated order.",
        "LEDGER-8": "Parameters change only if attested, after a delay, by a bounded step, harming no healthy account.",
        "LEDGER-9": "At block end fees top up the insurance fund to its target; the rest stays in fees.",
        # Oracle and marks
        "ORACLE-1": "A price report counts if it is fresh, positive and newer than its signer's last.",
        "ORACLE-2": "Without reports of more than 2/3 of the power and of three signers, a feed is frozen.",
        "ORACLE-3": "The index is the lower weighted median of the reports.",
        "ORACLE-4": "The index moves by a bounded step per block, and carries the rest to the next blocks.",
        "ORACLE-5": "While a feed is frozen, and for a grace period after, nothing may raise risk or liquidate by it.",
        "ORACLE-6": "Block time is the weighted median of the last commit's timestamps, and strictly increases.",
        "MARK-1": "A perpetual is marked at its index, an option at its report within no-arbitrage bounds.",
        # Trading
        "BOOK-1": "A user's number is accepted exactly or rejected, never rounded.",
        "BOOK-2": "Orders match by price, then time, at the maker's price, and honour their time in force.",
        "BOOK-3": "No order trades far outside the index: market orders are collared, limit orders banded.",
        "BOOK-4": "No trade has the same owner on both sides.",
        "BOOK-5": "Open orders need initial margin for the worse of their two sides.",
        "BOOK-6": "Each fill leaves both sides healthy; a maker that would fail is cancelled and the taker goes on.",
        "BOOK-7": "Fees are ceiled, and a maker's rebate is floored and at most the taker's fee.",
        # Instruments
        "PERP-1": "Funding is one signed cumulative index per market, and accrues additively over time.",
        "PERP-2": "Funding is settled before an account is touched: payers pay the ceiling, receivers get the floor.",
        "PERP-3": "The funding rate is the clamped median premium of the book over the index, plus interest.",
        "OPT-1": "Options are European, paid for when traded and settled in cash by exact integers.",
        "OPT-2": "The settlement price is the floored mean of the index samples before expiry, rounded once.",
        "OPT-3": "A series is at every instant in one of trade, pending and settle; each holder settles exactly once.",
        "OPT-4": "While a series of a pool is pending, nobody in that pool withdraws or transfers.",
        # Margin
        "MARGIN-1": "A perpetual's margin is a ceiled integer per lot, and so monotone in lots.",
        "MARGIN-2": "A short option's isolated margin is its mark plus a share of the index, by kind.",
        "MARGIN-3": "Per expiry the margin is the lesser of the isolated sum and the worst loss plus naked calls.",
        "MARGIN-3a": "The requirement takes back what marks already put into equity, and is never negative.",
        "MARGIN-4": "Initial margin, withdrawals and transfers do not count unrealised profit beyond its cap.",
        "MARGIN-4a": "Realised profit is locked for the liquidation horizon before it can be withdrawn.",
        "MARGIN-5": "Initial margin grows with the open interest of the previous block; maintenance does not.",
        "MARGIN-6": "After a user's transaction every account it touched has initial margin, or nothing worsened.",
        "MARGIN-7": "A coalition trading with itself takes out at most mark and funding profit and its own deficits.",
        # Liquidation and default
        "LIQ-1": "An account is liquidatable strictly below maintenance, at fresh prices, its orders cancelled first.",
        "LIQ-2": "A liquidator takes over lots at mark less a discount that grows with time since the flag.",
        "LIQ-3": "No more is liquidated than restores the buffer, and never past zero.",
        "LIQ-4": "Discount and penalty together never lower the ratio of equity to requirement.",
        "LIQ-5": "The liquidator is checked after taking over, and no third party can block a liquidation.",
        "WATER-1": "A defaulted account's positions close at mark against opposite ones, those in profit first.",
        "WATER-2": "A deficit falls on the fund, profits, equity, then what is left, in that order.",
        "WATER-3": "A deficit is assigned exactly, and pushes no other account below zero.",
        # Consensus
        "CONS-1": "A quorum is strictly more than two thirds of the voting power.",
        "CONS-2": "Validators follow Tendermint's guarded rules, one function each.",
        "CONS-3": "A correct validator never equivocates and obeys its lock, also across restarts.",
        "CONS-4": "The proposer follows from the validators, the height and the round, in proportion to power.",
        "CONS-5": "If correct validators decide differently, more than a third of the power is provably guilty.",
        "CONS-6": "A block names its predecessor, the commit of it and the state root after it.",
        # Encoding
        "ENC-1": "Values have one canonical encoding, and the state one Merkle root that depends on content alone.",
        "ENC-2": "Signatures are strict Ed25519 over domain-separated bytes.",
        "ENC-3": "Malformed input is a rejection with a code, never an exception.",
    }
)
"""The rules, id to sentence, in the order in which the spec is read."""
