/**
 * The log against a model that is nothing but an array of batches: whatever is appended, deleted,
 * expired and reopened, in any order, both give the same answers.
 */
import fc from "fast-check";
import { expect, test } from "vitest";

import { checkInvariants } from "../../src/log/invariants.ts";
import { PartitionLog } from "../../src/log/partition-log.ts";
import { NodeSql } from "../support/node-sql.ts";
import { NOW, batch, config, maintainAll, recordsIn } from "./batches.ts";

interface ModelBatch {
  readonly segment: number;
  readonly baseOffset: number;
  readonly timestamps: readonly number[];
  readonly size: number;
}

const SEGMENT_BYTES = 700;
const RETENTION_MS = 1000;
const RETENTION_BYTES = 2500;
const CONFIG = config({
  "internal.segment.bytes": String(SEGMENT_BYTES),
  "retention.ms": String(RETENTION_MS),
  "retention.bytes": String(RETENTION_BYTES),
  "segment.ms": String(1e12),
});

/** The naive log. Segments are the runs of batches with the same number. */
class ModelLog {
  batches: ModelBatch[] = [];
  logStartOffset = 0;
  logEndOffset = 0;
  highWatermark = 0;
  now = NOW;
  producers = new Map<
    number,
    { next: number; sent: (readonly [sequence: number, baseOffset: number, count: number])[] }
  >();

  append(timestamps: readonly number[], size: number): number {
    const baseOffset = this.logEndOffset;
    const last = this.batches.at(-1);
    const empty = !last || this.logStartOffset === this.logEndOffset;
    const full = !empty && this.#segmentSize(last.segment) + size > SEGMENT_BYTES;
    const segment = empty || full ? baseOffset : last.segment;
    this.batches.push({ segment, baseOffset, timestamps, size });
    this.logEndOffset += timestamps.length;
    return baseOffset;
  }

  /** Records from the log start offset on, as readers see them. */
  records(): { offset: number; timestamp: number }[] {
    return this.batches
      .flatMap(({ baseOffset, timestamps }) =>
        timestamps.map((timestamp, index) => ({ offset: baseOffset + index, timestamp })),
      )
      .filter(({ offset }) => offset >= this.logStartOffset);
  }

  /** Kafka's retention: whole segments from the oldest, up to the high watermark. */
  retain(): void {
    for (;;) {
      const live = this.batches.filter((each) => this.#segmentEnd(each) > this.logStartOffset);
      const oldest = live[0];
      if (!oldest) return;
      const size = live.reduce((sum, each) => sum + each.size, 0);
      const end = this.#segmentEnd(oldest);
      const times = live.filter((each) => each.segment === oldest.segment);
      const max = Math.max(...times.flatMap(({ timestamps }) => timestamps));
      const expired = this.now - max > RETENTION_MS;
      const excess = size - RETENTION_BYTES >= this.#segmentSize(oldest.segment);
      if (this.highWatermark < end || !(expired || excess)) return;
      this.logStartOffset = end;
    }
  }

  #segmentSize(segment: number): number {
    const inside = this.batches.filter((each) => each.segment === segment);
    return inside.reduce((sum, each) => sum + each.size, 0);
  }

  #segmentEnd({ segment }: ModelBatch): number {
    const last = this.batches.findLast((each) => each.segment === segment)!;
    return last.baseOffset + last.timestamps.length;
  }
}

/** The real log beside the model, and what can be done to both. */
class Pair {
  readonly sql = new NodeSql();
  log = PartitionLog.open(this.sql, CONFIG, NOW);
  readonly model = new ModelLog();

  append(sends: readonly Send[]): void {
    const { model } = this;
    const batches: Uint8Array[] = [];
    const expected = sends.map((send) => {
      const timestamps = send.ages.map((age) => model.now - age);
      const producer = model.producers.get(send.producerId) ?? { next: 0, sent: [] };
      const again = send.kind === "again" ? producer.sent.at(-1) : undefined;
      const sequence = again ? again[0] : producer.next + (send.kind === "gap" ? 1 : 0);
      const ids = { producerId: send.producerId, producerEpoch: 0, baseSequence: sequence };
      const bytes = batch({ timestamps, ...(send.kind === "plain" ? {} : ids) });
      if (send.kind === "corrupt") bytes[bytes.length - 1]! ^= 1;
      batches.push(bytes);
      if (send.kind === "corrupt") return { error: "CORRUPT_MESSAGE" };
      if (send.kind === "gap" && producer.sent.length > 0) {
        return { error: "OUT_OF_ORDER_SEQUENCE_NUMBER" };
      }
      if (again && again[2] === timestamps.length) {
        return { error: null, duplicate: true, baseOffset: again[1] };
      }
      if (again) return { error: "OUT_OF_ORDER_SEQUENCE_NUMBER" };
      const baseOffset = model.append(timestamps, bytes.length);
      if (send.kind !== "plain") {
        const next = sequence + timestamps.length;
        const sent = [...producer.sent, [sequence, baseOffset, timestamps.length] as const];
        model.producers.set(send.producerId, { next, sent });
      }
      return { error: null, duplicate: false, baseOffset };
    });
    const results = this.log.append(batches, { now: model.now, leaderEpoch: 0 });
    expect(results).toMatchObject(expected);
  }

