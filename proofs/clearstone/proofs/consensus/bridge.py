"""The bridge from a log to the abstract system: power in a log is a quorum whose correct members all sent that vote.

A log goes through the messages that it is given and adds the power of each sender that it has not counted yet. By
induction over the messages, what it has added up is the power of the set of those it has counted, and whoever is in
that set has sent the vote, unless it lies, since nobody else can sign in its name. So if what is added up is a quorum
by the spec's own word, then there is a quorum, that set, all of whose correct members sent the vote: which is polka, or
certificate. A lemma says, by induction over the list of validators, what one more member adds to the power of a set.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import z3

from clearstone.proofs.consensus.conditions import Proof
from clearstone.spec.consensus.validators import is_quorum

SET = z3.ArraySort(z3.IntSort(), z3.BoolSort())
"""A set of validators, by their places in the list."""


NOBODY = z3.K(z3.IntSort(), False)
"""The empty set."""

Every: TypeAlias = Callable[[Callable[..., z3.BoolRef], Callable[..., list[z3.ExprRef]]], z3.BoolRef]
"""Quantifies over places, or over a set and a place, with a pattern for the solver."""


@dataclass(frozen=True, slots=True)
class Counting:
    """A list of validators, and a log that counts the votes of a kind, round and value."""

    power: z3.FuncDeclRef
    """Power by place in the list."""
    total: z3.FuncDeclRef
    """Power of a set among the first so many validators."""
    sender: z3.FuncDeclRef
    """Place of a message's sender."""
    counted: z3.FuncDeclRef
    """Who has been counted after so many messages."""
    tally: z3.FuncDeclRef
    """What has been added up by then."""
    lies: z3.FuncDeclRef
    """Who lies."""
    sent: z3.FuncDeclRef
    """Who has sent that vote."""
    count: z3.ArithRef
    """How many validators there are."""
    heard: z3.ArithRef
    """How many messages."""


class Laws(NamedTuple):
    """What is assumed."""

    fold: z3.BoolRef
    """The power of a set is a sum over the list."""
    empty: z3.BoolRef
    """Of no validators it is nothing."""
    listed: z3.BoolRef
    """Senders are validators."""
    signed: z3.BoolRef
    """A message in a correct validator's name was sent by it."""
    counting: z3.BoolRef
    """What the log does with a message."""
    begun: z3.BoolRef
    """The log is empty at first."""


def symbols() -> Counting:
    """Make the symbols."""
    integer, boolean = z3.IntSort(), z3.BoolSort()
    return Counting(
        z3.Function("power", integer, integer),
        z3.Function("powerOf", SET, integer, integer),
        z3.Function("sender", integer, integer),
        z3.Function("counted", integer, SET),
        z3.Function("tally", integer, integer),
        z3.Function("lies", integer, boolean),
        z3.Function("sent", integer, boolean),
        z3.Int("validators"),
        z3.Int("messages"),
    )


def laws(log: Counting, every_place: Every, every_set: Every) -> Laws:
    """State what is assumed, quantified as the caller wants it."""
    total, sender, counted, tally, power = log.total, log.sender, log.counted, log.tally, log.power

    def folds(members: z3.ExprRef, i: z3.ArithRef) -> z3.BoolRef:
        return z3.Implies(i >= 0, total(members, i + 1) == total(members, i) + z3.If(members[i], power(i), 0))

    def counts(k: z3.ArithRef) -> z3.BoolRef:
        added = z3.If(counted(k)[sender(k)], 0, power(sender(k)))
        joined = counted(k + 1) == z3.Store(counted(k), sender(k), True)
        return z3.Implies(k >= 0, z3.And(joined, tally(k + 1) == tally(k) + added))

    return Laws(
        every_set(folds, lambda members, i: [total(members, i + 1)]),
        every_set(lambda members, i: total(members, 0) == 0, lambda members, i: [total(members, i)]),
        every_place(lambda k: z3.And(sender(k) >= 0, sender(k) < log.count), lambda k: [sender(k)]),
        every_place(lambda k: z3.Or(log.lies(sender(k)), log.sent(sender(k))), lambda k: [sender(k)]),
        every_place(counts, lambda k: [tally(k + 1), counted(k + 1)]),
        z3.And(tally(0) == 0, counted(0) == NOBODY, log.count >= 1, log.heard >= 0),
    )


def proofs() -> list[Proof]:
    """Return the theorem, for any number of validators and messages."""
    log = symbols()
    place, members, everybody = z3.Int("place"), z3.Const("members", SET), z3.Const("everybody", SET)
    given = laws(
        log,
        lambda body, pattern: z3.ForAll([place], body(place), patterns=pattern(place)),
        lambda body, pattern: z3.ForAll([members, place], body(members, place), patterns=pattern(members, place)),
    )
    proof = Proof("any messages", given)
    start, of_sets = z3.IntVal(0), [given.fold, given.empty, given.begun]
    none = proof.by_induction("nobody has no power", lambda i: log.total(NOBODY, i) == 0, start, log.count, of_sets)
    more = proof.by_induction("one more member adds its power", one_more(log), start, log.count, of_sets)
    tallied = proof.by_induction(
        "what is added up is the power of those counted",
        lambda k: log.tally(k) == log.total(log.counted(k), log.count),
        start,
        log.heard,
        [given.counting, given.begun, given.listed, none, more],
    )
    true = proof.by_induction(
        "whoever is counted has sent it, or lies",
        lambda k: z3.ForAll([place], z3.Implies(log.counted(k)[place], z3.Or(log.lies(place), log.sent(place)))),
        start,
        log.heard,
        [given.counting, given.begun, given.signed],
    )
    quorum, total = log.counted(log.heard), log.total(everybody, log.count)
    correct_sent = z3.ForAll([place], z3.Implies(z3.And(quorum[place], z3.Not(log.lies(place))), log.sent(place)))
    proof.show(
        "power of a quorum in a log is a quorum all of whose correct members sent it",
        z3.Implies(
            is_quorum(log.tally(log.heard), total), z3.And(is_quorum(log.total(quorum, log.count), total), correct_sent)
        ),
        using=[tallied, true],
    )
    return [proof]


def witnesses() -> list[tuple[str, tuple[z3.BoolRef, ...]]]:
    """Three validators and two messages: all that is assumed, of each place and set that there is, can be true."""
    log = symbols()
    places = [z3.IntVal(i) for i in range(3)]
    sets = [NOBODY, *(log.counted(k) for k in places)]
    given = laws(
        log,
        lambda body, pattern: z3.And([body(place) for place in places]),
        lambda body, pattern: z3.And([body(members, place) for members in sets for place in places]),
    )
    return [("any messages", (*given, log.count == 3, log.heard == 2, log.sender(0) != log.sender(1)))]


def one_more(log: Counting) -> Callable[[z3.ArithRef], z3.BoolRef]:
    """Say what one more member adds to the power of a set among the first validators of the list."""
    members, x, total = z3.Const("members", SET), z3.Int("x"), log.total

    def adds(i: z3.ArithRef) -> z3.BoolRef:
        larger = z3.Store(members, x, True)
        added = total(larger, i) == total(members, i) + z3.If(x < i, log.power(x), 0)
        new = z3.And(x >= 0, z3.Not(members[x]))
        return z3.ForAll([members, x], z3.Implies(new, added), patterns=[total(larger, i)])

    return adds
