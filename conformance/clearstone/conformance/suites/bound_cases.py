"""Both ends of every range: of each parameter, and of what geneses and snapshots may contain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from types import MappingProxyType

from clearstone.conformance.operations.encoding_operations import GenesisToStart, StateToRestore
from clearstone.conformance.suites.draft import Draft
from clearstone.models.chain import equal_validators
from clearstone.models.scenario_genesis import OPTION, PERPETUAL, POOL, PROTOCOL, scenario_genesis, series, started
from clearstone.spec.accounts import Account, Order, Position
from clearstone.spec.genesis import Genesis
from clearstone.spec.instruments import OptionSeries, Perpetual
from clearstone.spec.numbers import MAX_ATOMS, MAX_LOTS, MAX_MULTIPLIER, MAX_TEXT, MAX_TICKS, MAX_TIME, PPM
from clearstone.spec.parameters import OptionParameters, PerpetualParameters, PoolParameters, ProtocolParameters
from clearstone.spec.snapshot import Snapshot, snapshot_of

Parameters = ProtocolParameters | PoolParameters | PerpetualParameters | OptionParameters

RELATED: Mapping[tuple[str, str, bool], dict[str, int]] = MappingProxyType(
    {
        ("protocol", "settlement_slots", False): {"settlement_minimum": 1},
        ("protocol", "settlement_minimum", True): {"settlement_slots": 10_000},
        ("pool", "discount_start", True): {"discount_limit": PPM // 2},
        ("pool", "discount_limit", False): {"discount_start": 0},
        ("perpetual", "taker_fee", False): {"maker_fee": 0},
        ("perpetual", "maker_fee", False): {"taker_fee": PPM // 10},
        ("perpetual", "initial_fraction", True): {"initial_fraction_limit": PPM},
        ("perpetual", "initial_fraction_limit", False): {"initial_fraction": 1, "maintenance_fraction": 1},
        ("perpetual", "maintenance_fraction", True): {"initial_fraction": PPM, "initial_fraction_limit": PPM},
        ("perpetual", "open_interest_low", True): {"open_interest_high": MAX_LOTS},
        ("perpetual", "open_interest_high", False): {"open_interest_low": 0},
        ("option", "initial_fraction", False): {"initial_floor": 1, "maintenance_fraction": 1},
        ("option", "initial_floor", False): {"maintenance_fraction": 1},
        ("option", "initial_floor", True): {"initial_fraction": PPM},
        ("option", "maintenance_fraction", True): {"initial_fraction": PPM, "initial_floor": PPM},
    }
)
"""What else has to change with a parameter, by kind, name and whether it goes up, for as much as there is a way."""

CALL = series(call=True, strike=55_000)
RULES = ("LEDGER-8", "OPT-2", "LIQ-2", "BOOK-7", "MARGIN-1", "MARGIN-2", "MARGIN-5")
"""The ranges, and the relations between parameters."""


def bound_drafts() -> list[Draft]:
    """The cases about ends of ranges, of the suite `encoding`."""
    return [*_parameters(), *_geneses(), *_snapshots()]


def small_genesis() -> Genesis:
    """A genesis with little in it."""
    return scenario_genesis(validators=equal_validators(1), options=(CALL,))


def _parameters() -> Iterator[Draft]:
    kinds: dict[str, Parameters] = {"protocol": PROTOCOL, "pool": POOL, "perpetual": PERPETUAL, "option": OPTION}
    shared = {item.name for item in fields(PERPETUAL)}
    for kind, parameters in kinds.items():
        for item in fields(parameters):
            if (
                kind == "option"
                and item.name in shared
                and item.name not in ("initial_fraction", "maintenance_fraction")
            ):
                continue  # what perpetuals have in common with options is declared once
            low, high = item.metadata["low"], item.metadata["high"]
            for name, value, rises in (
                ("below", low - 1, False),
                ("least", low, False),
                ("most", high, True),
                ("above", high + 1, True),
            ):
                changes = RELATED.get((kind, item.name, rises), {}) | {item.name: value}
                told = f"{item.name} may be {low} to {high}, as far as the other parameters allow."
                question = GenesisToStart(_with(kind, replace(parameters, **changes)))
                named = item.name.replace("_", "-")
                yield Draft(f"encoding/range-{kind}-{named}-{name}", told, RULES, "genesis", question)


def _with(kind: str, parameters: Parameters) -> Genesis:
    """The small genesis with other parameters of one kind."""
    genesis = small_genesis()
    if isinstance(parameters, ProtocolParameters):
        return replace(genesis, parameters=parameters)
    if isinstance(parameters, PoolParameters):
        return replace(genesis, pools=(replace(genesis.pools[0], parameters=parameters),))
    perpetual, option = genesis.instruments
    if isinstance(perpetual, Perpetual) and isinstance(parameters, PerpetualParameters):
        return replace(genesis, instruments=(replace(perpetual, parameters=parameters), option))
    assert isinstance(option, OptionSeries)
    assert isinstance(parameters, OptionParameters)
    return replace(genesis, instruments=(perpetual, replace(option, parameters=parameters)))


def _geneses() -> Iterator[Draft]:
    good = small_genesis()
    feed, pool, (perpetual, option) = good.feeds[0], good.pools[0], good.instruments
    one = good.validators[0]
    assert isinstance(option, OptionSeries)

    def case(name: str, rule: str, genesis: Genesis) -> Draft:
        told = "Both ends of every range, and one beyond each."
        return Draft(f"encoding/bound-{name}", told, (rule, "LEDGER-8"), "genesis", GenesisToStart(genesis))

    def listing(changed: OptionSeries) -> Genesis:
        return replace(good, instruments=(perpetual, changed))

    for index in (1, MAX_TICKS):
        yield case(f"index-{index}", "NUM-5", replace(good, feeds=(replace(feed, index=index), *good.feeds[1:])))
    for move in (1, 1_000 * PPM, 1_000 * PPM + 1):
        yield case(f"max-move-{move}", "NUM-5", replace(good, feeds=(replace(feed, max_move=move), *good.feeds[1:])))
    for strike in (1, MAX_TICKS, MAX_TICKS + 1):
        yield case(f"strike-{strike}", "NUM-5", listing(replace(option, strike=strike)))
    for multiplier in (1, 2, MAX_MULTIPLIER, MAX_MULTIPLIER + 1):
        yield case(f"option-multiplier-{multiplier}", "NUM-2", listing(replace(option, multiplier=multiplier)))
    yield case("expiry-at-the-end-of-time", "NUM-5", listing(replace(option, expiry=MAX_TIME)))
    for time in (-1, 0, 1, MAX_TIME, MAX_TIME + 1):
        name = "minus-1" if time < 0 else str(time)
        yield case(f"time-{name}", "NUM-5", replace(good, time=time, instruments=(perpetual,)))
    for insurance in (0, 1, MAX_ATOMS):
        changed = replace(good, pools=(replace(pool, insurance=insurance),))
        yield case(f"insurance-{insurance}", "NUM-5", changed)
    for letter in ("!", "~", " ", "\x7f", "/", "0", "."):
        name = f"{ord(letter):02x}"
        yield case(f"id-of-character-{name}", "LEDGER-8", replace(good, chain=f"a{letter}b"))
    for length in (1, MAX_TEXT, MAX_TEXT + 1):
        changed = replace(good, pools=(replace(pool, pool="x" * length),), instruments=())
        yield case(f"pool-id-of-{length}", "LEDGER-8", changed)
    yield case("feed-twice", "LEDGER-8", replace(good, feeds=(feed, *good.feeds)))
    yield case("market-twice", "LEDGER-8", replace(good, instruments=(perpetual, perpetual)))
    yield case("of-nothing", "LEDGER-8", replace(good, pools=(), feeds=(), instruments=()))
    second = replace(one, key=bytes(32))
    yield case("first-key-short", "CONS-1", replace(good, validators=(replace(second, key=bytes(31)), one)))
    yield case("second-without-power", "CONS-1", replace(good, validators=(second, replace(one, power=0))))


def _snapshots() -> Iterator[Draft]:
    good = snapshot_of(started(small_genesis()).state)
    header, (feed_name, feed) = good.header, good.feeds[0]
    place, (option_name, option) = next(
        (place, entry) for place, entry in enumerate(good.instruments) if isinstance(entry[1], OptionSeries)
    )

    def case(name: str, rule: str, snapshot: Snapshot) -> Draft:
        told = "A state may be at the end of a range, and not beyond it."
        return Draft(f"encoding/state-bound-{name}", told, (rule,), "root_of_state", StateToRestore(snapshot))

    for time in (-1, 0, 1, MAX_TIME):
        name = "minus-1" if time < 0 else str(time)
        yield case(f"time-{name}", "NUM-5", replace(good, header=replace(header, time=time)))
    for height in (0, 1):
        yield case(f"height-{height}", "NUM-5", replace(good, header=replace(header, height=height)))
    for value in (1, MAX_TICKS, MAX_TICKS + 1):
        for field, changed in (("index", replace(feed, index=value)), ("median", replace(feed, median=value))):
            yield case(f"{field}-{value}", "NUM-5", replace(good, feeds=((feed_name, changed), *good.feeds[1:])))
    assert isinstance(option, OptionSeries)
    for expiry in (-1, 0, 1):
        name = "minus-1" if expiry < 0 else str(expiry)
        listed = (
            *good.instruments[:place],
            (option_name, replace(option, expiry=expiry)),
            *good.instruments[place + 1 :],
        )
        expiries = tuple((f"BTC/{expiry}", replace(each, time=expiry)) for _, each in good.expiries)
        changed_state = replace(good, instruments=listed, expiries=expiries)
        yield case(f"expiry-{name}", "NUM-5", changed_state)
    twice = {
        "instruments": replace(good, instruments=(good.instruments[0], *good.instruments)),
        "feeds": replace(good, feeds=(good.feeds[0], *good.feeds)),
        "pools": replace(good, pools=(good.pools[0], *good.pools)),
        "markets": replace(good, markets=(good.markets[0], *good.markets)),
        "funding": replace(good, funding=(good.funding[0], *good.funding)),
        "expiries": replace(good, expiries=(good.expiries[0], *good.expiries)),
    }
    for table, state in twice.items():
        yield case(f"{table}-twice", "ENC-3", state)
    yield from _references(good, case)


def _references(good: Snapshot, case: Callable[[str, str, Snapshot], Draft]) -> Iterator[Draft]:
    """One reference to what is not there, the others being right."""
    (name, perpetual) = next(entry for entry in good.instruments if isinstance(entry[1], Perpetual))
    others = tuple(entry for entry in good.instruments if entry[0] != name)
    for which, changed in (
        ("under-another-name", replace(perpetual, market="ANOTHER")),
        ("of-no-feed", replace(perpetual, feed="ELSEWHERE")),
        ("of-no-pool", replace(perpetual, pool="elsewhere")),
    ):
        listed = tuple(sorted(((name, changed), *others), key=lambda entry: entry[0]))
        yield case(f"perpetual-{which}", "ENC-3", replace(good, instruments=listed))
    order = Order(1, "NOWHERE", True, 1, 1, 1, False)
    position = Position("NOWHERE", 1, 1, 0)
    for which, account in (
        ("position-in-nothing", Account(bytes(32), "main", 1, 1, positions=(position,))),
        ("order-in-nothing", Account(bytes(32), "main", 1, 1, orders=(order,))),
        ("both-in-nothing", Account(bytes(32), "main", 1, 1, positions=(position,), orders=(order,))),
        ("nothing", Account(bytes(32), "main", 1, 1)),
    ):
        yield case(f"account-with-{which}", "ENC-3", replace(good, accounts=(("ab", account),)))
