/** The suite `encoding`: canonical bytes, tries and their proofs, what may be a genesis or a state. */

import { encode } from "../encoding/cbor.js";
import { decode } from "../encoding/cbor-reader.js";
import { sha256 } from "../encoding/hashing.js";
import {
  encodeAs,
  flag,
  fromJson,
  fromPlain,
  list,
  octets,
  optional,
  pair,
  record,
  type Shape,
} from "../encoding/shapes.js";
import { stateRoot } from "../encoding/state-root.js";
import { checkProof, EMPTY, prove, rootOf, write } from "../encoding/trie.js";
import { Proposal, SignedMessage, Vote } from "../records/consensus.js";
import { Account, Genesis, Snapshot } from "../records/state.js";
import { Block, Transaction } from "../records/transactions.js";
import { startChain } from "../state/genesis.js";
import { checkSnapshot } from "../state/snapshot.js";
import { bytesOf, hexOf, type Json, Malformed, readHex, readText } from "../values.js";
import { operation, type Operations } from "./operation.js";

// Of any type: the name on the pipe says which shape, and each is used with values of its own only.
const RECORDS: NamedShapes = { Transaction, Block, Vote, Proposal, SignedMessage, Account };

type NamedShapes = Readonly<Record<string, Shape<any>>>;

function shapeNamed(shapes: NamedShapes, name: string): Shape<any> {
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (shape === undefined) throw new Malformed("a record of no known kind");
  return shape;
}

/** A record that stands under the name of its kind: its shape and its content. */
export function namedRecord(json: unknown, shapes: NamedShapes): [string, Shape<any>, unknown] {
  const [name, ...more] = Object.keys(typeof json === "object" && json !== null ? json : {});
  if (name === undefined || more.length > 0) throw new Malformed("not one record under its kind");
  const shape = shapeNamed(shapes, name);
  return [name, shape, fromJson(shape, (json as Record<string, unknown>)[name])];
}

function encodeRecord(input: unknown): Json {
  const [, shape, value] = namedRecord((input as { record?: unknown }).record, RECORDS);
  const data = encodeAs(shape, value);
  return { data: hexOf(data), id: hexOf(sha256(data)) };
}

function decodeRecord(input: unknown): Json {
  const { kind, data } = input as { kind?: unknown; data?: unknown };
  const name = readText(kind);
  const shape = shapeNamed(RECORDS, name);
  const value = fromPlain(shape, decode(bytesOf(readHex(data))));
  return { record: { [name]: shape.toJson(value) } };
}

const Bytes = record({ data: octets });
const ProofRecord = record({ siblings: list(octets), other: octets });
const Writes = record({ changes: list(pair(octets, optional(octets))), key: octets });
const Proved = record({ root: octets, proof: ProofRecord });
const ProofToCheck = record({ root: octets, key: octets, value: optional(octets), proof: ProofRecord });
const Root = record({ root: octets });

export const Validity = record({ valid: flag });

export const encodingOperations: Operations = {
  encode: encodeRecord,
  decode: decodeRecord,
  recode: operation(Bytes, Bytes, ({ data }) => ({ data: hexOf(encode(decode(bytesOf(data)))) })),
  write_trie: operation(Writes, Proved, ({ changes, key }) => {
    let trie = EMPTY;
    for (const [at, value] of changes) trie = write(trie, bytesOf(at), value === null ? null : bytesOf(value));
    return { root: rootOf(trie), proof: prove(trie, bytesOf(key)) };
  }),
  check_proof: operation(ProofToCheck, Validity, ({ root, key, value, proof }) => ({
    valid: checkProof(root, bytesOf(key), value === null ? null : bytesOf(value), proof),
  })),
  root_of_state: operation(record({ state: Snapshot }), Root, ({ state }) => {
    checkSnapshot(state);
    return { root: stateRoot(state) };
  }),
  genesis: operation(record({ genesis: Genesis }), record({ state: Snapshot, root: octets }), ({ genesis }) => {
    const state = startChain(genesis);
    return { state, root: stateRoot(state) };
  }),
};
