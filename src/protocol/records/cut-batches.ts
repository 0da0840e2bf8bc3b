/** Cutting a run of batches where a reader may begin and must end: always between batches. */
import { batchSizeAt, lastOffsetAt } from "./batch-header.ts";

export interface Cut {
  /**
   * The first offset that the reader wants: the batch that holds it is the first one kept, whole.
   */
  readonly offset: number;
  /** Only batches that end below it are kept. */
  readonly upperBound: number;
  readonly maxBytes: number;
  /** Whether the first batch is kept even when it is larger than `maxBytes` (KIP-74). */
  readonly minOneBatch: boolean;
}

export interface CutBatches {
  /** A view into the bytes that were cut. */
  readonly bytes: Uint8Array;
  /** The offset after the last record kept; the wanted offset when none is. */
  readonly nextOffset: number;
}

/** The batches of `bytes` (whole batches, back to back, offsets ascending) that a reader gets. */
export function cutBatches(bytes: Uint8Array, cut: Cut): CutBatches {
  let start = 0;
  while (start < bytes.length && lastOffsetAt(bytes, start) < cut.offset) {
    start += batchSizeAt(bytes, start);
  }
  let end = start;
  let nextOffset = cut.offset;
  while (end < bytes.length) {
    const lastOffset = lastOffsetAt(bytes, end);
    const next = end + batchSizeAt(bytes, end);
    const fits = next - start <= cut.maxBytes || (cut.minOneBatch && end === start);
    if (!fits || lastOffset >= cut.upperBound) break;
    end = next;
    nextOffset = lastOffset + 1;
  }
  return { bytes: bytes.subarray(start, end), nextOffset };
}
