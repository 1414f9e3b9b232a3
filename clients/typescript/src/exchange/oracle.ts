/** One index per feed from the validators' reports, frozen rather than wrong, and the block's time (ORACLE-1 to ORACLE-6). */

import { MAX_TICKS, PPM, clamp, floorDiv, lowerWeightedMedian, max, min, sum } from "../arithmetic.js";
import { isQuorum, powerOf, totalPower } from "../consensus/validators.js";
import type { Commit, Validators } from "../records/consensus.js";
import type { ProtocolParameters } from "../records/instruments.js";
import type { Feed, Report } from "../records/state.js";
import { ascending } from "../values.js";

/** Signers that a feed needs besides the power. */
const MINIMUM_SIGNERS = 3;

/** Whether a report counts: in bounds, near block time, strictly newer than its signer's last. */
const counts = (report: Report, last: Report | undefined, now: bigint, staleness: bigint): boolean =>
  1n <= report.price &&
  report.price <= MAX_TICKS &&
  now - staleness <= report.time &&
  report.time <= now + staleness &&
  (last === undefined || report.time > last.time);

/** Each signer's last report that counts, with those of a commit. */
function mergedReports(feed: Feed, feedId: string, commit: Commit, staleness: bigint, now: bigint): Report[] {
  const latest = new Map(feed.reports.map((report) => [report.signer, report]));
  for (const { validator: signer, time, prices } of commit.signatures)
    for (const [reported, price] of prices) {
      const report = { signer, price, time };
      if (reported === feedId && counts(report, latest.get(signer), now, staleness)) latest.set(signer, report);
    }
  return [...latest.values()].sort((one, other) => ascending(one.signer, other.signer));
}

/** Towards the median by a bounded step, at least a tick; never below a tick. */
function clampedIndex({ index, max_move }: Feed, median: bigint): bigint {
  const step = max(1n, floorDiv(index * max_move, PPM));
  return clamp(median, max(1n, index - step), index + step);
}

/** The feed after a block that carries a commit: without enough reports it is frozen. */
export function updateFeed(
  feed: Feed,
  feedId: string,
  commit: Commit,
  validators: Validators,
  parameters: ProtocolParameters,
  now: bigint,
): Feed {
  const { report_staleness, grace_blocks } = parameters;
  const reports = mergedReports(feed, feedId, commit, report_staleness, now);
  const weighted = reports
    .filter(({ time }) => now - report_staleness <= time)
    .map(({ price, signer }) => [price, powerOf(validators, signer)] as const);
  const power = sum(weighted.map(([, each]) => each));
  if (weighted.length < MINIMUM_SIGNERS || !isQuorum(power, totalPower(validators)))
    return { ...feed, fresh_blocks: 0n, reports };
  const median = lowerWeightedMedian(weighted);
  const fresh_blocks = min(feed.fresh_blocks + 1n, grace_blocks);
  return { ...feed, index: clampedIndex(feed, median), median, fresh_blocks, reports };
}

/** Whether a feed may be relied on: not frozen, and thawed for the whole grace period. */
export const isFresh = (feed: Feed, { grace_blocks }: ProtocolParameters): boolean =>
  feed.fresh_blocks >= grace_blocks;

/** The median of the commit's clocks, strictly after the last block; a millisecond later if nobody signed. */
export function blockTime(commit: Commit, validators: Validators, previous: bigint): bigint {
  if (commit.signatures.length === 0) return previous + 1n;
  const clocks = commit.signatures.map(({ time, validator }) => [time, powerOf(validators, validator)] as const);
  return max(previous + 1n, lowerWeightedMedian(clocks));
}
