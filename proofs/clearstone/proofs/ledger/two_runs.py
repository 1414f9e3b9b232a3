"""Two runs of the same thing, on two ledgers that agree on one pool and on nothing else.

The pool `main` and all that the chain has in common (time, parameters, prices of its markets, deposit ids, the number
of the last parameter change) are the same integers in both. Of the pool `elsewhere` each run has its own: other
accounts, another number of them, other markets and prices, other pots and withdrawals. What happens in `main` must end
alike in both, and leave `elsewhere` as it was in each: then nothing that a pool does or suffers can be told from
another one, which is LEDGER-4's non-interference, both ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from immutables import Map

from clearstone.proofs.contracts import replaced
from clearstone.proofs.ledger import parts
from clearstone.proofs.ledger.worlds import Setting, beside, context
from clearstone.proofs.symbolic.formulas import conjunction, formula_of
from clearstone.proofs.worlds import World, leaves
from clearstone.spec.accounts import Account
from clearstone.spec.book import EMPTY_BOOK, Book
from clearstone.spec.instruments import Quote
from clearstone.spec.ledger_state import Context, Ledger, Pool, Withdrawal
from clearstone.spec.tables import table

RUNS = ("one", "other")
"""The two runs."""
ELSEWHERE = "elsewhere"
"""The other pool."""
Event = Callable[[Ledger, Context], tuple[Ledger, object]]
"""What happens: the ledger after it, and what else came of it."""


def two_runs(
    world: World,
    accounts: Mapping[str, Account],
    quotes: Mapping[str, Quote],
    *,
    pool: Pool | None = None,
    books: Mapping[str, Book] | None = None,
    withdrawals: Mapping[str, Withdrawal] | None = None,
) -> tuple[Setting, Setting]:
    """Two ledgers with these accounts, markets and withdrawals in `main`, and anything elsewhere."""
    ours = Ledger(
        accounts=table(accounts.items()),
        pools=table([("main", parts.pool(world) if pool is None else pool)]),
        markets=table((market, parts.market(world, market)) for market in quotes),
        withdrawals=table((withdrawals or {}).items()),
        deposits=table(),
        changes=table(),
        last_change=world.integer("last change", 0, None, 4),
        books=Map(dict.fromkeys(quotes, EMPTY_BOOK) | dict(books or {})),
    )
    block = replace(context(world, quotes), instruments=table((name, one.instrument) for name, one in quotes.items()))
    return _with_elsewhere(world, ours, block, "one"), _with_elsewhere(world, ours, block, "other")


def _with_elsewhere(world: World, ours: Ledger, block: Context, run: str) -> Setting:
    """The ledger with another pool beside, of which everything is this run's own."""
    names = [f"{name} in {run} run" for name in (("outsider",) if run == "one" else ("latecomer", "outsider"))]
    made, quotes, accounts, markets = ours, block.quotes, ours.accounts, ours.markets
    instruments = block.instruments
    for name in names:
        theirs = parts.ghost_quote(world, beside(name), True)
        listed = replace(theirs.instrument, pool=ELSEWHERE)
        quotes = quotes.set(beside(name), replace(theirs, instrument=listed))
        instruments = instruments.set(beside(name), listed)
        account = parts.account(world, name, (parts.ghost_position(world, name, beside(name)),))
        accounts = accounts.set(name.partition(" ")[0], replace(account, pool=ELSEWHERE))
        markets = markets.set(beside(name), parts.market(world, beside(name)))
    made = replace(
        made, accounts=accounts, markets=markets, books=made.books.update(dict.fromkeys(map(beside, names), EMPTY_BOOK))
    )
    made = replace(made, pools=made.pools.set(ELSEWHERE, parts.pool(world, f"{ELSEWHERE} in {run} run")))
    if run == "other":
        amount = world.integer("withdrawal elsewhere", 1, None, 6)
        waiting = Withdrawal(ELSEWHERE, "outsider", amount, "escrowed")
        made = replace(made, withdrawals=made.withdrawals.set("outsider/00", waiting))
    return Setting(
        made,
        replace(
            block,
            quotes=quotes,
            unclamped=quotes if block.unclamped is block.quotes else block.unclamped,
            instruments=instruments,
            members=block.members.set(ELSEWHERE, tuple(sorted(map(beside, names)))),
            pending=block.pending if run == "one" else block.pending | {ELSEWHERE},
        ),
    )


