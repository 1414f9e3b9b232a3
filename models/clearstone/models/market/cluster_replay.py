"""A replay through a cluster: four validators, one of whom lies about prices and contradicts itself.

Each correct validator executes every block on a state of its own. What is observed is handed on height by height.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from clearstone.models.cluster.cluster import Cluster, Height, validators_of
from clearstone.models.cluster.ledger_application import LedgerApplication
from clearstone.models.market.exchange import Exchange
from clearstone.models.market.price_path import MINUTE
from clearstone.models.market.replay_plan import ReplayPlan, open_exchange
from clearstone.models.signing import SigningKey, remembering_authentic
from clearstone.spec.consensus.validators import Validators
from clearstone.spec.encoding.signatures import Authentic
from clearstone.spec.genesis import genesis_state
from clearstone.spec.receipts import Rejection
from clearstone.spec.state import State
from clearstone.spec.transition import BlockReceipt

LIAR = "equivocating-false-reports"
"""What kind of liar takes part."""

LONGEST_WAIT = 2 * MINUTE
"""How long a height may take before the replay counts as stuck, in simulated ms; its timers would by then be long."""

LedgerHeight: TypeAlias = Height[State, BlockReceipt]
LedgerCluster: TypeAlias = Cluster[State, BlockReceipt]


@dataclass(frozen=True, slots=True)
class ClusterReplay:
    """A cluster and the exchange around it, at genesis."""

    exchange: Exchange
    """What surrounds the validators."""
    validators: Validators
    """All validators, ascending by key."""
    liar: int
    """Index of the one that lies."""
    cluster: LedgerCluster
    """The validators."""

    @property
    def honest(self) -> frozenset[bytes]:
        """Keys of the validators that tell the truth."""
        return frozenset(each.key for number, each in enumerate(self.validators) if number != self.liar)

    def run(self) -> bool:
        """Run to the end; False if a height is not decided in time. What the observer raises goes through."""
        cluster, exchange = self.cluster, self.exchange
        return all(
            cluster.run(height, max(cluster.now, exchange.starts(height)) + LONGEST_WAIT)
            for height in range(1, exchange.heights + 1)
        )


def cluster_replay(
    plan: ReplayPlan,
    observer: Callable[[LedgerHeight], None],
    powers: Sequence[int] = (1, 1, 1, 1),
    authentic: Authentic | None = None,
) -> ClusterReplay:
    """A cluster that will replay a plan and report each height to the observer."""
    verify = authentic or remembering_authentic()
    keys, validators = validators_of(plan.seed, powers)
    liar = plan.seed % len(keys)
    attestors = tuple(key for number, key in enumerate(keys) if number != liar)
    exchange = open_exchange(plan, attestors, validators)
    genesis = genesis_state(exchange.listing.genesis)
    if isinstance(genesis, Rejection):
        raise ValueError(f"{genesis.rule}: {genesis.reason}")
    cluster = make_cluster(plan, exchange, genesis, keys, validators, liar, verify, observer)
    return ClusterReplay(exchange, validators, liar, cluster)


def make_cluster(
    plan: ReplayPlan,
    exchange: Exchange,
    genesis: State,
    keys: Sequence[SigningKey],
    validators: Validators,
    liar: int,
    authentic: Authentic,
    observer: Callable[[LedgerHeight], None],
) -> LedgerCluster:
    """The validators of a replay."""
    return Cluster(
        chain=genesis.chain,
        keys=keys,
        validators=validators,
        application=LedgerApplication(genesis, authentic),
        surroundings=exchange,
        authentic=authentic,
        observer=observer,
        seed=plan.seed,
        epoch=genesis.time + MINUTE // 2,
        byzantine={liar: LIAR},
    )
