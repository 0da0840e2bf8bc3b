/**
 * From the batches of a read to the records that a reader of HTTP or a live socket gets: those at
 * or after its offset, without control records. A batch that does not decode (a compressed body
 * passes the broker unread) is skipped and reported, so that one bad producer cannot stop its
 * readers.
 */
import { MAX_JSON_RECORD_BYTES } from "../base/limits.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { isControl } from "../protocol/records/attributes.ts";
import { type BatchHeader, batchHeaders } from "../protocol/records/batch-header.ts";
import { decodeRecords } from "../protocol/records/decode.ts";
import type { KafkaRecord } from "../protocol/records/record.ts";

/** A record, or offsets whose records nobody can read. */
export type DecodedRecord =
  | { readonly record: KafkaRecord; readonly undecodable?: undefined }
  | { readonly record?: undefined; readonly undecodable: UndecodableBatch };

/** The offsets from `offset` up to `next`, without the latter, hold no record that can be read. */
export interface UndecodableBatch {
  readonly error: Extract<ErrorName, "CORRUPT_MESSAGE" | "MESSAGE_TOO_LARGE">;
  readonly offset: number;
  readonly next: number;
  readonly detail: string;
}

/**
 * Decodes batch by batch, as far as the reader goes on. Keys and values may be views of the pieces,
 * which are whole batches and stay whose they are.
 */
export function* decodedRecords(
  pieces: readonly Uint8Array[],
  fromOffset: number,
): Generator<DecodedRecord> {
  for (const piece of pieces) {
    for (const header of batchHeaders(piece)) {
      const next = header.baseOffset + header.lastOffsetDelta + 1;
      if (next > fromOffset && !isControl(header.attributes)) {
        yield* decodedBatch(piece, header, fromOffset);
      }
    }
  }
}

function decodedBatch(bytes: Uint8Array, header: BatchHeader, fromOffset: number): DecodedRecord[] {
  const { baseOffset, lastOffsetDelta } = header;
  try {
    return decodeRecords(bytes, header)
      .filter(({ offset }) => offset >= fromOffset)
      .map((record) => (sizeOf(record) > MAX_JSON_RECORD_BYTES ? tooLarge(record) : { record }));
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
    const offset = Math.max(baseOffset, fromOffset);
    const next = baseOffset + lastOffsetDelta + 1;
    return [{ undecodable: { error: "CORRUPT_MESSAGE", offset, next, detail: error.message } }];
  }
}

function sizeOf({ key, value, headers }: KafkaRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += header.key.length + (header.value?.length ?? 0);
  return bytes;
}

function tooLarge(record: KafkaRecord): DecodedRecord {
  const { offset } = record;
  const detail = `The record has ${sizeOf(record)} bytes; up to ${MAX_JSON_RECORD_BYTES} are shown.`;
  return { undecodable: { error: "MESSAGE_TOO_LARGE", offset, next: offset + 1, detail } };
}

/** What a reader is told of records that nobody can read, in place of them. */
export function undecodableJson(skipped: UndecodableBatch, partition: number): string {
  const { error: title, offset, next, detail } = skipped;
  return JSON.stringify({ title, detail, partition, offset, next });
}
