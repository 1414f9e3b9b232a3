/** The conversation with the runner: from one line to the reply to it. */

import { OPERATIONS, openSession, SUITES } from "./operations/registry.js";
import type { Session } from "./operations/session.js";
import { type Json, Rejection } from "./values.js";

const PROTOCOL = "clearstone-conformance/1";
const ABOUT = { name: "clearstone-typescript", version: "0.1.0", language: "TypeScript", homepage: "" };

interface Question {
  kind: string;
  seq?: string;
  operation?: string;
  input?: unknown;
  state?: unknown;
  transaction?: unknown;
  block?: unknown;
}

/** A line that is no question: nobody could be answered. */
export class NoQuestion extends Error {}

function readQuestion(line: string): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new NoQuestion("it is not JSON");
  }
  if (typeof value !== "object" || value === null || !("kind" in value)) throw new NoQuestion("it has no kind");
  return value as Question;
}

type Reply = { readonly [key: string]: Json };

export class Conversation {
  private session: Session | undefined;

  /** The reply to a line, or nothing at the end; throws a `NoQuestion` if it is none. */
  answer(line: string): string | undefined {
    const question = readQuestion(line);
    if (question.kind === "stop") return undefined;
    if (question.kind === "start") {
      return JSON.stringify({ client: ABOUT, protocol: PROTOCOL, suites: SUITES });
    }
    return JSON.stringify({ seq: question.seq ?? "", ...this.attempt(question) });
  }

  private attempt(question: Question): Reply {
    try {
      return this.reply(question);
    } catch (fault) {
      if (fault instanceof Rejection) return { rejected: { rule: fault.rule } };
      // A mistake of this client fails this question alone; the trace goes where the runner shows it.
      console.error(fault);
      return { error: String(fault) };
    }
  }

  private reply(question: Question): Reply {
    switch (question.kind) {
      case "run": {
        const name = question.operation ?? "";
        const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name] : undefined;
        if (operation === undefined) return { skipped: `${name} is not supported` };
        return { output: operation(question.input) };
      }
      case "open":
        this.session = openSession(question.state);
        return { output: { root: this.session.root() } };
      case "apply":
        return {
          output:
            question.block === undefined
              ? this.opened().applyTransaction(question.transaction)
              : this.opened().applyBlock(question.block),
        };
      case "dump":
        return { output: this.opened().dump() };
      case "close":
        this.session = undefined;
        return { output: {} };
      default:
        return { error: `no such kind of question: ${question.kind}` };
    }
  }

  private opened(): Session {
    if (this.session === undefined) throw new Error("no session is open");
    return this.session;
  }
}
