/**
 * What a partition's log does over any `Sql`: run for node:sqlite in Node and for an actor's
 * storage in workerd. Rules and IDs: src/log/SPEC.md.
 */
import { describe, expect, test } from "vitest";

import type { Sql } from "../../src/base/sql.ts";
import { checkInvariants } from "../../src/log/invariants.ts";
import { parseLogConfig } from "../../src/log/log-config.ts";
import { BLOB_BYTES_MAX } from "../../src/log/log-limits.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import {
  computeBatchCrc,
  crcAt,
  readBatchHeader,
} from "../../src/protocol/records/batch-header.ts";
import {
  NOW,
  append,
  appendAt,
  batch,
  config,
  idempotent,
  maintainAll,
  readAll,
  recordsIn,
} from "../log/batches.ts";

/** Storage that can be let go of and opened again, as when an actor is evicted and wakes. */
export type ReopenableSql = Sql & { reopen(): ReopenableSql };

/** Runs a test over fresh, empty storage. In workerd it does so inside an actor. */
export type WithSql = (use: (sql: ReopenableSql) => void) => void | Promise<void>;

/** The contract, for one kind of storage. */
export function logContract(name: string, withSql: WithSql): void {
  const logTest = (title: string, use: (sql: ReopenableSql) => void) =>
    test(title, () =>
      withSql((sql) => {
        use(sql);
        checkInvariants(sql);
      }),
    );
  describe(`a log over ${name}`, () => {
    appending(logTest);
    producing(logTest);
    reading(logTest);
    timing(logTest);
    deleting(logTest);
    storing(logTest);
  });
}

type LogTest = (title: string, use: (sql: ReopenableSql) => void) => void;

const count = (sql: Sql, table: string) =>
  sql.get<{ rows: number }>(`SELECT COUNT(*) AS rows FROM ${table}`)!.rows;