  advanceHighWatermark(share: number): void {
    const ends = this.model.batches.map((each) => each.baseOffset + each.timestamps.length);
    const end = ends[Math.floor(share * ends.length)] ?? this.model.logEndOffset;
    this.model.highWatermark = Math.max(this.model.highWatermark, end);
    this.log.advanceHighWatermark(end);
  }

  deleteRecords(share: number): void {
    const { model } = this;
    const offset = Math.floor(share * (model.highWatermark + 1));
    expect(this.log.deleteRecordsBefore(offset)).toBeNull();
    model.logStartOffset = Math.max(model.logStartOffset, offset);
  }

  maintain(): void {
    maintainAll(this.log, this.model.now);
    this.model.retain();
    const next = this.log.nextMaintenance(this.model.now);
    expect(next === null || next > this.model.now).toBe(true);
  }

  reopen(): void {
    this.log = PartitionLog.open(this.sql, CONFIG, this.model.now);
    expect(this.log.highWatermark).toBeLessThanOrEqual(this.model.highWatermark);
    expect(this.log.highWatermark).toBeGreaterThanOrEqual(this.model.logStartOffset);
    this.log.advanceHighWatermark(this.model.highWatermark);
  }

  check(share: number, maxBytes: number): void {
    const { log, model } = this;
    expect(log.logStartOffset).toBe(model.logStartOffset);
    expect(log.logEndOffset).toBe(model.logEndOffset);
    const records = model.records();
    const live = model.logEndOffset - model.logStartOffset;
    const from = model.logStartOffset + Math.floor(share * (live + 1));
    const read = log.read(from, { maxBytes, upperBound: model.highWatermark, minOneBatch: true });
    if (read === "OFFSET_OUT_OF_RANGE") throw new Error(`${from} is in range.`);
    const got = read.pieces.flatMap(recordsIn).filter(({ offset }) => offset >= from);
    expect(got).toEqual(records.filter(({ offset }) => offset >= from && offset < read.endOffset));
    if (from < model.highWatermark) expect(read.endOffset).toBeGreaterThan(from);
    else expect(read.endOffset).toBe(from);

    const time = records[Math.floor(share * records.length)]?.timestamp ?? model.now;
    for (const target of [time, time + 1, 0]) {
      const first = records.find(({ timestamp }) => timestamp >= target);
      const found = log.offsetForTimestamp(target, model.logEndOffset);
      expect(found).toEqual(first ? { ...first, leaderEpoch: 0 } : null);
    }
    const max = Math.max(...records.map(({ timestamp }) => timestamp));
    const latest = records.find(({ timestamp }) => timestamp === max);
    expect(log.offsetOfMaxTimestamp(model.logEndOffset)).toEqual(
      latest ? { ...latest, leaderEpoch: 0 } : null,
    );
    checkInvariants(this.sql);
  }
}

interface Send {
  readonly kind: "plain" | "next" | "again" | "gap" | "corrupt";
  readonly producerId: number;
  readonly ages: readonly number[];
}

const share = fc.nat({ max: 999 }).map((thousandths) => thousandths / 1000);
const send: fc.Arbitrary<Send> = fc.record({
  kind: fc.constantFrom("plain", "next", "next", "again", "gap", "corrupt"),
  producerId: fc.nat({ max: 2 }),
  ages: fc.array(fc.integer({ min: -300, max: 700 }), { minLength: 1, maxLength: 4 }),
});

type Step = (pair: Pair) => void;

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(send, { maxLength: 8 }).map(
      (sends): Step =>
        (pair) =>
          pair.append(sends),
    ),
  },
  {
    weight: 3,
    arbitrary: share.map(
      (to): Step =>
        (pair) =>
          pair.advanceHighWatermark(to),
    ),
  },
  {
    weight: 1,
    arbitrary: share.map(
      (to): Step =>
        (pair) =>
          pair.deleteRecords(to),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Step>((pair) => pair.maintain()) },
  { weight: 2, arbitrary: fc.constant<Step>((pair) => pair.reopen()) },
  {
    weight: 2,
    arbitrary: fc.nat({ max: 400 }).map(
      (ms): Step =>
        (pair) =>
          void (pair.model.now += ms),
    ),
  },
);
const probed = fc.tuple(step, share, fc.constantFrom(1, 200, 1000, 1 << 20));

test("[LOG34] any sequence of operations leaves the log equal to its model", () => {
  fc.assert(
    fc.property(fc.array(probed, { maxLength: 60, size: "max" }), (steps) => {
      const pair = new Pair();
      try {
        for (const [act, where, maxBytes] of steps) {
          act(pair);
          pair.check(where, maxBytes);
        }
      } finally {
        pair.sql.close();
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);
