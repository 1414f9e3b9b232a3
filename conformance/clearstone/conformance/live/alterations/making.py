"""Making up changes of a question: nearby integers, texts and records from elsewhere, lists with an item more or less.

Integers keep to one side of zero, unless their field is signed or a vector has other ones there: what records state as
their bounds is mostly that. What is past other bounds is not asked (`bounds`).
"""

from __future__ import annotations

from random import Random

from clearstone.conformance.live.alterations.alteration import Alteration
from clearstone.conformance.live.alterations.places import Part, at_place, some_part, whole
from clearstone.conformance.wire import Json
from clearstone.spec.encoding.shapes import Choice, Leaf, Optional, Sequence

SIGNED = frozenset(
    {
        "Account.cash",
        "Division.numerator",
        "Funding.index",
        "Funding.rate",
        "Funding.samples[]",
        "FundingToAdvance.sample",
        "Market.clearing",
        "OptionParameters.maker_fee",
        "PerpetualParameters.maker_fee",
        "PerpetualToQuote.funding_index",
        "Position.cost",
        "Position.funding_index",
        "Position.lots",
        "Weighted.weighted[][0]",
    }
)
"""Places of integers that may have either sign."""
NEAR = (1, 1, 1, 2, 7, 100, 1_000, 60_000)
"""How far off an integer may be put: lots, ticks, ms."""
HOW_MANY = (1, 1, 1, 1, 1, 2, 2, 3)
"""How many changes a question gets."""
TRIES = 12
"""How often a part is chosen before a change is given up: there may be nothing else to put in its place."""
AGAIN = 0.15
"""How often, where there are blocks, what was sent is sent again, or what is to be sent has been."""


def made_up(chance: Random, question: type, given: Json, donors: tuple[Json, ...]) -> Alteration | None:
    """A change of a question; what comes from elsewhere comes from it or from the donors, of the same kind."""
    if "blocks" in given and chance.random() < AGAIN:
        again = sent_again(chance, given)
        if again is not None:
            return again
    if "transaction" in given and chance.random() < AGAIN:
        used = id_in_use(given)
        if used is not None:
            return used
    for _ in range(TRIES):
        part = some_part(chance, whole(question, given))
        found = _change(chance, part, [whole(question, each) for each in (given, *donors)])
        if found is not None:
            return found
    return None


def sent_again(chance: Random, given: Json) -> Alteration | None:
    """A transaction of some block comes in once more, there or later, with a nonce that was not used: its ids again."""
    blocks = given["blocks"]
    sent = [(place, each) for place, block in enumerate(blocks) for each in block["transactions"]]
    if not sent:
        return None
    place, transaction = chance.choice(sent)
    body = transaction["body"]
    if body["account"]:
        nonces = [int(each["body"]["nonce"]) for _, each in sent if each["body"]["account"] == body["account"]]
        body = {**body, "nonce": str(max(nonces) + 1)}
    block = chance.randrange(place, len(blocks))
    path = ("blocks", block, "transactions", len(blocks[block]["transactions"]))
    return Alteration(path, "insert", {**transaction, "body": body})


def id_in_use(given: Json) -> Alteration | None:
    """The id that a transaction names was used before: the table that keeps such ids for good has an entry for it."""
    body, state = given["transaction"]["body"], given["state"]
    [(kind, action)] = body["action"].items()
    if kind == "Deposit":
        table, entry = "deposits", [action["deposit_id"], "1"]
    elif kind in ("Withdraw", "Release"):
        account_id = body["account"] if kind == "Withdraw" else action["account"]
        pools = [account["pool"] for key, account in state["accounts"] if key == account_id]
        if not pools:
            return None
        paid = {"pool": pools[0], "account": account_id, "amount": "1", "status": "released"}
        table, entry = "withdrawals", [f"{account_id}/{action['withdrawal_id']}", paid]
    else:
        return None
    place = _place_of(entry, state[table])
    there = any(key == entry[0] for key, _ in state[table])
    return None if there else Alteration(("state", table, place), "insert", entry)


def _change(chance: Random, part: Part, others: list[Part]) -> Alteration | None:
    """A change of a part, or None if none is found."""
    match part.shape:
        case Sequence():
            return _change_of_list(chance, part, others)
        case Leaf() if part.shape.kind is bool:
            return Alteration(part.path, "put", not part.value)
        case Leaf() if part.shape.kind is int:
            found: list[Json] = _integers(chance, part, _elsewhere(part, others))
        case Leaf() if part.shape.kind is bytes:
            found = [*_elsewhere(part, others)] * 3 + _octets(chance, part.value)
        case Leaf():
            found = [*_elsewhere(part, others)] * 3 + [part.value + "x", part.value[:-1]]
        case Choice():
            found = list(part.shape.texts)
        case Optional():
            found = [*_elsewhere(part, others), None]
            if part.value is None and isinstance(part.shape.present, Leaf) and part.shape.present.kind is int:
                found += ["0", "1"]
        case _:
            found = _elsewhere(part, others)
    found = [each for each in found if each != part.value]
    return Alteration(part.path, "put", chance.choice(found)) if found else None


def _elsewhere(part: Part, others: list[Part]) -> list[Json]:
    """What stands at places of the same kind."""
    return [value for other in others for value in at_place(other, part.place)]


def _integers(chance: Random, part: Part, elsewhere: list[Json]) -> list[Json]:
    """Integers to put in the place of one; where a range is stated also its ends, and past them."""
    held, near = int(part.value), chance.choice(NEAR)
    found = [held + near, held - near, held * 2, held // 2, held + held // 10, held - held // 10]
    if part.place in SIGNED:
        found += [0, -held, 1, -1]
    else:
        found = [value for value in found if value > 0 or held <= 0 <= value]
    if part.bounds is not None:
        low, high = part.bounds
        found += [low, low - 1, high, high + 1]
    return [str(value) for value in found] + elsewhere[:8]


def _octets(chance: Random, value: str) -> list[Json]:
    """Bytes to put in the place of some: with a bit changed, a byte too few or too many."""
    data = bytearray.fromhex(value)
    if not data:
        return ["00"]
    shorter, longer = data[:-1].hex(), value + "00"
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    return [data.hex(), data.hex(), shorter, longer]


def _change_of_list(chance: Random, part: Part, others: list[Part]) -> Alteration | None:
    """An item goes, comes twice, comes from elsewhere, or changes places with the next one."""
    held: list[Json] = part.value
    how = chance.choice(("remove", "twice", "swap", "elsewhere", "elsewhere"))
    if how == "elsewhere":
        items = [item for items in _elsewhere(part, others) for item in items if item not in held]
        if not items:
            return None
        item = chance.choice(items)
        return Alteration((*part.path, _place_of(item, held)), "insert", item)
    if not held or (how == "swap" and len(held) < 2):
        return None
    place = chance.randrange(len(held) - (how == "swap"))
    if how == "twice":
        return Alteration((*part.path, place), "insert", held[place])
    return Alteration((*part.path, place), "remove" if how == "remove" else "swap")


def _place_of(item: Json, held: list[Json]) -> int:
    """Where an item comes in: an entry of a table where its key belongs, others at the end."""
    if isinstance(item, list) and item and isinstance(item[0], str):
        return sum(1 for each in held if each[0] < item[0])
    return len(held)
