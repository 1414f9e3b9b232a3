"""JSON Schemas of the wire and of vector files, written from the records' type hints: there is no second description.

A schema of `questions` and one of `replies` hold for single lines; the question that a reply belongs to says which
operation's output it must be, so outputs are described under `$defs` by the operation's name. What JSON Schema can't
say, the bound of an integer above all, is the spec's business: an input that passes its schema may still be rejected.
"""

from __future__ import annotations

import json
from typing import Any

from clearstone.conformance.operations import OPERATIONS
from clearstone.conformance.operations.ledger_operations import BlockDone, ReceiptOf
from clearstone.conformance.vector_file import FORMAT
from clearstone.conformance.wire import PROTOCOL, SUITES
from clearstone.spec.blocks import Block
from clearstone.spec.encoding.shapes import (
    Choice,
    Leaf,
    Optional,
    Record,
    Row,
    Sequence,
    Shape,
    Tagged,
    fields_of,
)
from clearstone.spec.rules import RULES
from clearstone.spec.snapshot import Snapshot
from clearstone.spec.transactions import Transaction

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_LEAVES: dict[type, Schema] = {
    int: {"type": "string", "pattern": "^(0|-?[1-9][0-9]{0,77})$"},
    bytes: {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
}
_SEQ: Schema = {"type": "string", "pattern": "^[1-9][0-9]*$"}


class _Definitions:
    """The records met so far, each described once."""

    def __init__(self) -> None:
        self.names: dict[type, str] = {}
        self.schemas: dict[str, Schema] = {}

    def of(self, shape: Shape) -> Schema:
        """The schema of a shape."""
        match shape:
            case Leaf():
                return _LEAVES[shape.kind]
            case Choice():
                return {"enum": list(shape.texts)}
            case Optional():
                return {"anyOf": [{"type": "null"}, self.of(shape.present)]}
            case Sequence():
                return {"type": "array", "items": self.of(shape.item)}
            case Row():
                items = [self.of(item) for item in shape.items]
                return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
            case Record():
                return {"$ref": f"#/$defs/{self._named(shape.cls)}"}
            case Tagged():
                return {"oneOf": [_object({tag: self.of(member)}) for tag, _, member in shape.members]}

    def _named(self, cls: type) -> str:
        if cls not in self.names:
            name = cls.__name__
            if name in self.names.values():  # such as the claim Commit beside the Commit in a block
                name = f"{cls.__module__.rpartition('.')[2]}.{name}"
            self.names[cls] = name
            self.schemas[name] = {}  # a place, in case the record holds itself
            self.schemas[name] = _object({field: self.of(shape) for field, shape in fields_of(cls)})
        return self.names[cls]


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def questions() -> Schema:
    """What is written to a client: one of these a line."""
    known = _Definitions()
    seq = {"seq": _SEQ}
    kinds = [
        _object({"kind": {"const": "start"}, "protocol": {"const": PROTOCOL}}),
        _object({"kind": {"const": "stop"}}),
        *(
            _object(
                {
                    "kind": {"const": "run"},
                    **seq,
                    "suite": {"enum": list(SUITES)},
                    "operation": {"const": each.name},
                    "input": known.of(Record(each.question)),
                }
            )
            for each in OPERATIONS.values()
        ),
        _object({"kind": {"const": "open"}, **seq, "state": known.of(Record(Snapshot))}),
        _object({"kind": {"const": "apply"}, **seq, "transaction": known.of(Record(Transaction))}),
        _object({"kind": {"const": "apply"}, **seq, "block": known.of(Record(Block))}),
        _object({"kind": {"const": "dump"}, **seq}),
        _object({"kind": {"const": "close"}, **seq}),
    ]
    return {"$schema": DRAFT, "title": "What a conformance client is asked", "oneOf": kinds, "$defs": known.schemas}


def replies() -> Schema:
    """What a client writes: one of these a line. `outputs` says by operation what an output must be."""
    known = _Definitions()
    seq: Schema = {"seq": {"type": "string"}}
    short = {"type": "string", "maxLength": 200}
    client = _object(dict.fromkeys(("name", "version", "language", "homepage"), short))
    suites = {"type": "array", "items": {"enum": list(SUITES)}}
    outputs: Schema = {each.name: known.of(Record(each.answer)) for each in OPERATIONS.values()}
    root, state = _LEAVES[bytes], known.of(Record(Snapshot))
    outputs |= {
        "open": _object({"root": root}),
        "apply-transaction": _object({"receipt": known.of(Record(ReceiptOf)), "root": root}),
        "apply-block": known.of(Record(BlockDone)),
        "dump": _object({"root": root, "state": state}),
        "close": _object({}),
    }
    kinds = [
        _object({"client": client, "protocol": {"const": PROTOCOL}, "suites": suites}),
        _object({**seq, "output": {"type": "object"}}),
        _object({**seq, "rejected": _object({"rule": {"type": "string"}})}),
        _object({**seq, "skipped": {"type": "string"}}),
        _object({**seq, "error": {"type": "string"}}),
    ]
    definitions = {**known.schemas, **{f"output of {name}": schema for name, schema in outputs.items()}}
    return {"$schema": DRAFT, "title": "What a conformance client replies", "oneOf": kinds, "$defs": definitions}


def vectors() -> Schema:
    """A vector file: inputs and outputs go by the case's operation."""
    known = _Definitions()
    text = {"type": "string"}
    about = {"id": {"type": "string", "pattern": "^[a-z]+/[a-z0-9-]+$"}, "description": text}
    rules = {"type": "array", "items": {"enum": list(RULES)}, "minItems": 1}
    cases = []
    for each in OPERATIONS.values():
        asked = {**about, "rules": rules, "operation": {"const": each.name}, "input": known.of(Record(each.question))}
        cases.append(_object({**asked, "output": known.of(Record(each.answer))}))
        cases.append(_object({**asked, "rejected": _object({"rule": {"enum": list(RULES)}})}))
    head = dict.fromkeys(("rules_version", "licence", "schema", "use"), text)
    document = {
        "format": {"const": FORMAT},
        "suite": {"enum": list(SUITES)},
        **head,
        "cases": {"type": "array", "items": {"oneOf": cases}},
    }
    return {"$schema": DRAFT, "title": "A file of conformance vectors", **_object(document), "$defs": known.schemas}


def files() -> dict[str, str]:
    """The schemas as files, by name."""
    made = {"questions": questions(), "replies": replies(), "vectors": vectors()}
    return {f"{name}.schema.json": json.dumps(schema, indent=1) + "\n" for name, schema in made.items()}
