"""Whose turn it is to propose: a weighted round-robin that is computed, not remembered (CONS-4).

Turns are numbered height + round, so a validator that failed to get its block decided is not asked again at once.
Divide the powers by what all of them share, and lay them side by side on a circle of W points (W their sum), from
point 0 on, ascending by key. Walk it in equal strides that share no factor with W: turn n stands at the point
n · stride mod W, and whoever's power covers that point proposes. Every W turns visit every point once, so each
validator gets exactly as many turns as it has power. The stride is near W · 0.382, the golden section, which spreads
each validator's turns evenly, whatever the powers: a run of failed rounds soon meets somebody else. With equal powers
it is a plain round-robin, in a fixed order.

Chains that keep running priorities get the same shares but must carry and agree on that state. Here the turn depends on
the validators, the height and the round alone.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from math import gcd

from clearstone.spec.consensus.validators import Validators, total_power
from clearstone.spec.numbers import PPM, floor_div

GOLDEN_SECTION = 381_966
"""The smaller part of the golden section, in ppm of the circle."""


def proposer(validators: Validators, height: int, round: int) -> bytes:
    """CONS-4. The key of the proposer of a round, from a valid set of validators alone."""
    unit = gcd(*(validator.power for validator in validators))
    circle = floor_div(total_power(validators), unit)
    point = (height + round) * stride(circle) % circle * unit
    ends = tuple(accumulate(validator.power for validator in validators))
    return validators[bisect_right(ends, point)].key


def stride(circle: int) -> int:
    """CONS-4. The least integer from the golden section of the circle, floored, on that shares no factor with it."""
    step = floor_div(circle * GOLDEN_SECTION, PPM)
    while gcd(step, circle) != 1:
        step += 1
    return step
