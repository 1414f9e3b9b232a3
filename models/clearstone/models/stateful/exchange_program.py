"""Programs of the exchange, as plain data: a world to start in, then blocks.

What people send is written with the records of the spec, save that accounts go by their names and ids are small
numbers:

    Program("lean", (
        Step((Act("alice", Place("BTC-PERP", "sell", 100, 50_000, "gtc", False, "cancel-maker")),)),
        Step((Act("bob", Place("BTC-PERP", "buy", 100, 50_000, "ioc", False, "cancel-maker")),)),
        Step(prices=(("BTC", 45_000),)),
    ))
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from clearstone.models.stateful.shrinking import altered
from clearstone.spec.transactions import Action, Place


@dataclass(frozen=True, slots=True)
class Act:
    """Something that somebody sends."""

    who: str
    """Name of the account that acts; empty if the validators attest it."""
    action: Action
    """What to do; accounts in it are names."""
    nonce: int | None = None
    """The nonce; None for the account's next."""
    lifetime: int = 3_600_000
    """For how long after the last block it may execute, in ms; possibly negative."""
    signers: tuple[int, ...] = (0, 1, 2, 3)
    """The validators that attest it, by index, if they do: as given, repetitions included."""


@dataclass(frozen=True, slots=True)
class Step:
    """One block."""

    acts: tuple[Act, ...] = ()
    """What is in it, in order."""
    elapsed: int = 1_000
    """How long after the last block it comes, in ms."""
    prices: tuple[tuple[str, int], ...] = ()
    """(feed, ticks) that the validators report from now on."""
    silent: tuple[int, ...] = ()
    """Validators that report nothing this once, by index."""
    lies: tuple[tuple[str, int], ...] = ()
    """(feed, ticks) that the liar reports this once."""
    restarts: bool = False
    """Whether the state is first written down and read again, as by a client that was restarted."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program."""

    world: str
    """Name of the world that it starts in."""
    steps: tuple[Step, ...]
    """What happens."""


def id_number(number: int) -> bytes:
    """The id of 32 bytes that a number stands for, of a deposit or a withdrawal."""
    return number.to_bytes(32, "big")


PLAIN = Step()
"""The plainest step: nothing happens for a second."""


def plainer(step: Step) -> Iterator[Step]:
    """Steps that are a little plainer than one, the most so first."""
    for number in range(len(step.acts)):
        yield replace(step, acts=step.acts[:number] + step.acts[number + 1 :])
    for item in fields(Step):
        held, plain = getattr(step, item.name), getattr(PLAIN, item.name)
        if item.name != "acts" and held != plain:
            yield altered(step, **{item.name: plain})
    for number, act in enumerate(step.acts):
        for other in _plainer_acts(act):
            yield replace(step, acts=(*step.acts[:number], other, *step.acts[number + 1 :]))


def joined(first: Step, second: Step) -> Iterator[Step]:
    """Steps that may do for two of which one only lets time pass or moves prices; what people do stays apart."""
    if not (first.silent or first.lies or first.restarts or (first.acts and second.acts)):
        elapsed = first.elapsed + second.elapsed
        if not first.acts:
            yield replace(second, elapsed=elapsed)
        prices = tuple({**dict(first.prices), **dict(second.prices)}.items())
        yield replace(second, acts=first.acts + second.acts, prices=prices)
        yield replace(second, acts=first.acts + second.acts, prices=prices, elapsed=elapsed)


def _plainer_acts(act: Act) -> Iterator[Act]:
    if act.nonce is not None:
        yield replace(act, nonce=None)
    action = act.action
    if isinstance(action, Place):
        if action.time_in_force != "gtc" and action.price is not None:
            yield replace(act, action=replace(action, time_in_force="gtc"))
        if action.self_trade != "cancel-maker":
            yield replace(act, action=replace(action, self_trade="cancel-maker"))
        if action.reduce_only:
            yield replace(act, action=replace(action, reduce_only=False))
    for name in ("lots", "amount"):
        held = getattr(action, name, 0)
        for fewer in ROUND_NUMBERS:
            if fewer < held:
                yield replace(act, action=altered(action, **{name: fewer}))


ROUND_NUMBERS = (1, 10, 100, 200, 400, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
"""Numbers of lots and of atoms that are easier to read than others."""
