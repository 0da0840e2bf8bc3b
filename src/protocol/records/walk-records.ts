/**
 * The walk over a batch's uncompressed records: lengths and varints only, nothing is decoded into
 * objects. It runs over every record that is produced without compression, so it is kept lean.
 */
import { saturate } from "../../base/big-endian.ts";
import { MAX_RECORD_ERRORS } from "../../base/limits.ts";
import { MalformedFrame } from "../../base/malformed-frame.ts";
import { VarintReader } from "../../base/varint.ts";
import type { BatchHeader } from "./batch-header.ts";
import { BATCH_HEADER_SIZE } from "./batch-header.ts";
import type { BatchRefusal, BatchRules, RecordError } from "./batch-rules.ts";
import { invalidTimestamp } from "./batch-rules.ts";
import { endOfRecord } from "./decode.ts";

/** What the walk found: the records' largest timestamp, or what is wrong with them. */
export type Walk = { refusal: null; maxTimestamp: number } | { refusal: BatchRefusal };

/**
 * Walks the uncompressed records of the batch that `header` was read from in `bytes`. Records that
 * are not built as they should be are a {@link MalformedFrame}; records that only break the topic's
 * rules are a refusal that names them.
 */
export function walkRecords(bytes: Uint8Array, header: BatchHeader, rules: BatchRules): Walk {
  const end = header.position + header.sizeInBytes;
  const reader = new VarintReader(bytes, header.position + BATCH_HEADER_SIZE, end);
  const { baseTimestamp, recordsCount } = header;
  const faults: Faults = { errors: [], error: "INVALID_RECORD" };
  let maxTimestamp = -1;
  for (let i = 0; i < recordsCount; i++) {
    const recordEnd = endOfRecord(reader);
    reader.skip(1);
    const timestamp = saturate(baseTimestamp + reader.varlong());
    const offsetDelta = reader.varint();
    if (offsetDelta !== i) throw new MalformedFrame(`record ${i} has offset delta ${offsetDelta}`);
    const keySize = reader.varint();
    if (keySize > 0) reader.skip(keySize);
    const valueSize = reader.varint();
    if (valueSize > 0) reader.skip(valueSize);
    const headersCount = reader.varint();
    if (headersCount !== 0) skipHeaders(reader, headersCount, recordEnd);
    if (reader.position !== recordEnd) throw new MalformedFrame(`record ${i} has another size`);
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    if (rules.compacted && keySize < 0) {
      note(faults, i, "A compacted topic takes no record without a key.");
    } else {
      const sentence = invalidTimestamp(timestamp, rules);
      if (sentence !== null) {
        faults.error = "INVALID_TIMESTAMP";
        note(faults, i, sentence);
      }
    }
  }
  if (reader.position !== end) throw new MalformedFrame("bytes follow the last record");
  return faults.errors.length === 0 ? { refusal: null, maxTimestamp } : refused(faults);
}

interface Faults {
  errors: RecordError[];
  /** One timestamp out of bounds decides for the whole batch. */
  error: "INVALID_RECORD" | "INVALID_TIMESTAMP";
}

function note(faults: Faults, batchIndex: number, message: string): void {
  if (faults.errors.length < MAX_RECORD_ERRORS) faults.errors.push({ batchIndex, message });
}

function refused({ error, errors }: Faults): Walk {
  const first = errors[0]!;
  const message = `Record ${first.batchIndex} of the batch was rejected: ${first.message}`;
  return { refusal: { error, message, recordErrors: errors } };
}

function skipHeaders(reader: VarintReader, count: number, recordEnd: number): void {
  if (count < 0 || count > recordEnd - reader.position) {
    throw new MalformedFrame(`a record claims ${count} headers`, reader.position);
  }
  for (let i = 0; i < count; i++) {
    const keySize = reader.varint();
    if (keySize < 0) throw new MalformedFrame("a header has no key", reader.position);
    reader.skip(keySize);
    const valueSize = reader.varint();
    if (valueSize > 0) reader.skip(valueSize);
  }
}
