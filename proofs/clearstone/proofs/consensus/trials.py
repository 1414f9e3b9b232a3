"""The judge's verdict on whole records, each compared with the relations of `guilt`.

`accused` collects messages in sets, which symbols cannot be put into. So here every record of a certain shape is tried,
one by one: enough to see that nothing is lost between the functions of which `evidence_rules` proves what they say and
the verdict, and that a forgery convicts nobody. It is therefore BOUNDED, and says so.
"""

from __future__ import annotations

from collections.abc import Iterable

from clearstone.proofs.consensus.guilt import Record, breaks, contradicts, frees
from clearstone.proofs.obligations import obligation
from clearstone.proofs.worlds import World
from clearstone.spec.blocks import NIL
from clearstone.spec.consensus import evidence
from clearstone.spec.consensus.messages import PRECOMMIT, PREVOTE, Message, Proposal, SignedMessage, Vote
from clearstone.spec.consensus.proposer import proposer
from clearstone.spec.consensus.validators import Validator

VALIDATORS = tuple(Validator(bytes([number]) * 32, 1) for number in (1, 2, 3, 4))
"""Four validators of equal power: three are a quorum."""
SUSPECT = VALIDATORS[0].key
"""Whose votes are varied."""
A, B = b"a" * 32, b"b" * 32
"""Two blocks."""
ROUNDS = range(3)
"""The rounds of the records."""
GENUINE, FORGED = b"genuine", b"forged"
"""Signatures that verify, and those that don't."""


def is_genuine(key: bytes, record: object, signature: bytes) -> bool:
    """Stand in for the check of a signature."""
    return signature == GENUINE


def vote(round: int, step: int, block: bytes) -> Vote:
    """A vote of height 1."""
    return Vote("chain", 1, round, step, block, 0, ())


def any_record(world: World) -> list[SignedMessage]:
    """A lock or none, a prevote or two, a polka or less, a proposal or none, and a later precommit or none."""
    signature = world.choice("signature of the first prevote", (GENUINE, FORGED))
    round, block = world.choice("round of the prevote", ROUNDS), world.choice("block prevoted", (A, B))
    said = [SignedMessage(SUSPECT, vote(round, PREVOTE, block), signature)]
    ours: list[Message] = []
    if world.choice("precommitted A in round 0", (True, False)):
        ours.append(vote(0, PRECOMMIT, A))
    if world.choice("prevoted twice", (False, True)):
        ours.append(vote(round, PREVOTE, NIL))
    others = world.choice("others who prevoted", (0, 2, 3))
    polka_round = world.choice("round in which they did", ROUNDS[:2]) if others else 0
    if others:
        valid_round = world.choice("valid round of the proposal", (None, *range(-1, round)))
        if valid_round is not None:
            turn = proposer(VALIDATORS, 1, round)
            said.append(SignedMessage(turn, Proposal("chain", 1, round, block, valid_round), GENUINE))
        if world.choice("precommitted on it", (False, True)):
            ours.append(vote(polka_round, PRECOMMIT, block))
    said += [SignedMessage(SUSPECT, message, GENUINE) for message in ours]
    polka = vote(polka_round, PREVOTE, block)
    return [*said, *(SignedMessage(each.key, polka, GENUINE) for each in VALIDATORS[1 : 1 + others])]


def read(said: Iterable[SignedMessage]) -> Record:
    """What a record says, as relations; forgeries are not in it."""
    genuine = {(signed.sender, signed.message) for signed in said if signed.signature == GENUINE}
    proposals = {message for _, message in genuine if isinstance(message, Proposal)}
    return Record(
        NIL,
        lambda n, r, b: (n, vote(r, PREVOTE, b)) in genuine,
        lambda n, r, b: (n, vote(r, PRECOMMIT, b)) in genuine,
        lambda r, b, t: Proposal("chain", 1, r, b, t) in proposals,
        lambda r, b: sum((each.key, vote(r, PREVOTE, b)) in genuine for each in VALIDATORS) * 3 > 2 * len(VALIDATORS),
    )


def is_guilty(said: Record, n: bytes) -> bool:
    """Whether some vote contradicts another, or some prevote broke a lock that nothing freed."""
    places = tuple((r, b) for r in ROUNDS for b in (A, B, NIL))
    prevotes, precommits = (
        [place for place in places if votes(n, *place)] for votes in (said.prevoted, said.precommitted)
    )
    equivocated = any(
        contradicts(votes, n, r, b, c)
        for votes, cast in ((said.prevoted, prevotes), (said.precommitted, precommits))
        for r, b in cast
        for _, c in cast
    )
    return equivocated or any(
        breaks(said, n, r, b, s, c) and not any(frees(said, n, r, s, c, t) for t in ROUNDS)
        for r, b in precommits
        for s, c in prevotes
    )


@obligation(
    "CONS-5",
    about=(evidence.accused, evidence.equivocators, evidence.amnesiacs, evidence.ballots, evidence.polkas_among),
    reaches={"guilty", "innocent"},
    bound="records of four validators and one suspect, rounds 0 to 2, two blocks",
)
def the_judge_convicts_exactly_the_guilty_of_a_record(world: World) -> None:
    """From logs that together hold a record, the judge convicts whoever is guilty by it, and nobody else."""
    said = any_record(world)
    convicted = evidence.accused("chain", VALIDATORS, (said[::2], said[1::2]), is_genuine)
    relations = read(said)
    guilty = frozenset(each.key for each in VALIDATORS if is_guilty(relations, each.key))
    world.reached("guilty" if guilty else "innocent")
    world.observe("convicted", sorted(convicted))
    world.require(convicted == guilty, "the convicted are the guilty")
