/** What a transaction, or a step of a block, leaves behind: postings and events in their order, or the rule refusing it. */

import {
  type Infer,
  integer,
  list,
  type Shape,
  optional,
  pair,
  record,
  text,
} from "../encoding/shapes.js";
import { Malformed, Rejection } from "../values.js";

export const Posting = record({
  pool: text,
  source: text,
  destination: text,
  amount: integer,
  reason: text,
});
export type Posting = Infer<typeof Posting>;

/** A figure of an event: the pipe says whether it is a number or a text. */
const Figure: Shape<bigint | string> = {
  read: () => {
    throw new Malformed("events are written only");
  },
  toJson: (value) => (typeof value === "bigint" ? { int: value.toString() } : { str: value }),
  encode: () => {
    throw new Malformed("events have no canonical bytes");
  },
};

export const Event = record({ kind: text, subject: text, details: list(pair(text, Figure)) });
export type Event = Infer<typeof Event>;

export const Receipt = record({
  rejection: optional(text),
  postings: list(Posting),
  events: list(Event),
});
export type Receipt = Infer<typeof Receipt>;

/** Refuse by a rule; whoever catches it rolls the journal back. */
export function refuse(rule: string): never {
  throw new Rejection(rule);
}

export function demand(holds: boolean, rule: string): asserts holds {
  if (!holds) refuse(rule);
}

/** Run what may refuse: the rule that does, or null. */
export function refusalOf(attempt: () => void): string | null {
  try {
    attempt();
    return null;
  } catch (thrown) {
    if (thrown instanceof Rejection) return thrown.rule;
    throw thrown;
  }
}

/** The postings and events of one receipt while it is being written. */
export class Log {
  readonly postings: Posting[] = [];
  readonly events: Event[] = [];

  /** One movement of money; the amount is at least 0. */
  post(pool: string, source: string, destination: string, amount: bigint, reason: string): void {
    this.postings.push({ pool, source, destination, amount, reason });
  }

  /** A payment of signed size: a negative one goes the other way. */
  pay(pool: string, payer: string, payee: string, amount: bigint, reason: string): void {
    if (amount >= 0n) this.post(pool, payer, payee, amount, reason);
    else this.post(pool, payee, payer, -amount, reason);
  }

  note(kind: string, subject: string, details: Readonly<Record<string, bigint | string>> = {}): void {
    this.list(kind, subject, Object.entries(details));
  }

  /** An event that is known only later, but told before those since then. */
  noteBefore(at: number, kind: string, subject: string, details: Readonly<Record<string, bigint | string>>): void {
    this.events.splice(at, 0, { kind, subject, details: Object.entries(details) });
  }

  /** An event whose figures are named by ids: no object would keep their order. */
  list(kind: string, subject: string, details: Event["details"]): void {
    this.events.push({ kind, subject, details });
  }

  mark(): readonly [number, number] {
    return [this.postings.length, this.events.length];
  }

  cutBack([postings, events]: readonly [number, number]): void {
    this.postings.length = postings;
    this.events.length = events;
  }

  receipt(): Receipt {
    return { rejection: null, postings: this.postings, events: this.events };
  }
}

export const refused = (rule: string): Receipt => ({ rejection: rule, postings: [], events: [] });

export const accountBalance = (id: string): string => `account/${id}`;
export const clearingBalance = (market: string): string => `clearing/${market}`;
