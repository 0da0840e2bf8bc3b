/**
 * What a partition remembers of one producer (KIP-98): its epoch and its last five batches, which
 * is as many as a client has in flight. Entries are values; appending a batch makes a new one.
 *
 * The same bytes serve for a snapshot and for a chunk's `producers` column, which is the state that
 * the chunk's batches alone would leave behind:
 *
 *     producerId int64, producerEpoch int16, lastAppendMs int64, batch count int8, then per batch
 *     lastSequence int32, lastOffset int64, lastOffsetDelta int32, timestamp int64
 */
import {
  readInt16,
  readInt32,
  readInt64,
  readInt8,
  writeInt16,
  writeInt32,
  writeInt64,
} from "../base/big-endian.ts";
import type { Millis } from "../base/clock.ts";
import type { BatchHeader } from "../protocol/records/batch-header.ts";

/** How many batches of a producer are remembered, and so recognized as duplicates. */
export const BATCHES_TO_RETAIN = 5;

/** A batch that a producer appended. */
export interface BatchMetadata {
  readonly lastSequence: number;
  readonly lastOffset: number;
  readonly lastOffsetDelta: number;
  readonly timestamp: Millis;
}

/** A producer's epoch and its last batches in it, the oldest first. */
export interface ProducerEntry {
  readonly producerId: number;
  readonly producerEpoch: number;
  /**
   * The server's clock at the last append. Record timestamps are the client's and expire nothing.
   */
  readonly lastAppendMs: Millis;
  readonly batches: readonly BatchMetadata[];
}

const INT32_MAX = 0x7fffffff;
const ENTRY_BYTES = 19;
const BATCH_BYTES = 24;

/** The sequence number `count` after `sequence`; after the largest int32 comes 0. */
export function incrementSequence(sequence: number, count: number): number {
  const next = sequence + count;
  return next > INT32_MAX ? next - INT32_MAX - 1 : next;
}

/** The sequence number of a remembered batch's first record. */
export function firstSequence(batch: BatchMetadata): number {
  const first = batch.lastSequence - batch.lastOffsetDelta;
  return first < 0 ? first + INT32_MAX + 1 : first;
}

/** The entry after one more batch, whose header already has its offset and timestamp. */
export function withBatch(
  entry: ProducerEntry | undefined,
  header: BatchHeader,
  now: Millis,
): ProducerEntry {
  const batch: BatchMetadata = {
    lastSequence: incrementSequence(header.baseSequence, header.lastOffsetDelta),
    lastOffset: header.baseOffset + header.lastOffsetDelta,
    lastOffsetDelta: header.lastOffsetDelta,
    timestamp: header.maxTimestamp,
  };
  const { producerId, producerEpoch } = header;
  return mergeEntries(entry, { producerId, producerEpoch, lastAppendMs: now, batches: [batch] });
}

/** The entry after what `later` tells of the same producer. A new epoch begins without batches. */
export function mergeEntries(
  earlier: ProducerEntry | undefined,
  later: ProducerEntry,
): ProducerEntry {
  if (earlier?.producerEpoch !== later.producerEpoch) return later;
  const batches = [...earlier.batches, ...later.batches].slice(-BATCHES_TO_RETAIN);
  return { ...later, batches };
}

/** The bytes that {@link encodeEntries} would take for this entry. */
export function entrySize(entry: ProducerEntry): number {
  return ENTRY_BYTES + entry.batches.length * BATCH_BYTES;
}

/** Entries as bytes, in their order. */
export function encodeEntries(entries: readonly ProducerEntry[]): Uint8Array {
  const size = entries.reduce((sum, entry) => sum + entrySize(entry), 0);
  const bytes = new Uint8Array(size);
  let position = 0;
  for (const entry of entries) {
    writeInt64(bytes, position, entry.producerId);
    writeInt16(bytes, position + 8, entry.producerEpoch);
    writeInt64(bytes, position + 10, entry.lastAppendMs);
    bytes[position + 18] = entry.batches.length;
    position += ENTRY_BYTES;
    for (const batch of entry.batches) {
      writeInt32(bytes, position, batch.lastSequence);
      writeInt64(bytes, position + 4, batch.lastOffset);
      writeInt32(bytes, position + 12, batch.lastOffsetDelta);
      writeInt64(bytes, position + 16, batch.timestamp);
      position += BATCH_BYTES;
    }
  }
  return bytes;
}

/** The entries that {@link encodeEntries} wrote. */
export function decodeEntries(bytes: Uint8Array): ProducerEntry[] {
  const entries: ProducerEntry[] = [];
  for (let position = 0; position < bytes.length;) {
    const batches: BatchMetadata[] = [];
    const count = readInt8(bytes, position + 18);
    for (let i = 0; i < count; i++) {
      const at = position + ENTRY_BYTES + i * BATCH_BYTES;
      batches.push({
        lastSequence: readInt32(bytes, at),
        lastOffset: readInt64(bytes, at + 4),
        lastOffsetDelta: readInt32(bytes, at + 12),
        timestamp: readInt64(bytes, at + 16),
      });
    }
    entries.push({
      producerId: readInt64(bytes, position),
      producerEpoch: readInt16(bytes, position + 8),
      lastAppendMs: readInt64(bytes, position + 10),
      batches,
    });
    position += ENTRY_BYTES + count * BATCH_BYTES;
  }
  return entries;
}
