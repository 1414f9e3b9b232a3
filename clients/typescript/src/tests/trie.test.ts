import assert from "node:assert/strict";
import { test } from "node:test";
import { build, checkProof, EMPTY, pathOf, prove, rootOf, type Trie, write } from "../encoding/trie.js";
import { sha256 } from "../encoding/hashing.js";
import { forSeeds, type Generator } from "./generator.js";

const key = (n: number): Buffer => Buffer.from(`key ${n}`);
const value = (made: Generator): Buffer => made.bytes(8);

/** Random writes and deletions of a few keys, and what they come to. */
function history(made: Generator): { trie: Trie; content: Map<number, Buffer> } {
  let trie: Trie = EMPTY;
  const content = new Map<number, Buffer>();
  for (let step = 0; step < 40; step += 1) {
    const n = made.below(12);
    const fresh = made.below(3) === 0 ? null : value(made);
    trie = write(trie, key(n), fresh);
    if (fresh === null) content.delete(n);
    else content.set(n, fresh);
  }
  return { trie, content };
}

test("the root depends on the content alone", () =>
  forSeeds(60, (made) => {
    const { trie, content } = history(made);
    const entries = [...content].map(([n, held]) => ({ path: pathOf(key(n)), valueHash: sha256(held) }));
    assert.equal(rootOf(build(entries)), rootOf(trie));
    assert.equal(rootOf(build(entries.reverse())), rootOf(trie));
  }));

test("every key has a proof of what the trie says about it, and none of anything else", () =>
  forSeeds(40, (made) => {
    const { trie, content } = history(made);
    const root = rootOf(trie);
    for (let n = 0; n < 14; n += 1) {
      const proof = prove(trie, key(n));
      const held = content.get(n) ?? null;
      assert.ok(checkProof(root, key(n), held, proof));
      assert.ok(!checkProof(root, key(n), held === null ? Buffer.from("x") : null, proof));
      assert.ok(!checkProof(root, key(n), Buffer.from("another"), proof));
      assert.ok(!checkProof("ff".repeat(32), key(n), held, proof));
    }
  }));

test("a proof with anything changed proves nothing", () =>
  forSeeds(40, (made) => {
    const { trie, content } = history(made);
    const [present] = content.keys();
    if (present === undefined || content.size < 3) return;
    const proof = prove(trie, key(present));
    const check = (siblings: readonly string[], other = proof.other) =>
      checkProof(rootOf(trie), key(present), content.get(present)!, { siblings, other });
    assert.ok(check(proof.siblings));
    assert.ok(!check(proof.siblings.slice(1)));
    assert.ok(!check([...proof.siblings, "00".repeat(32)]));
    assert.ok(!check(proof.siblings.map((each) => each.slice(2))));
    assert.ok(!check(proof.siblings, "00".repeat(64)));
  }));

test("a trie of one entry is its leaf, and the empty trie 32 zero bytes", () => {
  const [k, v] = [Buffer.from("k"), Buffer.from("v")];
  assert.equal(rootOf(EMPTY), "00".repeat(32));
  assert.equal(rootOf(write(EMPTY, k, v)), sha256(Buffer.from([0]), sha256(k), sha256(v)).toString("hex"));
});

test("what was written and deleted leaves no trace", () => {
  let trie: Trie = EMPTY;
  for (let n = 0; n < 50; n += 1) trie = write(trie, key(n), Buffer.from([n]));
  for (let n = 0; n < 50; n += 1) trie = write(trie, key(n), null);
  assert.equal(trie, EMPTY);
});
