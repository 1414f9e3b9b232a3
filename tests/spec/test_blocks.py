from __future__ import annotations

from dataclasses import fields, replace

import pytest

from clearstone.models.chain import forked
from clearstone.models.scenario_genesis import scenario_genesis, started
from clearstone.spec.blocks import block_id
from clearstone.spec.transactions import Cancel

BASE = started(scenario_genesis())
BLOCK = forked(BASE).block(BASE.attest(Cancel(1))).block


def test_a_block_id_is_32_bytes_and_the_same_for_the_same_block() -> None:
    assert len(block_id(BLOCK)) == 32
    assert block_id(BLOCK) == block_id(replace(BLOCK))


OTHERS = {
    "chain": "another",
    "version": 2,
    "height": 9,
    "time": 9,
    "proposer": bytes(32),
    "previous": bytes(32),
    "commit": replace(BLOCK.commit, round=1),
    "transactions": (),
    "root": bytes(32),
}


@pytest.mark.parametrize("name", [item.name for item in fields(BLOCK)])
def test_a_block_id_depends_on_every_field(name: str) -> None:
    assert block_id(replace(BLOCK, **{name: OTHERS[name]})) != block_id(BLOCK)
