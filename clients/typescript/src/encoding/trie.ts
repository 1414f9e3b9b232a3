/**
 * The binary Merkle trie behind the state root (ENC-1).
 *
 * A key's path is SHA-256 of it, read bit by bit, the highest first. A subtrie without entries hashes to 32 zero bytes,
 * one with a single entry to H(0x00 ‖ path ‖ H(value)) wherever it stands, any other to H(0x01 ‖ left ‖ right).
 * Tries here are immutable and share what a change leaves alone.
 */

import { type Hex, hexOf } from "../values.js";
import { sha256 } from "./hashing.js";

export type Trie = Leaf | Branch | null;

interface Leaf {
  readonly hash: Buffer;
  readonly path: Buffer;
  readonly valueHash: Buffer;
}

interface Branch {
  readonly hash: Buffer;
  /** By the next bit. */
  readonly children: readonly [Trie, Trie];
}

export const EMPTY: Trie = null;
const EMPTY_HASH = Buffer.alloc(32);
const LEAF_TAG = Buffer.from([0]);
const BRANCH_TAG = Buffer.from([1]);
const HASH_BYTES = 32;
const MAX_DEPTH = 256;

type Bit = 0 | 1;

const bitOf = (path: Buffer, depth: number): Bit => (((path[depth >> 3] ?? 0) >> (7 - (depth & 7))) & 1) as Bit;
const isBranch = (trie: Trie): trie is Branch => trie !== null && "children" in trie;
const hashOf = (trie: Trie): Buffer => trie?.hash ?? EMPTY_HASH;

const leafHash = (path: Buffer, valueHash: Buffer): Buffer => sha256(LEAF_TAG, path, valueHash);
const branchHash = (left: Buffer, right: Buffer): Buffer => sha256(BRANCH_TAG, left, right);

export const rootOf = (trie: Trie): Hex => hexOf(hashOf(trie));

/** Where a key stands: its path down the trie. */
export const pathOf = (key: string | Uint8Array): Buffer =>
  sha256(typeof key === "string" ? Buffer.from(key, "utf8") : key);

function join(left: Trie, right: Trie): Trie {
  if (left === null && !isBranch(right)) return right;
  if (right === null && !isBranch(left)) return left;
  return { hash: branchHash(hashOf(left), hashOf(right)), children: [left, right] };
}

/** The trie with one entry put in, or taken out where `leaf` is null. */
function replace(trie: Trie, path: Buffer, leaf: Leaf | null, depth: number): Trie {
  if (trie === null) return leaf;
  if (!isBranch(trie)) {
    if (trie.path.equals(path)) return leaf;
    return leaf === null ? trie : fork(trie, leaf, depth);
  }
  const [left, right] = trie.children;
  return bitOf(path, depth) === 0
    ? join(replace(left, path, leaf, depth + 1), right)
    : join(left, replace(right, path, leaf, depth + 1));
}

/** Two leaves below as many branches as bits from `depth` on that they share, and one. */
function fork(first: Leaf, second: Leaf, depth: number): Trie {
  const [a, b] = [bitOf(first.path, depth), bitOf(second.path, depth)];
  if (a !== b) return a === 0 ? join(first, second) : join(second, first);
  const below = fork(first, second, depth + 1);
  return a === 0 ? join(below, null) : join(null, below);
}

/** The trie with a value at the key, or without the key where the value is null. */
export function write(trie: Trie, key: string | Uint8Array, value: Uint8Array | null): Trie {
  return writeHash(trie, pathOf(key), value === null ? null : sha256(value));
}

/** The same, for a path and the hash of a value that are known already. */
export function writeHash(trie: Trie, path: Buffer, valueHash: Buffer | null): Trie {
  const leaf = valueHash === null ? null : { hash: leafHash(path, valueHash), path, valueHash };
  return replace(trie, path, leaf, 0);
}

/** The trie of these entries and no others: each branch is hashed once. Paths must be distinct. */
export function build(entries: readonly { readonly path: Buffer; readonly valueHash: Buffer }[]): Trie {
  const leaves: Leaf[] = entries.map(({ path, valueHash }) => ({ hash: leafHash(path, valueHash), path, valueHash }));
  leaves.sort((a, b) => Buffer.compare(a.path, b.path));
  return assemble(leaves, 0, leaves.length, 0);
}

function assemble(leaves: readonly Leaf[], start: number, end: number, depth: number): Trie {
  if (end - start <= 1) return leaves[start] !== undefined && start < end ? leaves[start] : EMPTY;
  let middle = start;
  while (middle < end && bitOf(leaves[middle]!.path, depth) === 0) middle += 1;
  return join(assemble(leaves, start, middle, depth + 1), assemble(leaves, middle, end, depth + 1));
}

/** What shows a holder of the root that a key has a value, or none. */
export interface Proof {
  /** The hashes beside the path, the one below the root first. */
  readonly siblings: readonly Hex[];
  /** Path and value hash of another key's leaf that stands where this key would, or nothing. */
  readonly other: Hex;
}

export function prove(trie: Trie, key: Uint8Array): Proof {
  const path = pathOf(key);
  const siblings: Hex[] = [];
  let here = trie;
  while (isBranch(here)) {
    const bit = bitOf(path, siblings.length);
    siblings.push(hexOf(hashOf(here.children[bit === 0 ? 1 : 0])));
    here = here.children[bit];
  }
  const other = here === null || here.path.equals(path) ? "" : hexOf(Buffer.concat([here.path, here.valueHash]));
  return { siblings, other };
}

/** Whether a proof shows that the key has this value, or none if it is null. Total: any proof will do. */
export function checkProof(root: Hex, key: Uint8Array, value: Uint8Array | null, proof: Proof): boolean {
  const siblings = proof.siblings.map((each) => Buffer.from(each, "hex"));
  if (siblings.length > MAX_DEPTH || siblings.some((each) => each.length !== HASH_BYTES)) return false;
  const path = pathOf(key);
  let hash = foot(path, value, Buffer.from(proof.other, "hex"), siblings.length);
  if (hash === undefined) return false;
  for (let depth = siblings.length - 1; depth >= 0; depth -= 1) {
    const beside = siblings[depth]!;
    hash = bitOf(path, depth) === 0 ? branchHash(hash, beside) : branchHash(beside, hash);
  }
  return hexOf(hash) === root;
}

/** The hash that stands at the foot of the path, if the proof says anything about the key. */
function foot(path: Buffer, value: Uint8Array | null, other: Buffer, depth: number): Buffer | undefined {
  if (value !== null) return other.length === 0 ? leafHash(path, sha256(value)) : undefined;
  if (other.length === 0) return EMPTY_HASH;
  if (other.length !== 2 * HASH_BYTES) return undefined;
  const otherPath = other.subarray(0, HASH_BYTES);
  if (otherPath.equals(path)) return undefined;
  for (let bit = 0; bit < depth; bit += 1) if (bitOf(otherPath, bit) !== bitOf(path, bit)) return undefined;
  return leafHash(otherPath, other.subarray(HASH_BYTES));
}
