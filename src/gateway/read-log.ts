/** A read for someone who is no Kafka client: bound to no epoch, of all that is committed. */
import type { Broker, Located } from "../broker/broker.ts";
import { readPartition } from "../broker/partition-reader.ts";
import type { ReadResult } from "../replication/replica-calls.ts";

/** Bytes of one read; a first batch that is larger comes whole. */
export const READ_BYTES = 1024 * 1024;

export interface LogReadOptions {
  readonly offset: number;
  /** Whether the reader is going to wait at the end. */
  readonly watch: boolean;
}

/** Reads a piece of the log from `offset` on; errors are in the result. */
export function readLog(
  broker: Broker,
  located: Located,
  options: LogReadOptions,
): Promise<ReadResult> {
  return readPartition(broker, located, { ...options, ...PLAIN_READ });
}

const PLAIN_READ = {
  maxBytes: READ_BYTES,
  minOneBatch: true,
  readCommitted: false,
  currentLeaderEpoch: -1,
  lastFetchedEpoch: -1,
};
