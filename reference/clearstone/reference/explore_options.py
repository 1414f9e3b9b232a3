"""The options of `clearstone explore` that say what is finite about an instance of consensus."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from clearstone.models.tendermint.instance import Instance

Command = TypeVar("Command", bound=Callable[..., Any])
MAX_POWER = 1_000
"""Largest power of a validator of a finite instance."""


class Integers(click.ParamType[tuple[int, ...]]):
    """Integers from 0 on, separated by commas."""

    name = "integers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Read them, or say what is wrong."""
        if isinstance(value, tuple):
            return value
        parts = str(value).split(",") if value else []
        if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
            self.fail(f"{value!r} is not a list of small integers such as 1,1,1,1", param, ctx)
        return tuple(int(part) for part in parts)


def instance_options(command: Command) -> Command:
    """Decorator: gives a command the parameters of `instance_of`."""
    options = (
        click.option("--rounds", type=click.IntRange(1, 8), default=2, show_default=True, help="Rounds 0 to N - 1."),
        click.option(
            "--values", type=click.IntRange(1, 4), default=2, show_default=True, help="Blocks to choose from."
        ),
        click.option(
            "--powers", type=Integers(), default="1,1,1,1", show_default=True, help="Power of each validator."
        ),
        click.option(
            "--byzantine", type=Integers(), default=None, help="Which are Byzantine, by place; default: the last."
        ),
        click.option(
            "--crashes", type=click.IntRange(0, 3), default=0, show_default=True, help="Most for each validator."
        ),
        click.option("--no-symmetry", is_flag=True, help="Count states that differ by names one by one."),
        click.option(
            "--round-robin",
            is_flag=True,
            help="Leave nothing out: correct proposers in turn, scheduled timers, decisions, no symmetry.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def instance_of(
    rounds: int,
    values: int,
    powers: tuple[int, ...],
    byzantine: tuple[int, ...] | None,
    crashes: int,
    no_symmetry: bool,
    round_robin: bool,
) -> Instance:
    """The instance that the options describe; wrong usage if there is no such instance."""
    from clearstone.models.tendermint.instance import Instance

    if not 2 <= len(powers) <= 10 or not all(1 <= power <= MAX_POWER for power in powers):
        raise click.BadParameter(f"give 2 to 10 powers from 1 to {MAX_POWER}", param_hint="--powers")
    liars = frozenset((len(powers) - 1,) if byzantine is None else byzantine)
    if not all(place < len(powers) for place in liars):
        raise click.BadParameter(f"places go from 0 to {len(powers) - 1}", param_hint="--byzantine")
    if len(liars) == len(powers):
        raise click.BadParameter("somebody has to be correct", param_hint="--byzantine")
    correct = [place for place in range(len(powers)) if place not in liars]
    return Instance(
        powers=powers,
        byzantine=liars,
        values=values,
        rounds=rounds,
        crashes=crashes,
        proposers=tuple(correct[round % len(correct)] for round in range(rounds)) if round_robin else None,
        timers_are_scheduled=round_robin,
        keeps_decisions=round_robin,
        symmetric=not (no_symmetry or round_robin),
    )
