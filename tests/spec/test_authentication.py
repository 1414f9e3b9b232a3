from __future__ import annotations

from dataclasses import replace

import pytest

from clearstone.models.chain import Chain, forked, named_key
from clearstone.models.scenario_genesis import USD, scenario_genesis, started
from clearstone.spec.accounts import account_id
from clearstone.spec.authentication import authenticate, is_attested
from clearstone.spec.numbers import MAX_TIME
from clearstone.spec.receipts import Receipt
from clearstone.spec.state import context_of
from clearstone.spec.transactions import (
    Action,
    Body,
    Cancel,
    ChangeParameter,
    Deposit,
    Liquidate,
    OpenAccount,
    Release,
    Settle,
    Signature,
    Transaction,
    Transfer,
    Withdraw,
)

BASE = started(scenario_genesis())
ALICE, BOB = (BASE.open(name, "main", 100 * USD) for name in ("alice", "bob"))
NOW = BASE.state.time
PAY = BASE.sign(ALICE, Transfer(BOB, 1), nonce=5)
DEPOSIT = BASE.attest(Deposit(bytes(32), ALICE, 1))
DAVE = named_key("dave")
OPEN = BASE.sign(account_id(DAVE, "main", 0), OpenAccount(DAVE, "main", 0))


def with_body(transaction: Transaction, **fields: object) -> Transaction:
    return replace(transaction, body=replace(transaction.body, **fields))


def rule_for(transaction: Transaction, accepted: bool = True) -> str:
    def authentic(_key: bytes, _record: object, _signature: bytes) -> bool:
        return accepted

    rejection = authenticate(BASE.state.ledger, context_of(BASE.state), transaction, authentic)
    return "" if rejection is None else rejection.rule


@pytest.mark.parametrize(
    "action",
    [Withdraw(b"", 1), Transfer("", 1), Cancel(1), Liquidate("", "", 1), Settle("", ""), OpenAccount(b"", "", 0)],
)
def test_owners_send_what_moves_their_accounts(action: Action) -> None:
    assert not is_attested(action)


@pytest.mark.parametrize("action", [Deposit(b"", "", 1), Release("", b""), ChangeParameter(1, "", "", 1)])
def test_validators_attest_what_they_saw_outside_or_decided(action: Action) -> None:
    assert is_attested(action)


@pytest.mark.parametrize("transaction", [PAY, DEPOSIT, OPEN])
def test_a_transaction_in_good_form_is_authentic(transaction: Transaction) -> None:
    assert rule_for(transaction) == ""


@pytest.mark.parametrize("transaction", [PAY, DEPOSIT, OPEN])
def test_a_bad_signature_is_refused(transaction: Transaction) -> None:
    assert rule_for(transaction, accepted=False) == "ENC-2"


@pytest.mark.parametrize("transaction", [PAY, DEPOSIT, OPEN])
def test_a_transaction_for_another_chain_is_refused(transaction: Transaction) -> None:
    assert rule_for(with_body(transaction, chain="another")) == "LEDGER-6"


@pytest.mark.parametrize("transaction", [PAY, DEPOSIT, OPEN])
@pytest.mark.parametrize(
    ("expires", "refused"), [(NOW - 1, "LEDGER-6"), (NOW, ""), (MAX_TIME, ""), (MAX_TIME + 1, "LEDGER-6")]
)
def test_a_transaction_executes_up_to_its_last_moment(transaction: Transaction, expires: int, refused: str) -> None:
    assert rule_for(with_body(transaction, expires=expires)) == refused


@pytest.mark.parametrize("nonce", [-1, MAX_TIME + 1])
def test_a_nonce_has_bounds(nonce: int) -> None:
    assert rule_for(with_body(PAY, nonce=nonce)) == "NUM-5"
    assert rule_for(with_body(PAY, nonce=MAX_TIME)) == ""


def test_a_nonce_is_greater_than_the_last_one_used() -> None:
    last = BASE.state.ledger.accounts[ALICE].nonce
    assert rule_for(with_body(PAY, nonce=last)) == "LEDGER-6"
    assert rule_for(with_body(PAY, nonce=last + 1)) == ""


@pytest.mark.parametrize(
    "signatures",
    [(), (Signature(named_key("bob"), bytes(64)),), (Signature(b"", bytes(64)),), PAY.signatures * 2],
)
def test_an_owner_signs_alone_and_once(signatures: tuple[Signature, ...]) -> None:
    assert rule_for(replace(PAY, signatures=signatures)) == "ENC-2"


def test_an_account_that_does_not_exist_cannot_act_but_may_be_opened() -> None:
    assert rule_for(with_body(PAY, account="nobody")) == "LEDGER-4"
    assert rule_for(with_body(OPEN, account="nobody")) == ""


