/** Retention, and the log's answer to when it wants to be called again. */
import { expect, test } from "vitest";

import { MAINTENANCE_SEGMENTS } from "../../src/log/log-limits.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, append, appendAt, batch, config, maintainAll } from "./batches.ts";

const SIZE = batch().length;

/** A log with one batch a segment, in memory. */
function segmented(overrides: Record<string, string> = {}): PartitionLog {
  const perBatch = { "internal.segment.bytes": String(SIZE), ...overrides };
  return PartitionLog.open(new NodeSql(), config(perBatch), NOW);
}

const at = (timestamp: number) => batch({ timestamps: [timestamp] });

test("[LOG30] a segment that is not expired protects all after it", () => {
  const log = segmented({ "retention.ms": "100" });
  append(log, at(NOW - 500), at(NOW + 5000), at(NOW - 500));
  maintainAll(log);
  expect(log.logStartOffset).toBe(1);
  expect(log.nextMaintenance(NOW)).toBe(NOW + 5101);
  maintainAll(log, NOW + 5101);
  expect([log.logStartOffset, log.logEndOffset]).toEqual([3, 3]);
});

test("[LOG30] without timestamps a segment is as old as its last append", () => {
  const log = segmented({ "retention.ms": "100" });
  appendAt(log, NOW, at(-1));
  appendAt(log, NOW + 50, at(-1));
  maintainAll(log, NOW + 101);
  expect(log.logStartOffset).toBe(1);
  maintainAll(log, NOW + 151);
  expect(log.logStartOffset).toBe(2);
});

test("[LOG30] no retention.ms and no retention.bytes keep everything", () => {
  const log = segmented({ "retention.ms": "-1" });
  append(log, at(0), at(0));
  expect(log.nextMaintenance(NOW)).toBeNull();
  expect(log.maintain(NOW)).toBe(false);
  expect(log.logStartOffset).toBe(0);
});

test("[LOG31] segments go by size as long as what is left is large enough", () => {
  const left = (retentionBytes: number) => {
    const log = segmented({ "retention.bytes": String(retentionBytes) });
    append(log, batch(), batch(), batch(), batch());
    maintainAll(log);
    return log.sizeInBytes / SIZE;
  };
  expect([0, 1, SIZE, SIZE + 1, 3 * SIZE, 3 * SIZE + 1, 9 * SIZE].map(left)).toEqual([
    0, 1, 1, 2, 3, 4, 4,
  ]);
});

test("[LOG32] a topic that is only compacted, or has no policy, loses nothing to retention", () => {
  for (const policy of ["compact", ""]) {
    const log = PartitionLog.open(
      new NodeSql(),
      config({ "cleanup.policy": policy, "retention.ms": "1" }),
      NOW,
    );
    const old = batch({ timestamps: [NOW - 500], key: new Uint8Array(1) });
    expect(append(log, old)).toMatchObject([{ error: null }]);
    expect(log.nextMaintenance(NOW)).toBeNull();
    expect(log.maintain(NOW)).toBe(false);
    expect(log.logStartOffset).toBe(0);
    log.deleteRecordsBefore(1);
    expect(log.nextMaintenance(NOW)).toBe(NOW);
  }
});

test("[LOG32] retention stops at the high watermark, and goes on when that moves", () => {
  const log = segmented({ "retention.ms": "100", "retention.bytes": "0" });
  log.append([at(NOW - 500), at(NOW - 500)], { now: NOW, leaderEpoch: 0 });
  expect(log.nextMaintenance(NOW)).toBeNull();
  expect(log.maintain(NOW)).toBe(false);
  log.advanceHighWatermark(1);
  expect(log.nextMaintenance(NOW)).toBe(NOW);
  maintainAll(log);
  expect(log.logStartOffset).toBe(1);
  expect(log.nextMaintenance(NOW)).toBeNull();
});

test("[LOG33] an empty log asks for nothing, one with records for the end of their time", () => {
  const log = segmented();
  expect(log.nextMaintenance(NOW)).toBeNull();
  append(log, at(NOW));
  expect(log.nextMaintenance(NOW)).toBe(NOW + 604_800_001);
  expect(log.maintain(NOW)).toBe(false);
});

test("[LOG33] every step of a long clean-up makes headway", () => {
  const log = segmented({ "retention.ms": "100" });
  append(log, ...Array.from({ length: 3 * MAINTENANCE_SEGMENTS }, () => at(NOW - 500)));
  let last = "";
  for (let steps = 0; log.maintain(NOW); steps++) {
    const now = `${log.logStartOffset} ${log.nextMaintenance(NOW)} ${steps}`;
    expect(now).not.toBe(last);
    expect(steps).toBeLessThan(20);
    last = now;
  }
  expect(log.logStartOffset).toBe(3 * MAINTENANCE_SEGMENTS);
});
