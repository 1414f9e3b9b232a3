"""Transactions that must be refused: replayed, expired, forged, out of bounds, for another chain, or not one at all.

They are mixed in among the good ones at a low rate, in the main job as in life. Each names the rule that refuses it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

from clearstone.models.market.listing import MAIN, PERPETUAL
from clearstone.models.market.participants import Desk, Holder, View
from clearstone.models.market.traders import payment
from clearstone.models.signing import SigningKey
from clearstone.spec.encoding.records import decode_record, encode_record
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS
from clearstone.spec.receipts import Rejection
from clearstone.spec.transactions import Action, Body, Cancel, Liquidate, Place, Signature, Transaction, Transfer

RATE = 0.15
"""Part of the blocks with such a transaction."""


def order(market: str = PERPETUAL, lots: int = 1, price: int | None = None) -> Place:
    """A small market order, with one thing wrong about it."""
    return Place(market, "buy", lots, price, "ioc", False, "cancel-maker")


@dataclass(slots=True)
class Mischief:
    """One who tries what must not work."""

    holder: Holder
    """Whose account it uses; it has some cash in it."""
    desk: Desk
    """Where its transactions are signed."""
    last: Transaction | None = None
    """A transaction of its own that used up its nonce, to be replayed."""
    refused_at_the_door: list[Rejection] = field(default_factory=list)
    """What bytes that are no transaction were answered."""

    def transactions(self, view: View) -> tuple[Transaction, ...]:
        """At most one, for the block to come."""
        random = self.holder.random
        if random.random() >= RATE:
            return ()
        if view.account(self.holder) is None or self.last is None:
            self.last = self._make(view, Transfer(self.holder.account, 1))
            return (self.last,)
        kinds: tuple[Callable[[View, Random], Transaction | None], ...] = (
            self._replayed,
            self._expired,
            self._for_another_chain,
            self._forged,
            self._without_owner,
            self._refused_by_the_ledger,
            self._barely_attested,
            self._malformed,
        )
        made = random.choice(kinds)(view, random)
        return () if made is None else (made,)

    def _make(self, view: View, action: Action) -> Transaction:
        """A sound transaction of its account."""
        return self.desk.transaction(self.holder, action, view.state.time)

    def _signed(self, body: Body) -> Transaction:
        """A body with the owner's signature."""
        return Transaction(body, (Signature(self.holder.key.public, self.holder.key.sign(body)),))

    def _replayed(self, view: View, random: Random) -> Transaction | None:
        """LEDGER-6. One that was there before."""
        return self.last

    def _expired(self, view: View, random: Random) -> Transaction:
        """LEDGER-6. One that comes too late."""
        return self._signed(replace(self._make(view, order()).body, expires=view.state.time - 1))

    def _for_another_chain(self, view: View, random: Random) -> Transaction:
        """LEDGER-6. One meant for somewhere else."""
        return self._signed(replace(self._make(view, order()).body, chain="elsewhere"))

    def _forged(self, view: View, random: Random) -> Transaction:
        """ENC-2. One whose signature is a bit off."""
        made = self._make(view, order())
        signature = bytearray(made.signatures[0].signature)
        signature[random.randrange(64)] ^= 1 << random.randrange(8)
        return replace(made, signatures=(Signature(made.signatures[0].key, bytes(signature)),))

    def _without_owner(self, view: View, random: Random) -> Transaction:
        """ENC-2. One that somebody else signed."""
        made = self._make(view, order())
        thief = SigningKey.derive(0, "thief")
        return replace(made, signatures=(Signature(thief.public, thief.sign(made.body)),))

    def _refused_by_the_ledger(self, view: View, random: Random) -> Transaction:
        """BOOK-1, BOOK-2, BOOK-3, NUM-5, LEDGER-4, LIQ-1, MARGIN-6. Authentic, and wrong in itself."""
        actions: tuple[Action, ...] = (
            order(market="no-such-market"),
            order(lots=0),
            order(lots=MAX_LOTS + 1),
            order(price=-5),
            order(lots=MAX_LOTS),
            Place(PERPETUAL, "sell", 1, 1, "gtc", False, "cancel-maker"),
            Transfer(self.holder.account, 1),
            Transfer("nobody", 1),
            Transfer(self.holder.account, MAX_ATOMS + 1),
            Liquidate(random.choice(sorted(view.state.ledger.accounts.entries)), PERPETUAL, 1),
            Cancel(0),
        )
        self.last = self._make(view, random.choice(actions))
        return self.last

    def _barely_attested(self, view: View, random: Random) -> Transaction:
        """LEDGER-5. A deposit that one validator alone attests."""
        made = self._make(view, payment(self.holder, 1, view.height))
        return replace(made, signatures=made.signatures[:1])

    def _malformed(self, view: View, random: Random) -> Transaction | None:
        """ENC-1, ENC-3. Bytes that decode to nothing: they never get as far as a block."""
        data = encode_record(self._make(view, order()))
        decoded = decode_record(Transaction, data[: random.randrange(len(data))])
        if isinstance(decoded, Rejection):
            self.refused_at_the_door.append(decoded)
            return None
        return decoded


def make_mischief(seed: int, desk: Desk) -> Mischief:
    """The one who tries, in the pool `main`."""
    return Mischief(Holder.make(seed, "mischief", MAIN), desk)