function appending(logTest: LogTest): void {
  logTest("[LOG1] batches get the offsets from the log's end on, in their order", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    expect(append(log, batch({ count: 3 }), batch())).toMatchObject([
      { error: null, baseOffset: 0, lastOffset: 2, logAppendTimeMs: -1, logStartOffset: 0 },
      { error: null, baseOffset: 3, lastOffset: 3, duplicate: false },
    ]);
    expect(append(log, batch({ count: 2 }))).toMatchObject([{ baseOffset: 4, lastOffset: 5 }]);
    expect(log.logEndOffset).toBe(6);
    expect(recordsIn(readAll(log)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  logTest("[LOG2] an append of many batches is one row, and nothing else", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, ...Array.from({ length: 100 }, () => batch()));
    append(log, batch(), batch());
    expect(count(sql, "chunks")).toBe(2);
    expect(count(sql, "segments") + count(sql, "producer_snapshots")).toBe(0);
  });

  logTest("[LOG2] a row is closed before it grows above 1 MB", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, ...Array.from({ length: 5 }, () => batch({ valueSize: 400_000 })));
    const sizes = sql.all<{ size: number }>("SELECT length(bytes) AS size FROM chunks");
    expect(sizes.map(({ size }) => Math.round(size / 400_000))).toEqual([2, 2, 1]);
  });

  logTest(
    "[LOG3] a batch is stored as it was sent, with its offset and epoch patched in",
    (sql) => {
      const log = PartitionLog.open(sql, config(), NOW);
      append(log, batch());
      log.becomeLeader(5);
      const sent = batch({ count: 2, compression: "lz4" });
      const original = sent.slice();
      append(log, sent);
      const stored = readAll(log, 1);
      expect(readBatchHeader(stored)).toMatchObject({ baseOffset: 1, partitionLeaderEpoch: 5 });
      expect(stored.slice(16)).toEqual(original.slice(16));
      expect(stored.slice(8, 12)).toEqual(original.slice(8, 12));
      expect(sent).toEqual(stored);
    },
  );

  logTest("[LOG4] a refused batch takes no offset and leaves the others alone", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const corrupt = batch();
    corrupt[corrupt.length - 1]! ^= 1;
    expect(append(log, batch(), corrupt, idempotent(5), idempotent(9), batch())).toMatchObject([
      { error: null, baseOffset: 0 },
      { error: "CORRUPT_MESSAGE", baseOffset: -1, lastOffset: -1, logStartOffset: -1 },
      { error: null, baseOffset: 1 },
      { error: "OUT_OF_ORDER_SEQUENCE_NUMBER", baseOffset: -1, logStartOffset: 0 },
      { error: null, baseOffset: 2 },
    ]);
    expect(log.logEndOffset).toBe(3);
    const before = sql.all("SELECT * FROM chunks");
    append(log, corrupt);
    expect(sql.all("SELECT * FROM chunks")).toEqual(before);
  });

  logTest("[LOG5] batches that are too large are refused", (sql) => {
    const limits = { "max.message.bytes": "3000", "internal.segment.bytes": "2000" };
    const log = PartitionLog.open(sql, config(limits), NOW);
    expect(append(log, batch({ valueSize: 3000 }), batch({ valueSize: 2500 }))).toMatchObject([
      { error: "MESSAGE_TOO_LARGE", logStartOffset: -1 },
      { error: "RECORD_LIST_TOO_LARGE", logStartOffset: -1 },
    ]);
    expect(log.logEndOffset).toBe(0);
  });

  logTest("[LOG6] under CreateTime timestamps stay, within their bounds", (sql) => {
    const log = PartitionLog.open(sql, config({ "message.timestamp.before.max.ms": "50" }), NOW);
    const sent = [[NOW - 50], [NOW - 51], [NOW + 3_600_000], [NOW + 3_600_001]];
    const results = append(log, ...sent.map((timestamps) => batch({ timestamps })));
    expect(results.map(({ error }) => error)).toEqual([
      null,
      "INVALID_TIMESTAMP",
      null,
      "INVALID_TIMESTAMP",
    ]);
    const stored = recordsIn(readAll(log)).map(({ timestamp }) => timestamp);
    expect(stored).toEqual([NOW - 50, NOW + 3_600_000]);
  });

  logTest("[LOG6] under LogAppendTime the log gives the timestamp and says so", (sql) => {
    const appendTime = config({ "message.timestamp.type": "LogAppendTime" });
    const log = PartitionLog.open(sql, appendTime, NOW);
    expect(appendAt(log, NOW + 5, batch({ timestamps: [1, 2] }))).toMatchObject([
      { error: null, logAppendTimeMs: NOW + 5 },
    ]);
    const stored = readAll(log);
    expect(recordsIn(stored).map(({ timestamp }) => timestamp)).toEqual([NOW + 5, NOW + 5]);
    expect(crcAt(stored, 0)).toBe(computeBatchCrc(stored, 0));
  });

  logTest("[LOG7] a batch larger than a BLOB may be is stored in parts and read as one", (sql) => {
    const large = config({ "max.message.bytes": "10000000" });
    const log = PartitionLog.open(sql, large, NOW);
    const sent = batch({ valueSize: 2 * BLOB_BYTES_MAX + 100_000 });
    append(log, batch());
    append(log, sent);
    append(log, batch());
    expect(count(sql, "chunk_parts")).toBe(2);
    const again = PartitionLog.open(sql.reopen(), large, NOW);
    const read = again.read(1, { maxBytes: 1, upperBound: 3, minOneBatch: true });
    expect(read).toMatchObject({ endOffset: 2, sizeInBytes: sent.length });
    const [stored] = read === "OFFSET_OUT_OF_RANGE" ? [] : read.pieces;
    expect(stored?.every((byte, index) => byte === sent[index])).toBe(true);
  });
}

