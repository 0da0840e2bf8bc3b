/** Random records for property tests, and the rules of a topic that takes all of them. */
import fc from "fast-check";

import type { BatchRules } from "../../../src/protocol/records/batch-rules.ts";
import type { NewRecord } from "../../../src/protocol/records/record.ts";

export const NOW = 1790000000000;

/** What a topic with Kafka's defaults asks of a batch. */
export const defaultRules: BatchRules = {
  apiVersion: 13,
  maxBytes: 1_048_588,
  now: NOW,
  timestampType: "CreateTime",
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 3_600_000,
  compacted: false,
};

const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string().map(utf8));

/** Any record that a producer may send. */
export const anyRecord: fc.Arbitrary<NewRecord> = fc.record({
  timestamp: fc.oneof(fc.integer({ min: -1, max: NOW }), fc.constant(NOW)),
  key: fc.option(bytes),
  value: fc.option(bytes),
  headers: fc.array(fc.record({ key: fc.string({ unit: "grapheme" }), value: fc.option(bytes) }), {
    maxLength: 3,
  }),
});

/** A handful of records. */
export const anyRecords = fc.array(anyRecord, { minLength: 1, maxLength: 40 });

/** A plain record. */
export function record(value: string, timestamp = NOW): NewRecord {
  return { timestamp, key: null, value: utf8(value), headers: [] };
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