def test_an_opening_has_nonce_zero() -> None:
    assert rule_for(with_body(OPEN, nonce=1)) == "LEDGER-6"


def test_an_opening_that_names_an_account_of_another_owner_uses_up_no_nonce_of_it() -> None:
    chain = forked(BASE)
    mallory = named_key("mallory")
    body = Body(chain.state.chain, ALICE, MAX_TIME, MAX_TIME, OpenAccount(mallory, "main", 0))
    [receipt] = chain.run(Transaction(body, (Signature(mallory, bytes(64)),)))
    assert receipt.rejection is not None
    assert receipt.rejection.rule == "ENC-2"
    assert chain.state.ledger.accounts[ALICE].nonce == BASE.state.ledger.accounts[ALICE].nonce


def test_an_opening_cannot_be_replayed() -> None:
    chain = forked(BASE)
    receipts: list[Receipt] = [*chain.run(OPEN), *chain.run(OPEN)]
    assert [receipt.rejection and receipt.rejection.rule for receipt in receipts] == [None, "LEDGER-6"]


@pytest.mark.parametrize("fields", [{"account": ALICE}, {"nonce": 1}, {"account": "x", "nonce": 1}])
def test_what_is_attested_has_no_account_and_no_nonce(fields: dict[str, object]) -> None:
    assert rule_for(with_body(DEPOSIT, **fields)) == "LEDGER-6"


def test_attestations_need_more_than_two_thirds_of_the_power() -> None:
    three, two = DEPOSIT.signatures[:3], DEPOSIT.signatures[:2]
    assert rule_for(replace(DEPOSIT, signatures=three)) == ""
    assert rule_for(replace(DEPOSIT, signatures=two)) == "LEDGER-5"
    stranger = Signature(b"\xff" * 32, bytes(64))
    assert rule_for(replace(DEPOSIT, signatures=(*two, stranger))) == "LEDGER-5"
    assert rule_for(replace(DEPOSIT, signatures=())) == "LEDGER-5"


def test_attestations_ascend_and_count_once() -> None:
    first, second, *rest = DEPOSIT.signatures
    assert rule_for(replace(DEPOSIT, signatures=(second, first, *rest))) == "LEDGER-6"
    assert rule_for(replace(DEPOSIT, signatures=(first, first, second))) == "LEDGER-6"


def test_one_bad_attestation_spoils_the_rest() -> None:
    bad = DEPOSIT.signatures[3].key

    def authentic(key: bytes, _record: object, _signature: bytes) -> bool:
        return key != bad

    rejection = authenticate(BASE.state.ledger, context_of(BASE.state), DEPOSIT, authentic)
    assert rejection is not None
    assert rejection.rule == "ENC-2"


@pytest.mark.parametrize(
    ("fields", "signed", "rule"),
    [
        ({"chain": "x", "expires": 0, "nonce": -1, "account": "x"}, False, "LEDGER-6"),
        ({"nonce": -1, "account": "x"}, False, "NUM-5"),
        ({"nonce": 0, "account": "x"}, False, "LEDGER-4"),
        ({"nonce": 0}, False, "ENC-2"),
        ({"nonce": 0}, True, "LEDGER-6"),
    ],
)
def test_the_first_check_in_order_is_the_one_reported(fields: dict[str, object], signed: bool, rule: str) -> None:
    assert rule_for(with_body(PAY, **fields), signed) == rule


def test_the_first_check_of_an_attestation_in_order_is_the_one_reported() -> None:
    disordered = replace(DEPOSIT, signatures=DEPOSIT.signatures[1::-1])
    assert rule_for(with_body(disordered, nonce=1), accepted=False) == "LEDGER-6"
    assert rule_for(replace(DEPOSIT, signatures=DEPOSIT.signatures[:1]), accepted=False) == "LEDGER-5"


def nonce_after(chain: Chain, transaction: Transaction) -> int:
    chain.run(transaction)
    return chain.state.ledger.accounts[ALICE].nonce


def test_a_rejected_transaction_uses_up_its_nonce_only_if_it_was_authentic() -> None:
    before = BASE.state.ledger.accounts[ALICE].nonce
    refused = with_body(PAY, action=Transfer("nobody", 1))
    assert nonce_after(forked(BASE), refused) == 5
    assert nonce_after(forked(BASE), with_body(refused, expires=0)) == before
    assert nonce_after(forked(BASE), replace(refused, signatures=())) == before


def test_a_transaction_executes_at_most_once() -> None:
    chain = forked(BASE)
    receipts = [*chain.run(PAY, PAY), *chain.run(PAY)]
    assert [receipt.rejection and receipt.rejection.rule for receipt in receipts] == [None, "LEDGER-6", "LEDGER-6"]