function producing(logTest: LogTest): void {
  logTest("[LOG8] a producer's last five batches are recognized, also after waking", (sql) => {
    let log = PartitionLog.open(sql, config(), NOW);
    for (let sequence = 0; sequence < 12; sequence += 2) {
      append(log, idempotent(sequence, { count: 2, timestamps: [NOW, NOW + sequence] }));
    }
    for (let round = 0; round < 2; round++) {
      const again = [10, 2].map((sequence) => idempotent(sequence, { count: 2 }));
      expect(append(log, ...again)).toMatchObject([
        { error: null, duplicate: true, baseOffset: 10, lastOffset: 11, logAppendTimeMs: NOW + 10 },
        { error: null, duplicate: true, baseOffset: 2, lastOffset: 3 },
      ]);
      const sixth = append(log, idempotent(0, { count: 2 }));
      expect(sixth).toMatchObject([{ error: "OUT_OF_ORDER_SEQUENCE_NUMBER" }]);
      log = PartitionLog.open(sql.reopen(), config(), NOW);
    }
    expect(log.logEndOffset).toBe(12);
  });

  logTest("[LOG8] a duplicate may come in the same call as its original", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    expect(append(log, idempotent(0), idempotent(0), idempotent(1))).toMatchObject([
      { baseOffset: 0, duplicate: false },
      { baseOffset: 0, duplicate: true },
      { baseOffset: 1, duplicate: false },
    ]);
    expect(log.logEndOffset).toBe(2);
  });

  logTest("[LOG9] a gap is refused, and sequence numbers wrap to 0", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const last = 0x7fffffff;
    append(log, idempotent(last - 2, { count: 2 }));
    expect(append(log, idempotent(0), idempotent(last, { count: 3 }))).toMatchObject([
      { error: "OUT_OF_ORDER_SEQUENCE_NUMBER" },
      { error: null, baseOffset: 2, lastOffset: 4 },
    ]);
    expect(append(log, idempotent(last, { count: 3 }), idempotent(2))).toMatchObject([
      { error: null, duplicate: true, baseOffset: 2 },
      { error: null, duplicate: false, baseOffset: 5 },
    ]);
  });

  logTest("[LOG10] an older epoch is refused and a newer one begins at 0", (sql) => {
    let log = PartitionLog.open(sql, config(), NOW);
    append(log, idempotent(0, { producerEpoch: 1 }));
    log = PartitionLog.open(sql.reopen(), config(), NOW);
    const results = append(
      log,
      idempotent(1, { producerEpoch: 0 }),
      idempotent(1, { producerEpoch: 2 }),
      idempotent(0, { producerEpoch: 2 }),
      idempotent(1, { producerEpoch: 1 }),
    );
    expect(results.map(({ error }) => error)).toEqual([
      "INVALID_PRODUCER_EPOCH",
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      null,
      "INVALID_PRODUCER_EPOCH",
    ]);
    expect(append(log, idempotent(0, { producerEpoch: 2 }))).toMatchObject([
      { error: null, duplicate: true, baseOffset: 1 },
    ]);
  });

  logTest("[LOG10] after a batch without an epoch there is no order", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const results = append(
      log,
      idempotent(7, { producerEpoch: -1 }),
      idempotent(3, { producerEpoch: -1 }),
      idempotent(7, { producerEpoch: -1 }),
      idempotent(5, { producerEpoch: 0 }),
      idempotent(5, { producerEpoch: 1 }),
    );
    expect(results.map(({ error, duplicate }) => error ?? duplicate)).toEqual([
      false,
      false,
      true,
      false,
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
    ]);
  });

  logTest("[LOG11] a producer that is unknown, or long silent, may begin anywhere", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const day = 86_400_000;
    expect(append(log, idempotent(41, { timestamps: [3] }))).toMatchObject([{ error: null }]);
    expect(appendAt(log, NOW + day - 1, idempotent(50, { timestamps: [3] }))).toMatchObject([
      { error: "OUT_OF_ORDER_SEQUENCE_NUMBER" },
    ]);
    expect(appendAt(log, NOW + day, idempotent(50, { timestamps: [3] }))).toMatchObject([
      { error: null },
    ]);
    const again = PartitionLog.open(sql.reopen(), config(), NOW);
    expect(again.activeProducers(NOW + day)).toHaveLength(1);
    expect(again.activeProducers(NOW + 2 * day)).toHaveLength(0);
    again.updateConfig(parseLogConfig({}, { "producer.id.expiration.ms": "1000" }));
    expect(again.activeProducers(NOW + day + 999)).toHaveLength(1);
    expect(again.activeProducers(NOW + day + 1000)).toHaveLength(0);
  });

  logTest("[LOG12] producers survive the deletion of all their records", (sql) => {
    let log = PartitionLog.open(sql, config(), NOW);
    for (let sequence = 0; sequence < 7; sequence++) append(log, idempotent(sequence));
    log.deleteRecordsBefore(7);
    maintainAll(log);
    expect(count(sql, "chunks")).toBe(0);
    log = PartitionLog.open(sql.reopen(), config(), NOW);
    expect(append(log, idempotent(6), idempotent(8), idempotent(7))).toMatchObject([
      { duplicate: true, baseOffset: 6 },
      { error: "OUT_OF_ORDER_SEQUENCE_NUMBER" },
      { error: null, baseOffset: 7 },
    ]);
  });
}

