"""The ledger itself, replicated: real signatures, real encoding, and a liar among the validators."""

from clearstone.models.cluster.cluster import Cluster, validators_of
from clearstone.models.cluster.ledger_application import LedgerApplication
from clearstone.models.scenario_genesis import FIRST_INDEX, START, USD, scenario_genesis
from clearstone.models.signing import SigningKey, remembering_authentic
from clearstone.spec.accounts import account_id
from clearstone.spec.encoding.trie import root
from clearstone.spec.genesis import genesis_state
from clearstone.spec.state_root import rebuild_trie, state_root
from clearstone.spec.transactions import Body, Deposit, OpenAccount, Signature, Transaction

KEYS, VALIDATORS = validators_of(0, (1, 1, 1, 1))
OWNER = SigningKey.derive(1, "owner")
ACCOUNT = account_id(OWNER.public, "main", 0)


class Surroundings:
    """One account that is opened, funded and whose deposit is tried again."""

    def starts(self, height):
        return START + 1_000 * height

    def transactions(self, height, state):
        opening = Body(state.chain, ACCOUNT, 0, START + 10**9, OpenAccount(OWNER.public, "main", 0))
        funding = Body(state.chain, "", 0, START + 10**9, Deposit(bytes(32), ACCOUNT, 5 * USD))
        if ACCOUNT not in state.ledger.accounts:  # a liar may have left it out of its block
            return (Transaction(opening, (Signature(OWNER.public, OWNER.sign(opening)),)),)
        return (Transaction(funding, tuple(Signature(key.public, key.sign(funding)) for key in KEYS)),)

    def prices(self, height, validator):
        return (("BTC", FIRST_INDEX + height),)


def test_replicas_of_the_ledger_agree_while_a_validator_lies():
    authentic = remembering_authentic()
    genesis = genesis_state(scenario_genesis(validators=VALIDATORS))
    seen = []
    cluster = Cluster(
        chain=genesis.chain,
        keys=KEYS,
        validators=VALIDATORS,
        application=LedgerApplication(genesis, authentic),
        surroundings=Surroundings(),
        authentic=authentic,
        observer=seen.append,
        epoch=START,
        byzantine={1: "equivocating-false-reports"},
    )
    assert cluster.run(12, START + 60_000)
    assert cluster.forks == []
    for height in seen:
        assert set(height.roots.values()) == {state_root(height.state)} == {root(rebuild_trie(height.state))}
        assert height.receipt.rejection is None
        assert height.trace.before == height.before
    assert seen[-1].state.ledger.accounts[ACCOUNT].cash == 5 * USD
    assert [receipt.rejection is None for height in seen for receipt in height.receipt.transactions].count(True) == 2
    assert FIRST_INDEX < seen[-1].state.feeds["BTC"].index <= FIRST_INDEX + 12
