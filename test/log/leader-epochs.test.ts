/** The leader epochs of a log: where each begins and ends (KIP-101). */
import { expect, test } from "vitest";

import { PartitionLog } from "../../src/log/partition-log.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, append, batch, config } from "./batches.ts";

/** Epochs 2, 4 and 7, which begin at 0, 10 and 15, in a log that ends at 20. */
function logWithEpochs(sql = new NodeSql()): PartitionLog {
  const log = PartitionLog.open(sql, config(), NOW);
  for (const [epoch, count] of [
    [2, 10],
    [4, 5],
    [7, 5],
  ] as const) {
    log.becomeLeader(epoch);
    append(log, batch({ count }));
  }
  return log;
}

test("[LOG26] the end offset of every epoch, known or not", () => {
  const log = logWithEpochs();
  const ends = [0, 2, 3, 4, 5, 7, 8, -1].map((epoch) => log.endOffsetForEpoch(epoch));
  expect(ends).toEqual([
    { epoch: 0, endOffset: 0 },
    { epoch: 2, endOffset: 10 },
    { epoch: 2, endOffset: 10 },
    { epoch: 4, endOffset: 15 },
    { epoch: 4, endOffset: 15 },
    { epoch: 7, endOffset: 20 },
    { epoch: -1, endOffset: -1 },
    { epoch: -1, endOffset: -1 },
  ]);
  expect([0, 9, 10, 14, 15, 20].map((offset) => log.leaderEpochAt(offset))).toEqual([
    2, 2, 4, 4, 7, 7,
  ]);
});

test("[LOG26] a log that never had a leader knows no epoch", () => {
  const log = PartitionLog.open(new NodeSql(), config(), NOW);
  expect(log.latestLeaderEpoch).toBe(-1);
  expect(log.endOffsetForEpoch(-1)).toEqual({ epoch: -1, endOffset: -1 });
  expect(log.endOffsetForEpoch(0)).toEqual({ epoch: -1, endOffset: -1 });
});

test("[LOG25] an epoch in which nothing was written is forgotten", () => {
  const sql = new NodeSql();
  const log = logWithEpochs(sql);
  log.becomeLeader(8);
  log.becomeLeader(8);
  log.becomeLeader(9);
  expect(log.endOffsetForEpoch(8)).toEqual({ epoch: 7, endOffset: 20 });
  const again = PartitionLog.open(sql.reopen(), config(), NOW);
  expect(again.latestLeaderEpoch).toBe(9);
  expect(again.endOffsetForEpoch(8)).toEqual({ epoch: 7, endOffset: 20 });
});

test("[LOG25] an epoch begins with its first append when nobody announced it", () => {
  const log = logWithEpochs();
  const corrupt = batch();
  corrupt[corrupt.length - 1]! ^= 1;
  log.append([corrupt], { now: NOW, leaderEpoch: 11 });
  expect(log.latestLeaderEpoch).toBe(7);
  log.append([batch()], { now: NOW, leaderEpoch: 11 });
  expect(log.endOffsetForEpoch(7)).toEqual({ epoch: 7, endOffset: 20 });
  expect(log.leaderEpochAt(20)).toBe(11);
});

test("[LOG25] only the latest epoch's leader appends", () => {
  const log = logWithEpochs();
  expect(() => log.append([batch()], { now: NOW, leaderEpoch: 6 })).toThrow("latest epoch");
});

test("[LOG27] epochs below the log start are forgotten, and the one it lies in begins there", () => {
  const sql = new NodeSql();
  const log = logWithEpochs(sql);
  log.deleteRecordsBefore(12);
  for (const of of [log, PartitionLog.open(sql.reopen(), config(), NOW)]) {
    expect(of.endOffsetForEpoch(2)).toEqual({ epoch: 2, endOffset: 12 });
    expect(of.endOffsetForEpoch(4)).toEqual({ epoch: 4, endOffset: 15 });
    expect(of.leaderEpochAt(11)).toBe(-1);
    expect(of.earliestOffset()).toEqual({ timestamp: -1, offset: 12, leaderEpoch: 4 });
  }
  log.deleteRecordsBefore(15);
  expect([log.leaderEpochAt(14), log.leaderEpochAt(15)]).toEqual([-1, 7]);
  log.deleteRecordsBefore(20);
  expect(log.earliestOffset()).toEqual({ timestamp: -1, offset: 20, leaderEpoch: 7 });
  expect(log.latestOffset(20)).toEqual({ timestamp: -1, offset: 20, leaderEpoch: 7 });
});