function reading(logTest: LogTest): void {
  logTest("[LOG17] from log start to log end every offset is in range", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const limits = { maxBytes: 1000, minOneBatch: true };
    const nothing = { pieces: [], sizeInBytes: 0 };
    expect(log.read(0, { ...limits, upperBound: 0 })).toEqual({ ...nothing, endOffset: 0 });
    append(log, batch(), batch(), batch());
    log.deleteRecordsBefore(1);
    expect(log.read(2, { ...limits, upperBound: 2 })).toEqual({ ...nothing, endOffset: 2 });
    expect(log.read(3, { ...limits, upperBound: 2 })).toEqual({ ...nothing, endOffset: 3 });
    expect(log.read(3, { ...limits, upperBound: 3 })).toEqual({ ...nothing, endOffset: 3 });
    for (const offset of [0, 4, -1, NaN]) {
      expect(log.read(offset, { ...limits, upperBound: 3 })).toBe("OFFSET_OUT_OF_RANGE");
    }
  });

  logTest("[LOG18] a read begins with the whole batch that holds the offset", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, batch({ count: 3 }), batch({ count: 3 }));
    append(log, batch({ count: 3 }));
    for (const [offset, first] of [
      [0, 0],
      [2, 0],
      [3, 3],
      [5, 3],
      [6, 6],
      [8, 6],
    ] as const) {
      expect(recordsIn(readAll(log, offset))[0]).toEqual({ offset: first, timestamp: NOW });
    }
  });

  logTest("[LOG19] a read keeps to its budget, but for a first batch", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const size = batch().length;
    for (let i = 0; i < 10; i++) append(log, batch(), batch());
    const at = (offset: number, maxBytes: number, minOneBatch = true, upperBound = 20) =>
      log.read(offset, { maxBytes, minOneBatch, upperBound });
    expect(at(1, 3 * size)).toMatchObject({ endOffset: 4, sizeInBytes: 3 * size });
    expect(at(1, 4 * size - 1)).toMatchObject({ endOffset: 4, sizeInBytes: 3 * size });
    expect(at(1, size - 1)).toMatchObject({ endOffset: 2, sizeInBytes: size });
    expect(at(1, 0)).toMatchObject({ endOffset: 2, sizeInBytes: size });
    expect(at(1, size - 1, false)).toMatchObject({ endOffset: 1, sizeInBytes: 0 });
    expect(at(0, 100 * size, true, 7)).toMatchObject({ endOffset: 7, sizeInBytes: 7 * size });
  });

  logTest("[LOG19] a batch that ends above the upper bound is not read", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, batch({ count: 5 }));
    expect(log.read(0, { maxBytes: 1e6, minOneBatch: true, upperBound: 4 })).toMatchObject({
      pieces: [],
      endOffset: 0,
    });
  });

  logTest("[LOG20] small rows are joined into tight pieces", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    for (let i = 0; i < 20; i++) append(log, batch({ valueSize: 10_000 }));
    append(log, batch({ valueSize: 200_000 }), batch());
    const read = log.read(0, { maxBytes: 1e7, minOneBatch: true, upperBound: log.logEndOffset });
    if (read === "OFFSET_OUT_OF_RANGE") throw new Error(read);
    expect(read.pieces.map((piece) => Math.round(piece.length / 10_000))).toEqual([20, 20]);
    const cut = log.read(20, { maxBytes: 1, minOneBatch: true, upperBound: log.logEndOffset });
    if (cut === "OFFSET_OUT_OF_RANGE") throw new Error(cut);
    for (const piece of [...read.pieces, ...cut.pieces]) {
      expect(piece.buffer.byteLength).toBe(piece.length);
    }
  });
}

