/** Cutting a run of batches where a reader may begin and must end: always between batches. */
import { batchSizeAt, lastOffsetAt } from "./batch-header.ts";

export interface Cut {
  /** The first offset that the reader wants: the batch that holds it is the first one kept, whole. */
  readonly offset: number;
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
export function cutBatches(bytes: Uint8Array, { offset, maxBytes, minOneBatch }: Cut): CutBatches {
  let start = 0;
  while (start < bytes.length && lastOffsetAt(bytes, start) < offset)
    start += batchSizeAt(bytes, start);
  let end = start;
  let nextOffset = offset;
  while (end < bytes.length) {
    const next = end + batchSizeAt(bytes, end);
    const fits = next - start <= maxBytes || (minOneBatch && end === start);
    if (!fits) break;
    nextOffset = lastOffsetAt(bytes, end) + 1;
    end = next;
  }
  return { bytes: bytes.subarray(start, end), nextOffset };
}
