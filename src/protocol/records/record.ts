/**
 * One record of a batch as people see it, once its deltas have been resolved.
 *
 * Inside the batch it is a varint length and then: attributes int8 (unused), timestampDelta
 * varlong, offsetDelta varint, and key, value and headers, each behind a varint length or count. A
 * length of -1 is null.
 */

/** A header of a record (KIP-82). Keys may repeat. */
export interface RecordHeader {
  key: string;
  value: Uint8Array | null;
}

/** A record as it goes into a batch, which gives it its offset. */
export interface NewRecord {
  /** Milliseconds since the epoch, or -1 for none. */
  timestamp: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: readonly RecordHeader[];
}

/** A record that came out of a batch. */
export interface KafkaRecord extends NewRecord {
  offset: number;
}
