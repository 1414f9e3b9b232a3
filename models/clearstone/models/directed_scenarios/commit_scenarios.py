"""Commits: which precommits prove to somebody who was not there that a block was decided (CONS-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clearstone.models.cluster.cluster import validators_of
from clearstone.models.directed_scenarios.scenario import DirectedScenario, Trial
from clearstone.models.directed_scenarios.stage import AUTHENTIC, CHAIN, HEIGHT, OTHER, block_of
from clearstone.models.signing import SigningKey
from clearstone.spec.blocks import Commit, CommitSignature
from clearstone.spec.consensus.commits import check_commit, precommit
from clearstone.spec.consensus.validators import Validators

POWERS = (2, 1, 2, 1)
"""Powers of the validators: the first and the third hold exactly two thirds."""
CLOCK = 1_583_971_200_000
"""A clock, ms since the epoch."""


def signed_commit(keys: Sequence[SigningKey], *signers: int, round: int = 1) -> Commit:
    """A commit of a block with the precommits of these validators, in this order."""
    bare = Commit(HEIGHT, round, OTHER, ())
    signatures = []
    for index in signers:
        unsigned = CommitSignature(keys[index].public, CLOCK + index, (("btc", 5_000 + index),), b"")
        signatures.append(replace(unsigned, signature=keys[index].sign(precommit(CHAIN, bare, unsigned))))
    return replace(bare, signatures=tuple(signatures))


def with_last(commit: Commit, last: CommitSignature) -> Commit:
    """The commit with another last signature."""
    return replace(commit, signatures=(*commit.signatures[:-1], last))


def refuse_all(
    trial: Trial, validators: Validators, commits: Sequence[tuple[str, str, Commit]], chain: str = CHAIN
) -> None:
    """Expect that each of these is refused: what is wrong with it, the rule, the commit."""
    for wrong, rule, commit in commits:
        refused = check_commit(chain, validators, commit, AUTHENTIC)
        trial.expect_refusal(f"a commit {wrong} is refused", rule, refused)


def power_of_commits(trial: Trial) -> None:
    """Count the power behind commits, with repetitions and strangers among them."""
    keys, validators = validators_of(0, POWERS)
    for signers in ((0, 1, 2, 3), (0, 1, 2), (0, 2, 3)):
        judged = check_commit(CHAIN, validators, signed_commit(keys, *signers), AUTHENTIC)
        trial.expect_acceptance(f"a commit of {signers} is accepted", judged)
    strangers, _ = validators_of(1, POWERS)
    mixed = sorted(
        (*signed_commit(keys, 0, 1, 2).signatures, *signed_commit(strangers, 0).signatures),
        key=lambda each: each.validator,
    )
    wrong = (
        ("without signatures", "CONS-1", signed_commit(keys)),
        ("of one", "CONS-1", signed_commit(keys, 0)),
        ("of exactly two thirds", "CONS-1", signed_commit(keys, 0, 2)),
        ("of half", "CONS-1", signed_commit(keys, 0, 1)),
        ("that counts one twice", "CONS-6", signed_commit(keys, 0, 0, 2)),
        ("that counts one in two places", "CONS-6", signed_commit(keys, 0, 2, 0)),
        ("out of order", "CONS-6", signed_commit(keys, 2, 1, 0)),
        ("with a stranger", "CONS-1", replace(signed_commit(keys), signatures=tuple(mixed))),
    )
    refuse_all(trial, validators, wrong)


def signatures_of_commits(trial: Trial) -> None:
    """Change what was signed, or by whom, in a commit that has more than enough power."""
    keys, validators = validators_of(0, POWERS)
    good = signed_commit(keys, 0, 1, 2, 3)
    last = good.signatures[-1]
    elsewhere = signed_commit(keys, 0, 1, 2, 3, round=2)
    wrong = (
        ("with one bad signature", "ENC-2", with_last(good, replace(last, signature=bytes(64)))),
        ("with one clock changed", "ENC-2", with_last(good, replace(last, time=last.time + 1))),
        ("with one price changed", "ENC-2", with_last(good, replace(last, prices=(("btc", 9_999),)))),
        ("with one precommit of another round", "ENC-2", with_last(good, elsewhere.signatures[-1])),
        ("of another block", "ENC-2", replace(good, block_id=block_of(1))),
        ("of another round", "ENC-2", replace(good, round=2)),
        ("of another height", "ENC-2", replace(good, height=HEIGHT + 1)),
        ("of round -1", "NUM-5", replace(good, round=-1)),
        ("of the genesis", "NUM-5", replace(good, height=0)),
        ("of half an id", "CONS-6", replace(good, block_id=OTHER[:16])),
        ("with a clock before all times", "NUM-5", with_last(good, replace(last, time=-1))),
        ("with a feed twice", "CONS-2", with_last(good, replace(last, prices=(("btc", 1), ("btc", 2))))),
    )
    refuse_all(trial, validators, wrong)
    refuse_all(trial, validators, (("for another chain", "ENC-2", good),), chain="another")


SCENARIOS = (
    DirectedScenario(
        "commit-has-its-power",
        "A commit proves a decision only with distinct validators of more than two thirds of the power.",
        "consensus",
        ("CONS-1", "CONS-6"),
        power_of_commits,
    ),
    DirectedScenario(
        "commit-has-its-signatures",
        "Every signature of a commit is its signer's over this block, round, clock and these prices.",
        "consensus",
        ("CONS-6", "ENC-2", "NUM-5"),
        signatures_of_commits,
    ),
)
"""The scenarios of this theme."""
