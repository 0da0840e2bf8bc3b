/** Tails: what a gateway may answer from memory, and when it has to ask the leader. */
import { describe, expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { type Tail, Tails } from "../../src/broker/tails.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import type { LogPosition, TailPush } from "../../src/replication/replica-calls.ts";

const TOPIC = "AAAAAAAAAAAAAAAAAAAAAQ";
const NOW = 1_000;
const MAX_TOTAL_BYTES = 64 * 1024 * 1024;

/** One record at each offset from `baseOffset` up to `nextOffset`, each in a batch of its own. */
function batches(baseOffset: number, nextOffset: number): Uint8Array {
  const record = { timestamp: NOW, key: null, value: new Uint8Array(10), headers: [] };
  const offsets = Array.from({ length: nextOffset - baseOffset }, (_, i) => baseOffset + i);
  return concatBytes(offsets.map((offset) => encodeBatch([record], { baseOffset: offset })));
}

const BATCH_SIZE = batches(0, 1).length;

function position(highWatermark: number, others: Partial<LogPosition> = {}): LogPosition {
  const lastStableOffset = highWatermark;
  return { leaderEpoch: 0, logStartOffset: 0, highWatermark, lastStableOffset, ...others };
}

function push(baseOffset: number, nextOffset: number, others: Partial<TailPush> = {}): TailPush {
  const bytes = batches(baseOffset, nextOffset);
  const range = { baseOffset, nextOffset, sizeInBytes: bytes.length, bytes };
  return { topicId: TOPIC, partition: 0, ...position(nextOffset), ...range, ...others };
}

/** A tail that follows the partition from this high watermark on, and has a listener. */
function following(highWatermark: number) {
  const tails = new Tails(MAX_TOTAL_BYTES);
  const tail = tails.open(TOPIC, 0, NOW);
  let changes = 0;
  tail.listen(() => changes++);
  tails.opened(TOPIC, 0, tail, position(highWatermark), NOW);
  return { tails, tail, changes: () => changes };
}

/** How many batches a read from `offset` brings, or null when the leader has to be asked. */
function batchCount(tail: Tail, offset: number): number | null {
  const read = tail.read(offset, 1 << 20, true);
  return read && concatBytes(read.pieces).length / BATCH_SIZE;
}

describe("a tail that follows", () => {
  test("serves what was pushed from any offset of it", () => {
    const { tails, tail } = following(10);
    expect(tails.apply(push(10, 13), NOW)).toBe(true);
    expect(tails.apply(push(13, 15), NOW)).toBe(true);
    expect([10, 12, 14, 15].map((offset) => batchCount(tail, offset))).toEqual([5, 3, 1, 0]);
  });

  test("leaves offsets before and behind it to the leader", () => {
    const { tails, tail } = following(10);
    expect([9, 11].map((offset) => batchCount(tail, offset))).toEqual([null, null]);
    tails.apply(push(10, 13), NOW);
    expect([9, 14, 1_000].map((offset) => batchCount(tail, offset))).toEqual([null, null, null]);
  });

  test("leaves offsets below a log start that has moved to the leader", () => {
    const { tails, tail } = following(10);
    tails.apply(push(10, 13), NOW);
    tails.apply(push(13, 14, { logStartOffset: 12 }), NOW);
    expect([11, 12].map((offset) => batchCount(tail, offset))).toEqual([null, 2]);
  });

  test("[BRK43] hears of a log start that has moved while nothing was appended", () => {
    const { tails, tail, changes } = following(10);
    tails.apply(push(10, 13), NOW);
    const before = changes();
    expect(tails.apply(push(13, 13, { logStartOffset: 12 }), NOW)).toBe(true);
    expect(changes()).toBe(before + 1);
    expect(tail.position).toEqual(position(13, { logStartOffset: 12 }));
    expect([11, 12, 13].map((offset) => batchCount(tail, offset))).toEqual([null, 1, 0]);
    // What was sent before may come after.
    tails.apply(push(13, 14, { logStartOffset: 3 }), NOW);
    expect(tail.position).toEqual(position(14, { logStartOffset: 12 }));
    tails.opened(TOPIC, 0, tail, position(14, { logStartOffset: 13 }), NOW);
    expect([12, 13].map((offset) => batchCount(tail, offset))).toEqual([null, 1]);
  });

  test("goes on over a push that begins below what a read has brought since", () => {
    const { tails, tail, changes } = following(12);
    const before = changes();
    expect(tails.apply(push(10, 15), NOW)).toBe(true);
    expect(changes()).toBe(before + 1);
    expect(tail.position).toEqual(position(15));
    expect([12, 14].map((offset) => batchCount(tail, offset))).toEqual([3, 1]);
  });

  test("takes no notice of a push that it knows, nor of an older epoch", () => {
    const { tails, tail } = following(12);
    expect(tails.apply(push(10, 12), NOW)).toBe(true);
    expect(tails.apply(push(12, 14, { leaderEpoch: -1 }), NOW)).toBe(true);
    expect(tail.position).toEqual(position(12));
  });

  test.each([
    ["a gap", push(13, 14)],
    ["a newer epoch", push(12, 14, { leaderEpoch: 1 })],
  ])("is dropped over %s, and those who listen hear of it", (_, gap) => {
    const { tails, tail, changes } = following(12);
    const before = changes();
    expect(tails.apply(gap, NOW)).toBe(false);
    expect(changes()).toBe(before + 1);
    expect([tails.get(TOPIC, 0), tail.position]).toEqual([undefined, null]);
  });

  test("knows of a push that was only announced, and leaves its bytes to the leader", () => {
    const { tails, tail } = following(10);
    tails.apply(push(10, 12), NOW);
    tails.apply(push(12, 20, { bytes: null }), NOW);
    expect([10, 12, 20].map((offset) => batchCount(tail, offset))).toEqual([null, null, 0]);
    tails.apply(push(20, 21), NOW);
    expect([19, 20].map((offset) => batchCount(tail, offset))).toEqual([null, 1]);
  });
});

describe("a tail that is opening", () => {
  test("fits the pushes that overtake the read's answer on to it", () => {
    const tails = new Tails(MAX_TOTAL_BYTES);
    const tail = tails.open(TOPIC, 0, NOW);
    for (const early of [push(8, 10), push(10, 12), push(12, 13)]) tails.apply(early, NOW);
    tails.opened(TOPIC, 0, tail, position(11), NOW);
    expect(tail.position).toEqual(position(13));
    expect(batchCount(tail, 11)).toBe(2);
  });

  test("[BRK43] keeps a log start that overtook the read's answer", () => {
    const tails = new Tails(MAX_TOTAL_BYTES);
    const tail = tails.open(TOPIC, 0, NOW);
    tails.apply(push(10, 12), NOW);
    tails.apply(push(12, 12, { logStartOffset: 11 }), NOW);
    tails.opened(TOPIC, 0, tail, position(10, { logStartOffset: 4 }), NOW);
    expect(tail.position).toEqual(position(12, { logStartOffset: 11 }));
    expect([10, 11].map((offset) => batchCount(tail, offset))).toEqual([null, 1]);
  });

  test("is dropped when a push that overtook the answer had no bytes", () => {
    const tails = new Tails(MAX_TOTAL_BYTES);
    const tail = tails.open(TOPIC, 0, NOW);
    tails.apply(push(10, 12, { bytes: null }), NOW);
    tails.opened(TOPIC, 0, tail, position(10), NOW);
    expect(tails.get(TOPIC, 0)).toBeUndefined();
  });
});

test("a partition that nobody follows refuses pushes", () => {
  expect(new Tails(MAX_TOTAL_BYTES).apply(push(0, 1), NOW)).toBe(false);
});

test("a tail that nobody has read for a minute refuses pushes, unless somebody waits", () => {
  const tails = new Tails(MAX_TOTAL_BYTES);
  const tail = tails.open(TOPIC, 0, NOW);
  tails.opened(TOPIC, 0, tail, position(0), NOW);
  const leave = tail.listen(() => {});
  expect(tails.apply(push(0, 1), NOW + 60_000)).toBe(true);
  leave();
  expect(tails.apply(push(1, 2), NOW + 60_001)).toBe(false);
});
