/** A conformance client on standard input and output: one JSON object a line, answered in order. */

import { readSync, writeSync } from "node:fs";
import { Conversation, NoQuestion } from "./conversation.js";

const NEWLINE = 0x0a;
const CHUNK = 1 << 16;

/** Writes all of it: a pipe may take less at a time, or be full for a moment. */
function write(text: string): void {
  const bytes = Buffer.from(text, "utf8");
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(1, bytes, written);
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== "EAGAIN") throw fault;
    }
  }
}

/** Reads what has come, at least a byte; nothing at the end. */
function read(chunk: Buffer): Buffer | undefined {
  for (;;) {
    try {
      const count = readSync(0, chunk);
      return count === 0 ? undefined : chunk.subarray(0, count);
    } catch (fault) {
      const { code } = fault as NodeJS.ErrnoException;
      if (code === "EOF") return undefined;
      if (code !== "EAGAIN") throw fault;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** Answers every whole line of a chunk before it writes, so that a window of questions costs one write. */
function converse(): void {
  const conversation = new Conversation();
  const chunk = Buffer.allocUnsafe(CHUNK);
  let pending: Buffer[] = [];
  let replies = "";
  try {
    for (let fresh = read(chunk); fresh !== undefined; fresh = read(chunk)) {
      let start = 0;
      for (let end = fresh.indexOf(NEWLINE); end !== -1; end = fresh.indexOf(NEWLINE, start)) {
        const line = Buffer.concat([...pending, fresh.subarray(start, end)]).toString("utf8");
        pending = [];
        start = end + 1;
        const reply = conversation.answer(line);
        if (reply === undefined) return;
        replies += `${reply}\n`;
      }
      if (start < fresh.length) pending.push(Buffer.from(fresh.subarray(start)));
      write(replies);
      replies = "";
    }
  } finally {
    write(replies);
  }
}

function main(): void {
  try {
    converse();
  } catch (fault) {
    if (!(fault instanceof NoQuestion)) throw fault;
    console.error(`standard input: a line that is no question: ${fault.message}`);
    process.exitCode = 2;
  }
}

main();
