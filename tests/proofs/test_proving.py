import pytest

from clearstone.proofs.ledger.frames import framed
from clearstone.proofs.obligations import Obligation, ProofResult
from clearstone.proofs.proving import prove
from clearstone.proofs.worlds import PlainWorld, World
from clearstone.spec.numbers import share


def proof_of(run, reaches=frozenset({"done"})) -> ProofResult:
    return prove(Obligation(run.__name__, run.__name__, (), (share,), frozenset(reaches), "", run))


def shares(world: World, within: bool) -> tuple[int, int]:
    amount, before = world.integer("amount", 0, None, 7), world.integer("before", 0, None, 2)
    cap, total = world.integer("cap", 0, None, 3), world.integer("total", 1, None, 9)
    if within:
        world.assume(amount <= total)
    part = share(amount, before, cap, total)
    world.observe("share", part)
    world.reached("done")
    return part, cap


def test_what_holds_for_all_integers_is_proved():
    def holds(world: World) -> None:
        part, cap = shares(world, within=True)
        world.require(part <= cap, "within its cap")

    result = proof_of(holds)
    assert (result.verdict, result.paths, result.replayed, result.outcomes) == ("proved", 1, 1, {"done": 1})


def test_what_does_not_hold_is_refuted_by_inputs_that_the_plain_function_confirms():
    def too_much(world: World) -> None:
        part, cap = shares(world, within=False)
        world.require(part <= cap, "within its cap")

    result = proof_of(too_much)
    assert (result.verdict, result.detail) == ("refuted", "within its cap")
    values = result.counterexample.values
    assert result.counterexample.replayed
    assert share(values["amount"], values["before"], values["cap"], values["total"]) > values["cap"]


def test_a_negated_statement_is_refuted():
    def negated(world: World) -> None:
        part, cap = shares(world, within=True)
        world.require(part > cap, "beyond its cap")

    assert proof_of(negated).verdict == "refuted"


def test_an_outcome_that_no_input_reaches_makes_a_proof_vacuous():
    def never(world: World) -> None:
        world.reached("impossible" if shares(world, within=True)[0] < -1 else "done")
        world.require(True, "nothing")

    result = proof_of(never, {"done", "impossible"})
    assert (result.verdict, result.detail) == ("vacuous", "no input was found that reaches impossible")


def test_assumptions_that_nothing_satisfies_make_a_proof_vacuous():
    def contradictory(world: World) -> None:
        value = world.integer("value")
        world.assume(value > 3)
        world.assume(value < 2)
        world.reached("done")
        world.require(value == 7, "anything")

    assert proof_of(contradictory).verdict == "vacuous"


def test_an_exception_is_a_failure():
    def raises(world: World) -> None:
        world.require(7 // world.integer("value", 0, 5) >= 1, "a quotient")

    result = proof_of(raises)
    assert result.verdict == "refuted"
    assert "ZeroDivisionError" in result.detail
    assert result.counterexample.values == {"value": 0}


def test_a_function_that_goes_through_all_accounts_leaves_its_frame():
    def whole_table(world: World) -> None:
        table = framed({"alice": world.integer("cash")})
        world.require(sum(value for _, value in table.items()) == 0, "the sum")

    result = proof_of(whole_table)
    assert result.verdict == "refuted"
    assert "OutOfFrameError" in result.detail


def test_a_function_that_reads_an_account_that_is_not_named_leaves_its_frame():
    def stranger(world: World) -> None:
        world.require(framed({"alice": 1}, {"nobody"}).get("bob") is None, "no such account")

    assert "OutOfFrameError" in proof_of(stranger).detail


def test_a_function_that_answers_otherwise_when_replayed_disagrees():
    calls = []

    def fickle(world: World) -> None:
        world.integer("value", 0, 5)
        calls.append(None)
        world.observe("calls", len(calls))
        world.reached("done")
        world.require(True, "nothing")

    assert proof_of(fickle).verdict == "disagrees"


def test_what_was_demanded_before_an_input_is_excluded_still_counts():
    def excluded_later(world: World) -> None:
        part, cap = shares(world, within=False)
        world.require(part <= cap, "within its cap")
        world.assume(part <= cap)

    assert proof_of(excluded_later).verdict == "refuted"


def test_what_was_demanded_before_something_is_raised_still_counts():
    def raised_later(world: World) -> None:
        part, cap = shares(world, within=False)
        world.require(part <= cap, "within its cap")
        if part > cap:
            raise ArithmeticError

    result = proof_of(raised_later)
    assert (result.verdict, result.detail) == ("refuted", "within its cap")


def test_a_function_that_raises_only_when_replayed_disagrees():
    def brittle(world: World) -> None:
        if isinstance(world.integer("value", 0, 5), int):
            raise ArithmeticError("plain integers are not welcome")
        world.reached("done")
        world.require(True, "nothing")

    result = proof_of(brittle)
    assert result.verdict == "disagrees"
    assert "plain integers are not welcome" in result.detail


def test_a_replay_in_which_an_assumption_is_false_disagrees():
    def fickle(world: World) -> None:
        world.integer("value", 0, 5)
        world.assume(not isinstance(world, PlainWorld))
        world.reached("done")
        world.require(True, "nothing")

    assert proof_of(fickle).verdict == "disagrees"


@pytest.mark.parametrize("seed", [1, 2])
def test_the_seed_changes_no_verdict(seed: int):
    def holds(world: World) -> None:
        part, cap = shares(world, within=True)
        world.require(part <= cap, "within its cap")

    assert prove(Obligation("holds", "", (), (share,), frozenset({"done"}), "", holds), seed).holds
