/** The form of an operation, and a few ways to make one. */

import { fromJson, type Shape } from "../encoding/shapes.js";
import type { Json } from "../values.js";

/** Answers the input of a question; throws a `Rejection` where a rule rejects the question as a whole. */
export type Operation = (input: unknown) => Json;

export type Operations = Readonly<Record<string, Operation>>;

/** An operation from the shapes of what it is asked and what it answers. */
export function operation<I, O>(input: Shape<I>, output: Shape<O>, answer: (input: I) => O): Operation {
  return (json) => output.toJson(answer(fromJson(input, json)));
}
