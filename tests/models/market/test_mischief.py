import pytest

from clearstone.models.market.mischief import Mischief
from clearstone.models.market.participants import View
from clearstone.models.market.single_replica import replay_on_one
from clearstone.models.signing import remembering_authentic
from clearstone.spec.state import context_of
from clearstone.spec.transition import execute

KINDS = {
    "_replayed": {"LEDGER-6"},
    "_expired": {"LEDGER-6"},
    "_for_another_chain": {"LEDGER-6"},
    "_forged": {"ENC-2"},
    "_without_owner": {"ENC-2"},
    "_barely_attested": {"LEDGER-5"},
    "_refused_by_the_ledger": {"BOOK-1", "BOOK-2", "BOOK-3", "LEDGER-4", "NUM-5", "LIQ-1", "BOOK-4", "MARGIN-6"},
}


@pytest.fixture
def later(exchange):
    replay = replay_on_one(exchange)
    seen = [next(replay) for _ in range(30)]
    return exchange, seen[-1][2]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_refused_by_the_rule_that_it_names(later, kind: str):
    exchange, state = later
    mischief: Mischief = exchange.mischief
    verify = remembering_authentic()
    for _ in range(12):
        made = getattr(mischief, kind)(View(state.height + 1, state), mischief.holder.random)
        ledger, receipt = execute(state.ledger, context_of(state), made, verify)
        assert receipt.rejection is not None
        assert receipt.rejection.rule in KINDS[kind]
        assert receipt.rejection.rule in (getattr(Mischief, kind).__doc__ or "") or len(KINDS[kind]) > 1
        assert ledger.pools == state.ledger.pools


def test_bytes_that_are_no_transaction_never_get_as_far_as_a_block(later):
    exchange, state = later
    mischief = exchange.mischief
    for _ in range(20):
        assert mischief._malformed(View(state.height + 1, state), mischief.holder.random) is None
    assert len(mischief.refused_at_the_door) >= 20
    assert {rejection.rule for rejection in mischief.refused_at_the_door} <= {"ENC-1", "ENC-3"}
