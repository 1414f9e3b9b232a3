/** Changing parameters: attested, delayed, bounded, and binding at the end of a block (LEDGER-8). */

import { PPM, abs, clamp, floorDiv, max } from "../arithmetic.js";
import type { Instrument, PoolParameters } from "../records/instruments.js";
import type { ScheduledChange } from "../records/state.js";
import type { ChangeParameter } from "../records/transactions.js";
import {
  OPTION_RANGES,
  PERPETUAL_RANGES,
  POOL_RANGES,
  checkOptionParameters,
  checkPerpetualParameters,
  checkPoolParameters,
} from "../state/parameters.js";
import { type BlockTerms, type Ledger, Run } from "./context.js";
import { type Receipt, demand, refusalOf, refuse, refused } from "./receipts.js";
import type { Table } from "./table.js";

/** Largest change at once, in ppm of the value, at least 1. */
const MAX_STEP = 100_000n;

type Ranges = Readonly<Record<string, { readonly fixed?: true }>>;

/** One parameter set as near to a value as a step allows; refused if there is none, or the rest excludes it. */
function changed<P extends object>(parameters: P, ranges: Ranges, check: (of: P) => void, to: NamedValue): P {
  demand(Object.hasOwn(ranges, to.name) && ranges[to.name]?.fixed !== true, "LEDGER-8");
  const current = (parameters as Readonly<Record<string, bigint>>)[to.name] ?? refuse("LEDGER-8");
  const step = max(1n, floorDiv(abs(current) * MAX_STEP, PPM));
  const after = { ...parameters, [to.name]: clamp(to.value, current - step, current + step) };
  check(after);
  return after;
}

interface NamedValue {
  readonly name: string;
  readonly value: bigint;
}

const changedPool = (parameters: PoolParameters, to: NamedValue): PoolParameters =>
  changed(parameters, POOL_RANGES, checkPoolParameters, to);

function changedInstrument(instrument: Instrument, to: NamedValue): Instrument {
  if (instrument.kind === "Perpetual")
    return {
      ...instrument,
      parameters: changed(instrument.parameters, PERPETUAL_RANGES, checkPerpetualParameters, to),
    };
  return { ...instrument, parameters: changed(instrument.parameters, OPTION_RANGES, checkOptionParameters, to) };
}

/** Puts a change into its pool or market, and answers the value that it came to; refused if there is no such scope. */
function bind(ledger: Ledger, instruments: Table<Instrument>, scope: string, to: NamedValue): bigint {
  const slash = scope.indexOf("/");
  const [kind, id] = slash === -1 ? [scope, ""] : [scope.slice(0, slash), scope.slice(slash + 1)];
  const valueIn = (parameters: object): bigint => (parameters as Readonly<Record<string, bigint>>)[to.name] ?? 0n;
  if (kind === "pool") {
    const pool = ledger.pools.get(id) ?? refuse("LEDGER-8");
    const parameters = changedPool(pool.parameters, to);
    ledger.pools.set(id, { ...pool, parameters });
    return valueIn(parameters);
  }
  demand(kind === "market", "LEDGER-8");
  const instrument = changedInstrument(instruments.get(id) ?? refuse("LEDGER-8"), to);
  instruments.set(id, instrument);
  return valueIn(instrument.parameters);
}

/** Keys of waiting changes ascend as their numbers do. */
const changeKey = (number: bigint): string => number.toString().padStart(20, "0");

/** Accept a change to bind after the delay. */
export function scheduleChange(run: Run, { number, scope, name, value }: ChangeParameter): void {
  const { ledger, terms } = run;
  demand(number === ledger.lastChange + 1n, "LEDGER-8");
  const mark = ledger.journal.mark();
  const bound = bind(ledger, terms.instruments, scope, { name, value });
  demand(bound === value, "LEDGER-8");
  ledger.journal.rollBack(mark);
  const binds_at = run.now + terms.parameters.parameter_delay;
  ledger.changes.set(changeKey(number), { scope, name, value, binds_at });
  ledger.setLastChange(number);
  run.log.note("scheduled", scope, { [name]: value, "binds-at": binds_at });
}

/** At the end of a block the changes whose delay is over take effect; one that has come to be excluded is dropped. */
export function bindChanges(ledger: Ledger, terms: BlockTerms): Receipt[] {
  const due = ledger.changes.items().filter(([, change]) => change.binds_at <= terms.now);
  return due.map(([key, change]) => {
    ledger.changes.remove(key);
    return bindDue(ledger, terms, change);
  });
}

function bindDue(ledger: Ledger, terms: BlockTerms, change: ScheduledChange): Receipt {
  const run = new Run(ledger, terms);
  const refusal = refusalOf(() => {
    run.log.note("bound", change.scope, { [change.name]: bind(ledger, terms.instruments, change.scope, change) });
  });
  return refusal === null ? run.log.receipt() : refused(refusal);
}
