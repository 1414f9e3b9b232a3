import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Conversation } from "../conversation.js";

const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

const ask = (question: object): Record<string, unknown> =>
  JSON.parse(new Conversation().answer(JSON.stringify(question)) ?? "null") as Record<string, unknown>;

const division = (seq: number, numerator: string, divisor: string) => ({
  kind: "run",
  seq: `${seq}`,
  suite: "arithmetic",
  operation: "floor_div",
  input: { numerator, divisor },
});

test("it says who it is and what it supports", () => {
  const { protocol, suites } = ask({ kind: "start", protocol: "clearstone-conformance/1" });
  assert.equal(protocol, "clearstone-conformance/1");
  assert.ok((suites as string[]).includes("consensus"));
});

test("it answers, rejects, and says of what it does not know that it skipped it", () => {
  assert.deepEqual(ask(division(7, "-7", "2")), { seq: "7", output: { value: "-4" } });
  const decode = { kind: "run", seq: "8", suite: "encoding", operation: "recode", input: { data: "1817" } };
  assert.deepEqual(ask(decode), { seq: "8", rejected: { rule: "ENC-1" } });
  assert.ok("skipped" in ask({ ...decode, operation: "divine" }));
});

test("a mistake of its own fails one question and not the next", () => {
  const conversation = new Conversation();
  const lines = [division(1, "1", "0"), division(2, "4", "2")].map((each) => conversation.answer(JSON.stringify(each)));
  assert.match(lines[0] ?? "", /"error"/);
  assert.equal(lines[1], '{"seq":"2","output":{"value":"2"}}');
});

/** What the process writes when these pieces come in one after the other, and the code that it ends with. */
async function pipe(pieces: (string | Buffer)[]): Promise<{ replies: string[]; complaint: string; code: number }> {
  const child = spawn(process.execPath, [MAIN], { stdio: "pipe" });
  const ended = once(child, "close");
  let [written, complaint] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (complaint += text));
  for (const piece of pieces) {
    child.stdin.write(piece);
    await new Promise((resume) => setTimeout(resume, 20));
  }
  child.stdin.end();
  const [code] = (await ended) as [number];
  return { replies: written.split("\n").slice(0, -1), complaint, code };
}

test("lines may come in pieces, many at once, and with characters cut in two", async () => {
  const many = Array.from({ length: 200 }, (_, n) => `${JSON.stringify(division(n + 1, `${n}`, "3"))}\n`).join("");
  const special = Buffer.from(`${JSON.stringify({ ...division(201, "9", "3"), suite: "é€😀" })}\n`);
  const cut = special.indexOf(0x82) + 1;
  const { replies } = await pipe([
    many.slice(0, 777),
    many.slice(777),
    special.subarray(0, cut),
    special.subarray(cut),
  ]);
  assert.equal(replies.length, 201);
  replies.slice(0, 200).forEach((line, n) => {
    assert.deepEqual(JSON.parse(line), { seq: `${n + 1}`, output: { value: `${Math.floor(n / 3)}` } });
  });
});

test("after stop it says nothing more", async () => {
  const { replies, code } = await pipe([
    `${JSON.stringify(division(1, "1", "1"))}\n{"kind":"stop"}\n${JSON.stringify(division(2, "1", "1"))}\n`,
  ]);
  assert.deepEqual([replies.length, code], [1, 0]);
});

test("a line that is no question ends it with one line of complaint, after what was answered", async () => {
  for (const line of ["no JSON", "[]", "7", "{}", ""]) {
    const { replies, complaint, code } = await pipe([`${JSON.stringify(division(1, "9", "3"))}\n${line}\n`]);
    assert.deepEqual([replies.length, code], [1, 2], line);
    assert.match(complaint, /^[^\n]*no question[^\n]*\n$/);
  }
});

test("names that every object has are no operations and no kinds of records", () => {
  const question = { kind: "run", seq: "1", suite: "encoding", operation: "toString", input: {} };
  assert.ok("skipped" in ask(question));
  const named = { record: { constructor: {} } };
  assert.deepEqual(ask({ ...question, operation: "encode", input: named }), { seq: "1", rejected: { rule: "ENC-3" } });
});
