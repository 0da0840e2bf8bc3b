/** When the log rolls, and what that leaves behind. */
import { expect, test } from "vitest";

import { checkInvariants } from "../../src/log/invariants.ts";
import { SNAPSHOT_CHUNKS } from "../../src/log/log-limits.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { ProducerState } from "../../src/log/producer-state.ts";
import { newSegment, shouldRoll } from "../../src/log/segments.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, append, appendAt, batch, config, idempotent, maintainAll } from "./batches.ts";

const segmentsOf = (sql: NodeSql) =>
  sql.all<{ segment: number }>("SELECT DISTINCT segment FROM chunks").map(({ segment }) => segment);
const snapshotsOf = (sql: NodeSql) =>
  sql
    .all<{ at: number }>("SELECT snapshot_offset AS at FROM producer_snapshots ORDER BY at")
    .map(({ at }) => at);

test("[LOG14] the log rolls before a segment would grow above segment.bytes", () => {
  const sql = new NodeSql();
  const size = batch().length;
  const log = PartitionLog.open(sql, config({ "internal.segment.bytes": String(3 * size) }), NOW);
  append(log, ...Array.from({ length: 4 }, () => batch()));
  append(log, batch(), batch(), batch());
  expect(segmentsOf(sql)).toEqual([0, 3, 6]);
  expect(
    sql.all("SELECT base_offset, next_offset, position, size_in_bytes FROM segments"),
  ).toMatchObject([
    { base_offset: 0, next_offset: 3, position: 0, size_in_bytes: 3 * size },
    { base_offset: 3, next_offset: 6, position: 3 * size, size_in_bytes: 3 * size },
  ]);
  checkInvariants(sql);
});

test("[LOG15] the log rolls by the timestamps of batches, also after waking", () => {
  const sql = new NodeSql();
  const short = config({ "segment.ms": "100" });
  append(PartitionLog.open(sql, short, NOW), batch({ timestamps: [1000, 1005] }));
  const log = PartitionLog.open(sql.reopen(), short, NOW);
  append(log, batch({ timestamps: [1105] }), batch({ timestamps: [1106] }));
  append(log, batch({ timestamps: [900] }), batch({ timestamps: [1207] }));
  expect(segmentsOf(sql)).toEqual([0, 3, 5]);
});

test("[LOG15] batches without timestamps roll by the clock", () => {
  const sql = new NodeSql();
  const log = PartitionLog.open(sql, config({ "segment.ms": "100" }), NOW);
  for (const after of [0, 100, 101]) appendAt(log, NOW + after, batch({ timestamps: [-1] }));
  expect(segmentsOf(sql)).toEqual([0, 2]);
});

test("[LOG15] max.compaction.lag.ms rolls the segments of a compacted topic only", () => {
  const rolls = (policy: string) => {
    const lag = config({ "max.compaction.lag.ms": "100", "cleanup.policy": policy });
    const segment = { ...newSegment(0, 0, NOW), sizeInBytes: 1, firstTimestamp: 1000 };
    const next = { sizeInBytes: 1, maxTimestamp: 1101, lastOffset: 1 };
    return shouldRoll(segment, next, lag, NOW);
  };
  expect([rolls("compact"), rolls("compact,delete"), rolls("delete")]).toEqual([true, true, false]);
});

test("[LOG16] the log rolls before an offset that no int32 holds", () => {
  const segment = { ...newSegment(5, 0, NOW), sizeInBytes: 1, firstTimestamp: NOW };
  const next = (lastOffset: number) => ({ sizeInBytes: 1, maxTimestamp: NOW, lastOffset });
  expect(shouldRoll(segment, next(5 + 0x7fffffff), config(), NOW)).toBe(false);
  expect(shouldRoll(segment, next(6 + 0x7fffffff), config(), NOW)).toBe(true);
});

test("[LOG13] a snapshot is due after 4096 chunks, so waking never replays more", () => {
  const sql = new NodeSql();
  const log = PartitionLog.open(sql, config(), NOW);
  for (let i = 0; i < SNAPSHOT_CHUNKS - 1; i++) append(log, idempotent(i));
  expect(snapshotsOf(sql)).toEqual([]);
  append(log, idempotent(SNAPSHOT_CHUNKS - 1));
  expect(snapshotsOf(sql)).toEqual([SNAPSHOT_CHUNKS]);
  append(log, idempotent(SNAPSHOT_CHUNKS));
  // What the snapshot covers is not read again: without those rows' column nothing is missing.
  sql.run("UPDATE chunks SET producers = NULL WHERE base_offset < ?", SNAPSHOT_CHUNKS);
  const again = PartitionLog.open(sql.reopen(), config(), NOW);
  expect(again.activeProducers(NOW)).toEqual(log.activeProducers(NOW));
});

test("[LOG13] the newest snapshot at or below the high watermark is kept, and all above it", () => {
  const sql = new NodeSql();
  const size = idempotent(0).length;
  const log = PartitionLog.open(sql, config({ "internal.segment.bytes": String(size) }), NOW);
  const options = { now: NOW, leaderEpoch: 0 };
  for (let i = 0; i < 4; i++) log.append([idempotent(i)], options);
  expect(snapshotsOf(sql)).toEqual([2, 3, 4]);
  log.advanceHighWatermark(3);
  log.append([idempotent(4)], options);
  expect(snapshotsOf(sql)).toEqual([3, 4, 5]);
});

test("[LOG12] deleting in many steps keeps one snapshot at or below the high watermark", () => {
  const sql = new NodeSql();
  const log = PartitionLog.open(sql, config(), NOW);
  for (let i = 0; i < 700; i++) append(log, idempotent(i), batch());
  log.deleteRecordsBefore(1301);
  expect(maintainAll(log)).toBe(3);
  expect(snapshotsOf(sql)).toEqual([1300]);
  const again = PartitionLog.open(sql.reopen(), config(), NOW);
  expect(again.activeProducers(NOW)).toEqual(log.activeProducers(NOW));
});

test("[LOG11] the producer that was silent for longest is forgotten first", () => {
  const producers = new ProducerState(1000, 3);
  const entry = (producerId: number) => ({
    producerId,
    producerEpoch: 0,
    lastAppendMs: NOW,
    batches: [],
  });
  for (const id of [1, 2, 3, 1, 4]) producers.set(entry(id));
  expect(producers.active(NOW).map(({ producerId }) => producerId)).toEqual([3, 1, 4]);
  expect(producers.get(2, NOW)).toBeUndefined();
  producers.expire(NOW + 1000);
  expect(producers.active(NOW)).toEqual([]);
});
