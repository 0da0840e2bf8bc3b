/** Record batches to produce: most of them good, of producers with ids and without. */
import { writeInt16, writeInt32, writeInt64 } from "../../../src/base/big-endian.ts";
import type { CompressionType } from "../../../src/protocol/records/attributes.ts";
import {
  BASE_OFFSET_POSITION,
  LAST_OFFSET_DELTA_POSITION,
  MAGIC_POSITION,
  MAX_TIMESTAMP_POSITION,
  PRODUCER_EPOCH_POSITION,
  RECORDS_COUNT_POSITION,
} from "../../../src/protocol/records/batch-header.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import type { BatchOptions } from "../../../src/protocol/records/encode.ts";
import type { NewRecord } from "../../../src/protocol/records/record.ts";
import { NOW, bytes, resealed } from "../../conformance/batches.ts";
import type { Draw } from "../draw.ts";
import type { KnownProducer, Memory } from "../memory.ts";

const DAY_MS = 86_400_000;
const MAX_INT32 = 2_147_483_647;
/** An id that was given to nobody. */
const NOBODY = 500_000_000_000;

const COMPRESSIONS: readonly CompressionType[] = ["gzip", "snappy", "lz4", "zstd"];

/** Ways in which a batch can be wrong and is still as long as it says. */
const SPOILERS: readonly ((copy: Uint8Array) => void)[] = [
  (copy) => writeInt64(copy, BASE_OFFSET_POSITION, 1),
  (copy) => writeInt32(copy, LAST_OFFSET_DELTA_POSITION, 7),
  (copy) => writeInt32(copy, LAST_OFFSET_DELTA_POSITION, -1),
  (copy) => writeInt32(copy, RECORDS_COUNT_POSITION, 0),
  (copy) => writeInt32(copy, RECORDS_COUNT_POSITION, -1),
  (copy) => writeInt16(copy, PRODUCER_EPOCH_POSITION, 3),
  (copy) => writeInt64(copy, MAX_TIMESTAMP_POSITION, NOW + 2 * DAY_MS),
  (copy) => (copy[MAGIC_POSITION] = 1),
  (copy) => (copy[MAGIC_POSITION] = 3),
];

/** What a partition is sent, and what it teaches if it is taken. */
export interface DrawnBatch {
  readonly records: Uint8Array;
  readonly taken: () => void;
}

/** A batch for a partition. */
export function drawBatch(draw: Draw, memory: Memory, partition: string): DrawnBatch {
  const compression = draw.mostly<CompressionType>("none", COMPRESSIONS, 0.15);
  // Compressed records are not looked at here, so those that would be refused stay out of them.
  const records = drawRecords(draw, compression === "none");
  const producer = draw.chance(0.4) ? draw.mostly(pickProducer(draw, memory), [null], 0.05) : null;
  if (producer !== null) return ofProducer(draw, producer, { partition, records, compression });
  const nothing = () => {};
  const odd = draw.next();
  const whole = encodeBatch(records, { compression, ...oddOptions(draw) });
  if (compression !== "none") return { records: whole, taken: nothing };
  if (odd < 0.04) return { records: resealed(whole, draw.pick(SPOILERS)), taken: nothing };
  // Not null: Kafka never answers that.
  if (odd < 0.06) return { records: new Uint8Array(0), taken: nothing };
  if (odd < 0.07) return { records: Buffer.concat([whole, whole]), taken: nothing };
  if (odd < 0.08) return { records: whole.subarray(0, whole.length - 1), taken: nothing };
  if (odd < 0.09) return { records: withWrongCrc(whole), taken: nothing };
  return { records: whole, taken: nothing };
}

function drawRecords(draw: Draw, mayBeBad: boolean): NewRecord[] {
  const withoutKey = mayBeBad && draw.chance(0.3);
  return draw.list(1, draw.mostly(3, [12]), () => ({
    timestamp: mayBeBad ? drawTimestamp(draw) : NOW,
    key: withoutKey ? null : bytes(`k${draw.int(0, 3)}`),
    value: draw.mostly(bytes("v".repeat(draw.pick([1, 10, 40]))), [null, new Uint8Array(300)]),
    headers: draw.mostly([], [[{ key: "h", value: null }], [{ key: "", value: bytes("x") }]]),
  }));
}

/**
 * A time that a record may have, or one that is too far off. None is so old that Kafka rolls a
 * segment, at whose end its reads end.
 */
export function drawTimestamp(draw: Draw): number {
  return draw.mostly(
    NOW + draw.int(-10, 10) * 1000,
    [NOW + 2 * DAY_MS, -1, NOW - 3 * DAY_MS],
    0.06,
  );
}

function oddOptions(draw: Draw): BatchOptions {
  return draw.mostly<BatchOptions>(
    {},
    [
      { isControl: true },
      { isTransactional: true },
      { baseSequence: 0 },
      { producerEpoch: 0, baseSequence: 0 },
      { partitionLeaderEpoch: 5 },
      { producerId: NOBODY, producerEpoch: 0, baseSequence: -1 },
      { producerId: NOBODY, producerEpoch: -1, baseSequence: 0 },
      { producerId: NOBODY, producerEpoch: 0, baseSequence: 5 },
      { producerId: -2 },
    ],
    0.06,
  );
}

function withWrongCrc(whole: Uint8Array): Uint8Array {
  const copy = whole.slice();
  copy[copy.length - 1]! ^= 1;
  return copy;
}

function pickProducer(draw: Draw, { producers }: Memory): KnownProducer | null {
  return producers.length === 0 ? null : draw.pick(producers);
}

interface Content {
  readonly partition: string;
  readonly records: readonly NewRecord[];
  readonly compression: CompressionType;
}

/** The next batch of an idempotent producer, or one that it should not send. */
function ofProducer(
  draw: Draw,
  producer: KnownProducer,
  { partition, records, compression }: Content,
): DrawnBatch {
  const next = producer.next.get(partition) ?? draw.mostly(0, [MAX_INT32 - 1, 5], 0.1);
  const epoch = draw.mostly(producer.epoch, [producer.epoch + 1, producer.epoch - 1, 32_767], 0.1);
  const isNewEpoch = epoch > producer.epoch;
  const usual = isNewEpoch ? 0 : next;
  const before = Math.max(0, next - records.length);
  const baseSequence = draw.mostly(usual, [before, next + 1, 0, next - 1, MAX_INT32, -1], 0.2);
  const { producerId } = producer;
  const options = { producerId, producerEpoch: epoch, baseSequence, compression };
  return {
    records: encodeBatch(records, options),
    taken: () => {
      if (isNewEpoch) {
        producer.epoch = epoch;
        producer.next.clear();
      }
      const after = baseSequence + records.length;
      producer.next.set(partition, after > MAX_INT32 ? after - MAX_INT32 - 1 : after);
    },
  };
}
