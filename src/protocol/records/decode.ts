/**
 * From a stored batch to its records, for readers that want records and not batches: HTTP, live
 * sockets, the search for a timestamp, the cleaner. Every length is checked before it is used.
 */
import { saturate } from "../../base/big-endian.ts";
import { MAX_DECODED_ITEMS, MAX_DECOMPRESSED_SIZE } from "../../base/limits.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { VarintReader } from "../../base/varint.ts";
import { compressionOf, isLogAppendTime } from "./attributes.ts";
import type { BatchHeader } from "./batch-header.ts";
import { BATCH_HEADER_SIZE } from "./batch-header.ts";
import { decompress } from "./compression.ts";
import type { KafkaRecord, RecordHeader } from "./record.ts";

/** A record is its length and, at the least, attributes, two deltas, two lengths and a count. */
export const MIN_RECORD_SIZE = 7;

const NO_HEADERS: readonly RecordHeader[] = [];
const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The records of the batch that `header` was read from in `bytes`. Keys and values are views: of
 * `bytes` itself when the batch is not compressed, so whoever keeps a record keeps all of them or
 * copies it. Records that do not decode, or decompress to more than `maxSize`, are a
 * {@link MalformedFrame}. The CRC is not looked at.
 */
export function decodeRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  maxSize: number = MAX_DECOMPRESSED_SIZE,
): KafkaRecord[] {
  const { recordsCount, baseOffset } = header;
  // The cleaner may leave a header with nothing behind it, whatever its compression type.
  if (recordsCount === 0) return [];
  const body = recordBytes(bytes, header, maxSize);
  if (recordsCount < 0 || recordsCount > body.length / MIN_RECORD_SIZE) {
    throw new MalformedFrame(`a record batch claims ${recordsCount} records`, header.position);
  }
  let items = recordsCount;
  const logAppendTime = isLogAppendTime(header.attributes);
  const reader = new VarintReader(body);
  const records: KafkaRecord[] = [];
  for (let i = 0; i < recordsCount; i++) {
    if (items > MAX_DECODED_ITEMS) throw tooManyItems(header);
    const end = endOfRecord(reader);
    reader.skip(1);
    const createTime = saturate(header.baseTimestamp + reader.varlong());
    const timestamp = logAppendTime ? header.maxTimestamp : createTime;
    const offset = saturate(baseOffset + reader.varint());
    const key = readNullableBytes(reader);
    const value = readNullableBytes(reader);
    const headers = readHeaders(reader, end);
    items += headers.length;
    if (reader.position !== end) throw new MalformedFrame("a record has another size", end);
    records.push({ offset, timestamp, key, value, headers });
  }
  if (reader.position !== body.length) {
    throw new MalformedFrame("bytes follow the last record of a batch", reader.position);
  }
  return records;
}

/** The bytes of the records, decompressed; a view of `bytes` when they are not compressed. */
export function recordBytes(bytes: Uint8Array, header: BatchHeader, maxSize: number): Uint8Array {
  const { position, sizeInBytes, attributes } = header;
  const compression = compressionOf(attributes);
  if (compression === undefined) {
    throw new MalformedFrame("a record batch has an unknown compression type", position);
  }
  const stored = bytes.subarray(position + BATCH_HEADER_SIZE, position + sizeInBytes);
  return decompress(compression, stored, maxSize);
}

/** Reads a record's length and returns where the record ends. */
export function endOfRecord(reader: VarintReader): number {
  const size = reader.varint();
  const end = reader.position + size;
  if (size < 0 || end > reader.end) {
    throw new MalformedFrame(`a record claims ${size} bytes`, reader.position);
  }
  return end;
}

function tooManyItems({ position }: BatchHeader): MalformedFrame {
  return new MalformedFrame(`more than ${MAX_DECODED_ITEMS} records and headers`, position);
}

function readNullableBytes(reader: VarintReader): Uint8Array | null {
  const size = reader.varint();
  if (size < 0) return null;
  const start = reader.position;
  reader.skip(size);
  return reader.bytes.subarray(start, reader.position);
}

function readHeaders(reader: VarintReader, end: number): readonly RecordHeader[] {
  const count = reader.varint();
  if (count === 0) return NO_HEADERS;
  if (count < 0 || count > Math.min(end - reader.position, MAX_DECODED_ITEMS)) {
    throw new MalformedFrame(`a record claims ${count} headers`, reader.position);
  }
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const key = readNullableBytes(reader);
    if (key === null) throw new MalformedFrame("a header has no key", reader.position);
    headers.push({ key: utf8.decode(key), value: readNullableBytes(reader) });
  }
  return headers;
}