function timing(logTest: LogTest): void {
  logTest("[LOG21] a timestamp finds the first record at or after it", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, batch({ timestamps: [10, 20] }), batch({ timestamps: [30, 25] }));
    append(log, batch({ timestamps: [40, 40], compression: "lz4" }));
    const find = (timestamp: number, bound = 6) => log.offsetForTimestamp(timestamp, bound);
    expect(find(0)).toEqual({ timestamp: 10, offset: 0, leaderEpoch: 0 });
    expect(find(20)?.offset).toBe(1);
    expect(find(21)?.offset).toBe(2);
    expect(find(31)).toEqual({ timestamp: 40, offset: 4, leaderEpoch: 0 });
    expect(find(31, 4)).toBeNull();
    expect(find(41)).toBeNull();
    log.deleteRecordsBefore(3);
    expect(find(0)).toMatchObject({ timestamp: 25, offset: 3 });
    expect(find(26)).toMatchObject({ offset: 4 });
  });

  logTest("[LOG22] timestamps may go back, inside a segment and between segments", (sql) => {
    const small = config({ "internal.segment.bytes": String(2 * batch().length) });
    const log = PartitionLog.open(sql, small, NOW);
    for (const time of [50, 10, 20, 30, 60, 5]) append(log, batch({ timestamps: [time] }));
    const offsets = [1, 11, 51, 60, 61].map((time) => log.offsetForTimestamp(time, 9)?.offset);
    expect(offsets).toEqual([0, 0, 4, 4, undefined]);
    log.deleteRecordsBefore(1);
    expect([11, 30, 31].map((time) => log.offsetForTimestamp(time, 9)?.offset)).toEqual([2, 3, 4]);
  });

  logTest("[LOG23] the largest timestamp finds its first record that is left", (sql) => {
    const small = config({ "internal.segment.bytes": String(3 * batch().length) });
    const log = PartitionLog.open(sql, small, NOW);
    expect(log.offsetOfMaxTimestamp(9)).toBeNull();
    for (const time of [9, 90, 20, 70, 80, 80, 8]) append(log, batch({ timestamps: [time] }));
    expect(log.offsetOfMaxTimestamp(9)).toEqual({ timestamp: 90, offset: 1, leaderEpoch: 0 });
    expect(log.offsetOfMaxTimestamp(1)).toBeNull();
    log.deleteRecordsBefore(2);
    expect(log.offsetOfMaxTimestamp(9)).toMatchObject({ timestamp: 80, offset: 4 });
    log.deleteRecordsBefore(6);
    expect(log.offsetOfMaxTimestamp(9)).toMatchObject({ timestamp: 8, offset: 6 });
    log.deleteRecordsBefore(7);
    expect(log.offsetOfMaxTimestamp(9)).toBeNull();
    append(log, batch({ timestamps: [99, 5, 6] }));
    log.deleteRecordsBefore(8);
    expect(log.offsetOfMaxTimestamp(10)).toMatchObject({ timestamp: 6, offset: 9 });
  });
}

function deleting(logTest: LogTest): void {
  logTest("[LOG28] records are deleted up to any offset below the high watermark", (sql) => {
    let log = PartitionLog.open(sql, config(), NOW);
    append(log, batch({ count: 4 }), batch({ count: 4 }));
    log.append([batch()], { now: NOW, leaderEpoch: 0 });
    expect(log.deleteRecordsBefore(-1)).toBe("OFFSET_OUT_OF_RANGE");
    expect(log.deleteRecordsBefore(9)).toBe("OFFSET_OUT_OF_RANGE");
    expect(log.deleteRecordsBefore(6)).toBeNull();
    expect(log.deleteRecordsBefore(2)).toBeNull();
    expect(log.logStartOffset).toBe(6);
    log = PartitionLog.open(sql.reopen(), config(), NOW);
    expect(log.logStartOffset).toBe(6);
    expect(log.highWatermark).toBe(8);
    expect(log.earliestOffset()).toEqual({ timestamp: -1, offset: 6, leaderEpoch: 0 });
    expect(recordsIn(readAll(log)).map(({ offset }) => offset)).toEqual([4, 5, 6, 7, 8]);
  });

  logTest("[LOG29] rows below the log start are freed in bounded steps", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    for (let i = 0; i < 600; i++) append(log, batch());
    log.deleteRecordsBefore(599);
    expect(log.nextMaintenance(NOW)).toBe(NOW);
    expect(log.maintain(NOW)).toBe(true);
    expect(count(sql, "chunks")).toBeGreaterThan(300);
    maintainAll(log);
    expect(count(sql, "chunks")).toBe(1);
    expect(recordsIn(readAll(log))).toEqual([{ offset: 599, timestamp: NOW }]);
  });

  logTest("[LOG39] a segment counts whole until the log start has passed it", (sql) => {
    const twoBatches = { "internal.segment.bytes": String(2 * batch().length) };
    const log = PartitionLog.open(sql, config(twoBatches), NOW);
    for (let i = 0; i < 5; i++) append(log, batch());
    const sizes = [0, 1, 2, 3, 4, 5].map((offset) => {
      log.deleteRecordsBefore(offset);
      const again = PartitionLog.open(sql.reopen(), config(twoBatches), NOW);
      expect(again.sizeInBytes).toBe(log.sizeInBytes);
      return log.sizeInBytes / batch().length;
    });
    expect(sizes).toEqual([5, 5, 3, 3, 1, 0]);
    maintainAll(log);
    expect(log.sizeInBytes).toBe(0);
  });

  logTest("[LOG30, LOG31] old segments go by time and by size", (sql) => {
    const size = batch().length;
    const small = { "internal.segment.bytes": String(size), "retention.ms": "1000" };
    const log = PartitionLog.open(sql, config(small), NOW);
    for (let i = 0; i < 5; i++) append(log, batch({ timestamps: [NOW + i] }));
    expect(log.nextMaintenance(NOW)).toBe(NOW + 1001);
    maintainAll(log, NOW + 1001);
    expect([log.logStartOffset, log.sizeInBytes]).toEqual([1, 4 * size]);
    log.updateConfig(config({ ...small, "retention.bytes": String(2 * size + 1) }));
    expect(log.nextMaintenance(NOW)).toBe(NOW);
    maintainAll(log);
    expect([log.logStartOffset, count(sql, "chunks")]).toEqual([2, 3]);
    maintainAll(log, NOW + 2000);
    expect([log.logStartOffset, log.logEndOffset, count(sql, "chunks")]).toEqual([5, 5, 0]);
    expect(log.nextMaintenance(NOW)).toBeNull();
    expect(append(log, batch())).toMatchObject([{ baseOffset: 5, logStartOffset: 5 }]);
  });
}

