/** The suite `arithmetic`. */

import { apportion, ceilDiv, floorDiv, lowerWeightedMedian } from "../arithmetic.js";
import { integer, list, pair, record } from "../encoding/shapes.js";
import { operation, type Operations } from "./operation.js";

const Division = record({ numerator: integer, divisor: integer });
const Apportionment = record({ amount: integer, caps: list(integer) });
const Weighted = record({ weighted: list(pair(integer, integer)) });
const Shares = record({ shares: list(integer) });

/** The output of every operation that answers with one number. */
export const Number = record({ value: integer });

export const arithmeticOperations: Operations = {
  floor_div: operation(Division, Number, ({ numerator, divisor }) => ({ value: floorDiv(numerator, divisor) })),
  ceil_div: operation(Division, Number, ({ numerator, divisor }) => ({ value: ceilDiv(numerator, divisor) })),
  apportion: operation(Apportionment, Shares, ({ amount, caps }) => ({ shares: apportion(amount, caps) })),
  weighted_median: operation(Weighted, Number, ({ weighted }) => ({ value: lowerWeightedMedian(weighted) })),
};
