/** A chunk while batches are still joined into it, up to 1 MB or one batch that is larger. */
import type { Millis } from "../base/clock.ts";
import { concatBytes } from "../base/concat-bytes.ts";
import type { BatchHeader } from "../protocol/records/batch-header.ts";
import type { Chunk } from "./chunks.ts";
import { CHUNK_BYTES, CHUNK_PRODUCERS_BYTES_MAX } from "./log-limits.ts";
import { type ProducerEntry, encodeEntries, entrySize, withBatch } from "./producer-entry.ts";
import type { ActiveSegment } from "./segments.ts";

/** A chunk that is ready to be stored. */
export interface NewChunk {
  readonly chunk: Chunk;
  /** What its batches tell of producers, or null when none is idempotent. */
  readonly producers: Uint8Array | null;
  /** Its batches: the one batch's own array, or a joined one. */
  readonly bytes: Uint8Array;
}

export class ChunkDraft {
  readonly #baseOffset: number;
  readonly #segment: number;
  readonly #position: number;
  readonly #batches: Uint8Array[] = [];
  readonly #producers = new Map<number, ProducerEntry>();
  #sizeInBytes = 0;
  #producersBytes = 0;

  /** An empty chunk that begins where the segment ends so far. */
  constructor(baseOffset: number, segment: ActiveSegment) {
    this.#baseOffset = baseOffset;
    this.#segment = segment.baseOffset;
    this.#position = segment.sizeInBytes;
  }

  hasRoomFor(sizeInBytes: number): boolean {
    return (
      this.#sizeInBytes + sizeInBytes <= CHUNK_BYTES &&
      this.#producersBytes < CHUNK_PRODUCERS_BYTES_MAX
    );
  }

  /** Adds a batch that has its offset. The array is kept until the chunk is stored. */
  add(bytes: Uint8Array): void {
    this.#batches.push(bytes);
    this.#sizeInBytes += bytes.length;
  }

  /** Notes what the batch just added tells of its producer. */
  addProducer(header: BatchHeader, now: Millis): void {
    const before = this.#producers.get(header.producerId);
    const after = withBatch(before, header, now);
    this.#producersBytes += entrySize(after) - (before ? entrySize(before) : 0);
    // Deleting first keeps the order in which producers were last heard of.
    this.#producers.delete(header.producerId);
    this.#producers.set(header.producerId, after);
  }

  finish(end: Pick<Chunk, "nextOffset" | "runningMaxTimestamp" | "highWatermark">): NewChunk {
    const entries = [...this.#producers.values()];
    return {
      chunk: {
        baseOffset: this.#baseOffset,
        segment: this.#segment,
        position: this.#position,
        sizeInBytes: this.#sizeInBytes,
        ...end,
      },
      producers: entries.length === 0 ? null : encodeEntries(entries),
      bytes: this.#batches.length === 1 ? this.#batches[0]! : concatBytes(this.#batches),
    };
  }
}