function storing(logTest: LogTest): void {
  logTest("[LOG24] the high watermark is stored with the next chunk", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    const options = { now: NOW, leaderEpoch: 0 };
    log.append([batch(), batch()], options);
    log.advanceHighWatermark(2);
    log.advanceHighWatermark(1);
    expect(log.highWatermark).toBe(2);
    expect(PartitionLog.open(sql.reopen(), config(), NOW).highWatermark).toBe(0);
    log.append([batch()], options);
    expect(PartitionLog.open(sql.reopen(), config(), NOW).highWatermark).toBe(2);
  });

  logTest("[LOG24] the high watermark is never below the log start offset", (sql) => {
    const log = PartitionLog.open(sql, config(), NOW);
    append(log, batch({ count: 5 }));
    log.deleteRecordsBefore(3);
    expect(PartitionLog.open(sql.reopen(), config(), NOW).highWatermark).toBe(3);
  });

  logTest("[LOG34] a log that is emptied and opened again begins a new segment", (sql) => {
    append(PartitionLog.open(sql, config(), NOW), batch());
    const log = PartitionLog.open(sql.reopen(), config(), NOW);
    log.advanceHighWatermark(1);
    log.deleteRecordsBefore(1);
    const again = PartitionLog.open(sql.reopen(), config(), NOW);
    expect([log.sizeInBytes, again.sizeInBytes]).toEqual([0, 0]);
    append(again, batch());
    expect(again.sizeInBytes).toBe(batch().length);
    expect(sql.all("SELECT segment, position FROM chunks")).toEqual([
      { segment: 0, position: 0 },
      { segment: 1, position: 0 },
    ]);
  });

  logTest("[LOG34] a log that is opened again answers as before", (sql) => {
    const small = config({ "internal.segment.bytes": "1000" });
    const log = PartitionLog.open(sql, small, NOW);
    log.becomeLeader(3);
    for (let i = 0; i < 30; i++) append(log, idempotent(i, { timestamps: [NOW + i] }), batch());
    log.deleteRecordsBefore(21);
    log.maintain(NOW);
    const again = PartitionLog.open(sql.reopen(), small, NOW);
    const seen = (of: PartitionLog) => ({
      offsets: [of.logStartOffset, of.logEndOffset, of.sizeInBytes],
      epochs: [of.latestLeaderEpoch, of.endOffsetForEpoch(2), of.endOffsetForEpoch(3)],
      records: readAll(of),
      time: [of.offsetForTimestamp(NOW + 20, 99), of.offsetOfMaxTimestamp(99)],
      due: of.nextMaintenance(NOW),
      producers: of.activeProducers(NOW),
    });
    expect(seen(again)).toEqual(seen(log));
  });

  logTest("[LOG36] a newer stored format is refused and left alone", (sql) => {
    append(PartitionLog.open(sql, config(), NOW), batch());
    sql.run("UPDATE log SET format = 2");
    expect(() => PartitionLog.open(sql, config(), NOW)).toThrow("stored in format 2");
    sql.run("UPDATE log SET format = 1");
    expect(PartitionLog.open(sql, config(), NOW).logEndOffset).toBe(1);
  });
}
