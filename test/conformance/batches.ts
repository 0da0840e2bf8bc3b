/**
 * Record batches to send, whole or spoilt, and the records in what comes back. Header fields are
 * spoilt at their positions in the batch, and the CRC is put right again where a case is not about
 * the CRC.
 */
import * as zlib from "node:zlib";

import { writeInt32 } from "../../src/base/big-endian.ts";
import {
  BATCH_HEADER_SIZE,
  CRC_POSITION,
  batchSizeAt,
  computeBatchCrc,
  readBatchHeader,
} from "../../src/protocol/records/batch-header.ts";
import type { BatchHeader } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import type { BatchOptions } from "../../src/protocol/records/encode.ts";
import type { KafkaRecord, NewRecord } from "../../src/protocol/records/record.ts";
import { installZlibCodecs } from "../../src/protocol/records/zlib-codecs.ts";

installZlibCodecs(zlib);

/** A time that retention leaves alone and no broker takes for the future. */
export const NOW = Date.now() - 60_000;

/** A record with this value, and no key, header or other timestamp than {@link NOW}. */
export function record(value: string | Uint8Array, others: Partial<NewRecord> = {}): NewRecord {
  return { timestamp: NOW, key: null, value: bytes(value), headers: [], ...others };
}

/** A batch of records with these values. */
export function batch(...values: (string | Uint8Array)[]): Uint8Array {
  return encodeBatch(values.map((value) => record(value)));
}

/** A batch of one record that has this many bytes in all. */
export function batchOfSize(size: number): Uint8Array {
  const guess = size - 100;
  const { length } = batch(new Uint8Array(guess));
  return batch(new Uint8Array(guess + size - length));
}

/** A batch of one record for each timestamp. */
export function batchAt(timestamps: readonly number[], options: BatchOptions = {}): Uint8Array {
  return encodeBatch(
    timestamps.map((timestamp) => record("at a time", { timestamp })),
    options,
  );
}

/** A batch of an idempotent producer: `count` records from `baseSequence` on. */
export function sequenced(
  [producerId, producerEpoch]: readonly [producerId: number, producerEpoch: number],
  baseSequence: number,
  count = 1,
): Uint8Array {
  const values = Array.from({ length: count }, (_, index) => record(`${baseSequence}+${index}`));
  return encodeBatch(values, { producerId, producerEpoch, baseSequence });
}

/** The batch after `spoil`, which changes the copy it is given, with the CRC of what it is now. */
export function resealed(whole: Uint8Array, spoil: (copy: Uint8Array) => void): Uint8Array {
  const copy = whole.slice();
  spoil(copy);
  writeInt32(copy, CRC_POSITION, computeBatchCrc(copy, 0));
  return copy;
}

/** The headers of the batches in fetched bytes, the last of which may have been cut off. */
export function batchesIn(fetched: Uint8Array | null): BatchHeader[] {
  const headers: BatchHeader[] = [];
  if (fetched === null) throw new Error("Records are null.");
  for (let at = 0; at + BATCH_HEADER_SIZE <= fetched.length; at += batchSizeAt(fetched, at)) {
    if (at + batchSizeAt(fetched, at) > fetched.length) break;
    headers.push(readBatchHeader(fetched, at));
  }
  return headers;
}

/** All records in fetched bytes, as far as their batches are whole. */
export function recordsIn(fetched: Uint8Array | null): KafkaRecord[] {
  return batchesIn(fetched).flatMap((header) => decodeRecords(fetched!, header));
}

/** The values of all records in fetched bytes, as text. */
export function valuesIn(fetched: Uint8Array | null): string[] {
  return recordsIn(fetched).map(({ value }) => new TextDecoder().decode(value ?? undefined));
}

/** Text as UTF-8; bytes as they are. */
export function bytes(value: string | Uint8Array): Uint8Array {
  return typeof value === "string" ? new TextEncoder().encode(value) : value;
}

/** Bytes of UTF-8 as text. */
export function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
