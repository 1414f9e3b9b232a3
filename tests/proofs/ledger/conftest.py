import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import CodeType

import pytest

from clearstone.mutants import source_of


@contextmanager
def _broken(module: str, old: str, new: str) -> Iterator[None]:
    """Run one function of the specification with other text in it: in this process, so that many can be tried."""
    source = source_of(module)
    assert source.count(old) == 1, f"{old!r} occurs {source.count(old)} times in {module}, not once"
    compiled = compile(source.replace(old, new), module, "exec", dont_inherit=True)
    codes = {code.co_name: code for code in compiled.co_consts if isinstance(code, CodeType)}
    functions = [function for name in codes if hasattr(function := vars(sys.modules[module])[name], "__code__")]
    true = [(function, function.__code__) for function in functions]
    for function, code in true:
        function.__code__ = codes[code.co_name]
    try:
        yield
    finally:
        for function, code in true:
            function.__code__ = code


@pytest.fixture
def broken() -> Callable[[str, str, str], AbstractContextManager[None]]:
    return _broken
