"""Messages, commits and validators: what is admitted, and the first reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from clearstone.conformance.operations.consensus_operations import CommitToCheck, MessageToCheck, ValidatorsToCheck
from clearstone.conformance.suites.draft import Draft
from clearstone.conformance.suites.ledger_stage import RING
from clearstone.spec.blocks import NIL, Commit, CommitSignature
from clearstone.spec.consensus.messages import (
    MAX_HEIGHT,
    MAX_PRICES,
    MAX_ROUND,
    NO_ROUND,
    PRECOMMIT,
    PREVOTE,
    Message,
    Proposal,
    SignedMessage,
    Vote,
)
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import MAX_POWER, Validator
from clearstone.spec.numbers import MAX_TEXT, MAX_TICKS, MAX_TIME

KEYS = sorted(RING.named(f"judge {number}") for number in range(4))
VALIDATORS = tuple(Validator(key, 1) for key in KEYS)
STRANGER = RING.named("stranger")
BLOCK = sha256(b"block").digest()
PREVOTED = Vote("c", 9, 1, PREVOTE, BLOCK, 0, ())
PRECOMMITTED = Vote("c", 9, 1, PRECOMMIT, BLOCK, 1_600_000_000_000, (("BTC", 50_000), ("ETH", 2_000)))
PROPOSED = Proposal("c", 9, 1, BLOCK, NO_ROUND)
TURN = proposer(VALIDATORS, 9, 1)


def drafts() -> list[Draft]:
    """The cases about messages, commits and validators."""
    return [*_messages(), *_commits(), *_validators()]


def _message(name: str, told: str, rule: str, message: Message, sender: bytes, signature: bytes | None = None) -> Draft:
    signed = SignedMessage(sender, message, RING.signature(sender, message) if signature is None else signature)
    question = MessageToCheck("c", VALIDATORS, signed)
    return Draft(f"consensus/message-{name}", told, (rule,), "check_message", question)


def _messages() -> Iterator[Draft]:
    one = KEYS[0]
    yield _message("prevote", "A prevote.", "CONS-2", PREVOTED, one)
    yield _message("nil-prevote", "A prevote for nothing.", "CONS-2", replace(PREVOTED, block_id=NIL), one)
    yield _message("precommit", "A precommit with clock and prices.", "CONS-2", PRECOMMITTED, one)
    yield _message("proposal", "A proposal.", "CONS-4", PROPOSED, TURN)
    other = next(key for key in KEYS if key != TURN)
    yield _message("proposal-out-of-turn", "Not out of turn.", "CONS-4", PROPOSED, other)
    yield _message("of-a-stranger", "Only of validators.", "CONS-1", PREVOTED, STRANGER)
    yield _message("proposal-of-a-stranger", "Proposals too.", "CONS-1", PROPOSED, STRANGER)
    yield _message("forged", "Signed.", "ENC-2", PREVOTED, one, bytes(64))
    wrong = RING.signature(one, replace(PREVOTED, round=2))
    yield _message("signed-for-another-round", "Over this very message.", "ENC-2", PREVOTED, one, wrong)
    yield _message("signed-by-another", "By its sender.", "ENC-2", PREVOTED, one, RING.signature(KEYS[1], PREVOTED))
    for kind, message in (("vote", PREVOTED), ("proposal", PROPOSED)):
        changes: tuple[tuple[str, str, str, dict[str, object]], ...] = (
            ("of-another-chain", "For this chain.", "CONS-2", {"chain": "d"}),
            ("of-height-0", "Heights begin at 1.", "NUM-5", {"height": 0}),
            ("past-the-last-height", "And have a bound.", "NUM-5", {"height": MAX_HEIGHT + 1}),
            ("of-a-negative-round", "Rounds begin at 0.", "NUM-5", {"round": -1}),
            ("past-the-last-round", "And have a bound.", "NUM-5", {"round": MAX_ROUND + 1}),
            ("with-a-short-id", "An id has 32 bytes.", "CONS-2", {"block_id": BLOCK[:31]}),
        )
        for name, told, rule, change in changes:
            yield _message(f"{kind}-{name}", told, rule, replace(message, **change), one)  # type: ignore[arg-type]  # any field
        last = replace(message, height=MAX_HEIGHT, round=MAX_ROUND)
        sender = proposer(VALIDATORS, MAX_HEIGHT, MAX_ROUND)
        yield _message(f"{kind}-of-the-last-round", "The last of all.", "NUM-5", last, sender)
    for valid_round, rule in ((0, "CONS-2"), (1, "CONS-2"), (2, "CONS-2"), (-2, "CONS-2")):
        name = f"proposal-valid-since-{'minus-2' if valid_round < 0 else valid_round}"
        yield _message(name, "A valid round is an earlier one.", rule, replace(PROPOSED, valid_round=valid_round), TURN)
    yield _message("proposal-of-nothing", "A proposal is for a block.", "CONS-2", replace(PROPOSED, block_id=NIL), TURN)
    for step in (0, 3, -1):
        name = f"vote-of-kind-{'minus-1' if step < 0 else step}"
        yield _message(name, "A vote is a prevote or a precommit.", "CONS-2", replace(PREVOTED, step=step), one)
    told = "Only a precommit for a block carries a clock and prices."
    yield _message("prevote-with-a-clock", told, "CONS-2", replace(PREVOTED, time=1), one)
    yield _message("prevote-with-prices", told, "CONS-2", replace(PREVOTED, prices=(("BTC", 1),)), one)
    yield _message("nil-precommit-with-a-clock", told, "CONS-2", replace(PRECOMMITTED, block_id=NIL, prices=()), one)
    yield from (
        _message(f"precommit-{name}", told, rule, replace(PRECOMMITTED, time=time, prices=prices), one)
        for name, told, rule, time, prices in extensions()
    )


def extensions() -> Iterator[tuple[str, str, str, int, tuple[tuple[str, int], ...]]]:
    """Name, what it is about, rule, clock, prices."""
    now = 1_600_000_000_000
    yield "at-time-0", "The first moment.", "NUM-5", 0, ()
    yield "before-time", "Not before it.", "NUM-5", -1, ()
    yield "at-the-end-of-time", "The last moment.", "NUM-5", MAX_TIME, ()
    yield "after-time", "Not after it.", "NUM-5", MAX_TIME + 1, ()
    yield "price-at-its-bound", "The largest price.", "NUM-5", now, (("BTC", MAX_TICKS),)
    yield "price-past-its-bound", "Not a larger one.", "NUM-5", now, (("BTC", MAX_TICKS + 1),)
    yield "price-negative", "The oracle's business.", "NUM-5", now, (("BTC", -MAX_TICKS),)
    yield "price-past-its-negative-bound", "Within the bound.", "NUM-5", now, (("BTC", -MAX_TICKS - 1),)
    yield "name-at-its-bound", "The longest name.", "NUM-5", now, (("x" * MAX_TEXT, 1),)
    yield "name-past-its-bound", "Not a longer one.", "NUM-5", now, (("x" * (MAX_TEXT + 1), 1),)
    yield "name-past-its-bound-in-bytes", "In bytes of UTF-8.", "NUM-5", now, (("ü" * 65, 1),)
    yield "prices-out-of-order", "Ascending by feed.", "CONS-2", now, (("ETH", 1), ("BTC", 1))
    yield "price-twice", "Each feed once.", "CONS-2", now, (("BTC", 1), ("BTC", 2))
    many = tuple((f"{number:04d}", 1) for number in range(MAX_PRICES + 1))
    yield "too-many-prices", "Not too many.", "NUM-5", now, many


def _commits() -> Iterator[Draft]:
    unsigned = Commit(
        9,
        1,
        BLOCK,
        tuple(
            CommitSignature(key, 1_600_000_000_000 + number, (("BTC", 50_000 + number),), bytes(64))
            for number, key in enumerate(KEYS)
        ),
    )
    good = RING.signed_commit("c", unsigned)
    first = good.signatures[0]

    def case(name: str, told: str, rule: str, commit: Commit) -> Draft:
        question = CommitToCheck("c", VALIDATORS, commit)
        return Draft(f"consensus/commit-proof-{name}", told, (rule, "CONS-6"), "check_commit", question)

    yield case("of-four", "All four.", "CONS-6", good)
    yield case("of-three", "Three of four.", "CONS-1", replace(good, signatures=good.signatures[:3]))
    yield case("of-two", "Half is not enough.", "CONS-1", replace(good, signatures=good.signatures[:2]))
    yield case("of-nobody", "Nobody proves nothing.", "CONS-1", replace(good, signatures=()))
    yield case("of-one-thrice", "Each once.", "CONS-6", replace(good, signatures=(first, first, first)))
    yield case("out-of-order", "Ascending.", "CONS-6", replace(good, signatures=good.signatures[::-1]))
    yield case("of-height-0", "Genesis has none.", "NUM-5", replace(good, height=0))
    yield case("of-a-negative-round", "Rounds begin at 0.", "NUM-5", replace(good, round=-1))
    yield case("past-the-last-height", "Heights have a bound.", "NUM-5", replace(good, height=MAX_HEIGHT + 1))
    yield case("past-the-last-round", "And rounds.", "NUM-5", replace(good, round=MAX_ROUND + 1))
    yield case("with-a-short-id", "An id has 32 bytes.", "CONS-6", replace(good, block_id=BLOCK[:31]))
    yield case("of-another-block", "Signed for this block.", "ENC-2", replace(good, block_id=bytes(32)))
    forged = replace(good.signatures[3], signature=bytes(64))
    yield case(
        "with-a-forgery",
        "One bad signature spoils it.",
        "ENC-2",
        replace(good, signatures=(*good.signatures[:3], forged)),
    )
    stranger = CommitSignature(STRANGER, 1_600_000_000_000, (), bytes(64))
    mixed = tuple(sorted((*unsigned.signatures, stranger), key=lambda each: each.validator))
    signed = RING.signed_commit("c", replace(unsigned, signatures=mixed))
    yield case("with-a-stranger", "No strangers.", "CONS-1", signed)
    for name, told, rule, time, prices in extensions():
        if name != "too-many-prices":
            changed = replace(unsigned.signatures[0], time=time, prices=prices)
            commit = replace(unsigned, signatures=(changed, *unsigned.signatures[1:]))
            yield case(name, told, rule, RING.signed_commit("c", commit))


def _validators() -> Iterator[Draft]:
    def case(name: str, told: str, rule: str, *validators: Validator) -> Draft:
        question = ValidatorsToCheck(validators)
        return Draft(f"consensus/validators-{name}", told, (rule,), "check_validators", question)

    yield case("four", "Four of them.", "CONS-1", *VALIDATORS)
    yield case("none", "At least one.", "CONS-1")
    yield case("one-twice", "Each once.", "CONS-1", VALIDATORS[0], VALIDATORS[0])
    yield case("descending", "Ascending.", "CONS-1", *VALIDATORS[::-1])
    yield case("short-key", "A key has 32 bytes.", "CONS-1", Validator(bytes(31), 1))
    yield case("no-power", "Power is at least 1.", "CONS-1", Validator(KEYS[0], 0))
    yield case("most-power", "As much as is allowed.", "NUM-5", Validator(KEYS[0], MAX_POWER))
    yield case("too-much-power", "Together too.", "NUM-5", Validator(KEYS[0], MAX_POWER), Validator(KEYS[1], 1))