def part_of(ledger: Ledger, pool: str, markets: frozenset[str]) -> dict[str, Any]:
    """What of a ledger is a pool's, by where it is."""
    held: dict[str, Any] = {
        f"account {name}": account for name, account in ledger.accounts.items() if account.pool == pool
    }
    held |= {f"withdrawal {key}": one for key, one in ledger.withdrawals.items() if one.pool == pool}
    held |= {f"market {name}": one for name, one in ledger.markets.items() if name in markets}
    held |= {f"book {name}": ledger.books[name] for name in markets}
    return held | {"pool": ledger.pools[pool]}


def require_alike(world: World, one: object, other: object, statement: str) -> bool:
    """Require that two results are the same, integer by integer; gives whether they have the same shape at all."""
    first, second = leaves("", one), leaves("", other)
    shaped_alike = [name for name, _ in first] == [name for name, _ in second]
    world.require(shaped_alike, f"{statement}: in shape")
    pairs = (formula_of(was == now) for (_, was), (_, now) in zip(first, second, strict=False))
    world.require(conjunction(*(equal for equal in pairs if equal is not True)), statement)
    return shaped_alike


class SameAnswers:
    """Functions of accounts that give any answer, and in the second run the same one to the same question.

    What they are asked is their arguments without quotes and context, of which they read what the account's own
    positions name. A question that is another one in the second run is a failure: what another pool holds had a part
    in it.
    """

    def __init__(self, world: World, answers: Mapping[Callable[..., Any], Callable[..., Any]]) -> None:
        """Of each function, how an answer is made: of a name for it, and of the arguments."""
        self.world, self.place = world, 0
        self.asked: list[tuple[object, Any]] = []
        self.answers = answers

    def in_both(self, event: Event) -> Event:
        """The event with the functions stood in for, from the first question on in each run."""

        def run(ledger: Ledger, block: Context) -> tuple[Ledger, object]:
            self.place = 0
            with ExitStack() as places:
                for function, make in self.answers.items():
                    places.enter_context(replaced(function, self._standing_in(function.__name__, make)))
                return event(ledger, block)

        return run

    def _standing_in(self, name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*arguments: Any) -> Any:
            own, place = [one for one in arguments if not isinstance(one, (Map, Context))], self.place
            self.place += 1
            if place == len(self.asked):
                self.asked.append(((name, own), make(f"{name} {place}", *arguments)))
            elif not require_alike(
                self.world, self.asked[place][0], (name, own), f"{name} is asked alike in both runs"
            ):
                return make(f"{name} {place}, asked otherwise", *arguments)
            return self.asked[place][1]

        return answer


def require_isolated(world: World, runs: tuple[Setting, Setting], event: Event) -> object:
    """LEDGER-4. What happens in `main` ends alike in both runs, and leaves elsewhere as it was; gives what it said."""

    def watched(before: Ledger, block: Context) -> tuple[Ledger, object]:
        after, result = event(before, block)
        theirs = frozenset(block.members[ELSEWHERE])
        was, now = part_of(before, ELSEWHERE, theirs), part_of(after, ELSEWHERE, theirs)
        world.require(was.keys() == now.keys(), "nothing elsewhere comes or goes")
        for name, entry in was.items():
            world.require(now.get(name) is entry, f"elsewhere is as it was: {name.partition(' ')[0]}")
        return after, result

    return require_ends_alike(world, runs, watched)


def require_ends_alike(world: World, runs: tuple[Setting, Setting], event: Event) -> object:
    """LEDGER-4. What happens, in whatever pool, ends alike for `main` in both runs; gives what came of the first."""
    ends: list[tuple[object, ...]] = []
    for setting in runs:
        after, result = event(setting.ledger, setting.context)
        ours = part_of(after, "main", frozenset(setting.context.members["main"]))
        ends.append((ours, after.deposits, after.changes, after.last_change, result))
    world.observe("end", ends[0])
    require_alike(world, ends[0], ends[1], "the pool ends alike, whatever there is elsewhere")
    return ends[0][-1]
