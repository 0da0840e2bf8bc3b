/**
 * The attributes of a record batch: one int16 whose low bits say how its records are compressed,
 * who gave them their timestamps, and whether they are part of a transaction or control records.
 */

/** Kafka's compression types, each at the index that is its id in the attributes. */
export const COMPRESSION_TYPES = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** The name of a compression type, as in a topic's `compression.type`. */
export type CompressionType = (typeof COMPRESSION_TYPES)[number];

/** The bits of the attributes that hold the compression type's id. */
export const COMPRESSION_MASK = 0x07;
/** Set when the timestamps are the leader's: all records then have the batch's maxTimestamp. */
export const LOG_APPEND_TIME_BIT = 0x08;
/** Set on the batches of a transaction, its commit or abort marker among them. */
export const TRANSACTIONAL_BIT = 0x10;
/** Set on batches whose records are markers for the consumer's client, not for the consumer. */
export const CONTROL_BIT = 0x20;
/** Set by the cleaner once baseTimestamp holds the time to drop tombstones at (KIP-534). */
export const DELETE_HORIZON_BIT = 0x40;

/** How the records are compressed; undefined for the three ids that Kafka has not given out. */
export function compressionOf(attributes: number): CompressionType | undefined {
  return COMPRESSION_TYPES[attributes & COMPRESSION_MASK];
}

/** The id of a compression type, ready to be or-ed into the attributes. */
export function compressionId(compression: CompressionType): number {
  return COMPRESSION_TYPES.indexOf(compression);
}

/** Whether the timestamps are the leader's clock (LogAppendTime) and not the producer's. */
export function isLogAppendTime(attributes: number): boolean {
  return (attributes & LOG_APPEND_TIME_BIT) !== 0;
}

/** Whether the batch belongs to a transaction. */
export function isTransactional(attributes: number): boolean {
  return (attributes & TRANSACTIONAL_BIT) !== 0;
}

/** Whether the batch holds control records, which take an offset but are never shown to users. */
export function isControl(attributes: number): boolean {
  return (attributes & CONTROL_BIT) !== 0;
}

/** Whether baseTimestamp holds the delete horizon. */
export function hasDeleteHorizon(attributes: number): boolean {
  return (attributes & DELETE_HORIZON_BIT) !== 0;
}
