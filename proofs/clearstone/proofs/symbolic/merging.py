"""Merging: where a helper's paths part and meet again, its results are one result, defined by cases.

Without it paths multiply: two accounts that may each gain or lose, in one of three periods, part 36 ways before
anything of interest has happened. A merged result is exact; nothing is forgotten, so a replay still comes to the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import wraps
from typing import Any

from clearstone.proofs.symbolic.definitions import Cases
from clearstone.proofs.symbolic.formulas import Formula, conjunction, formula_of, negation, truth
from clearstone.proofs.symbolic.integers import Integer, integer, polynomial_of
from clearstone.proofs.symbolic.vocabulary import Vocabulary

Ending = tuple[Any, Any]
"""Under which condition, and with what result."""


def skeleton(value: Any) -> tuple[Any, list[Any]]:
    """What a result is made of without its integers and truth values, and those in order."""
    value = formula_of(value)
    if isinstance(value, (bool, Formula)):
        return bool, [value]
    if isinstance(value, (int, Integer)):
        return int, [value]
    if isinstance(value, (tuple, list)):
        parts = [skeleton(item) for item in value]
    elif is_dataclass(value) and not isinstance(value, type):
        parts = [skeleton(getattr(value, item.name)) for item in fields(value)]
    else:
        return ("other", value), []
    return (type(value), *(shape for shape, _ in parts)), [leaf for _, leaves in parts for leaf in leaves]


def rebuilt(shape: Any, leaves: Iterator[Any]) -> Any:
    """The result of this shape, with other integers and truth values."""
    if shape is bool or shape is int:
        return next(leaves)
    kind, *parts = shape
    if kind == "other":
        return parts[0]
    values = [rebuilt(part, leaves) for part in parts]
    return kind(values) if kind in (tuple, list) else kind(*values)


def joined(vocabulary: Vocabulary, endings: Sequence[Ending]) -> Any:
    """One result for endings of the same shape."""
    shape = skeleton(endings[0][1])[0]
    columns = zip(*(skeleton(result)[1] for _, result in endings), strict=True)
    conditions = [condition for condition, _ in endings]
    return rebuilt(shape, iter([_leaf(vocabulary, conditions, column) for column in columns]))


def _leaf(vocabulary: Vocabulary, conditions: Sequence[Any], values: Sequence[Any]) -> Any:
    """One integer or truth value by cases."""
    if isinstance(values[0], (bool, Formula)):
        cases = [negation(conjunction(condition, value)) for condition, value in zip(conditions, values, strict=True)]
        return truth(negation(conjunction(*cases)))
    by_value: dict[Any, list[Any]] = {}
    for condition, value in zip(conditions, values, strict=True):
        by_value.setdefault(polynomial_of(value), []).append(condition)
    if len(by_value) == 1:
        return integer(next(iter(by_value)))
    return integer(vocabulary.define(Cases(tuple((any_of(given), value) for value, given in by_value.items()))))


def any_of(conditions: Sequence[Any]) -> Any:
    """Whether any of the conditions is true."""
    return negation(conjunction(*(negation(condition) for condition in conditions)))


class Merging:
    """Which functions of the specification are merged where they are called."""

    def __init__(self, functions: Sequence[Callable[..., Any]], merge: Callable[[Callable[[], Any]], Any]) -> None:
        """Merge these functions; `merge` runs one call on all its paths."""
        self.places: list[tuple[Any, str, Any, Any]] = []
        for function in functions:
            merged = _merged(function, merge)
            for name, module in sorted(sys.modules.items()):
                if name.startswith("clearstone.spec.") or name.startswith("clearstone.proofs.ledger"):
                    for attribute, value in list(vars(module).items()):
                        if value is function:
                            self.places.append((module, attribute, function, merged))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the specification call the merged functions."""
        for module, attribute, _, merged in self.places:
            setattr(module, attribute, merged)
        try:
            yield
        finally:
            for module, attribute, function, _ in self.places:
                setattr(module, attribute, function)


def _merged(function: Callable[..., Any], merge: Callable[[Callable[[], Any]], Any]) -> Callable[..., Any]:
    @wraps(function)
    def merged(*arguments: Any, **options: Any) -> Any:
        return merge(lambda: function(*arguments, **options))

    return merged
