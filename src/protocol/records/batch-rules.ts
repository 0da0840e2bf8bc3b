/** What a leader asks of a produced batch, and its answer when the batch does not comply. */

/** The rules of a topic, and of the request that the batch came with. */
export interface BatchRules {
  /** The version of the Produce request; zstd needs 7. */
  apiVersion: number;
  /** The topic's `max.message.bytes`, for the whole batch. */
  maxBytes: number;
  /** The leader's clock, in milliseconds since the epoch. */
  now: number;
  /** The topic's `message.timestamp.type`. */
  timestampType: "CreateTime" | "LogAppendTime";
  /** `message.timestamp.before.max.ms` */
  timestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms` */
  timestampAfterMaxMs: number;
  /** Whether `cleanup.policy` holds `compact`, so that every record needs a key. */
  compacted: boolean;
}

/** What is wrong with one record (KIP-467). */
export interface RecordError {
  /** The record's index in its batch, from 0. */
  batchIndex: number;
  message: string;
}

/** Why a batch is not appended: the error's name in Kafka's table, and a sentence. */
export interface BatchRefusal {
  error:
    | "CORRUPT_MESSAGE"
    | "INVALID_RECORD"
    | "INVALID_TIMESTAMP"
    | "MESSAGE_TOO_LARGE"
    | "UNSUPPORTED_COMPRESSION_TYPE";
  message: string;
  recordErrors?: RecordError[];
  /** It was refused for what any log would refuse. */
  isOfRequest?: true;
}

/** What is wrong with `timestamp` under `rules`, or null. A record may have none, which is -1. */
export function invalidTimestamp(timestamp: number, rules: BatchRules): string | null {
  if (rules.timestampType === "LogAppendTime" || timestamp === -1) return null;
  const earliest = rules.now - rules.timestampBeforeMaxMs;
  const latest = rules.now + rules.timestampAfterMaxMs;
  if (timestamp >= earliest && timestamp <= latest) return null;
  return `Timestamp ${timestamp} is not within [${earliest}, ${latest}].`;
}
