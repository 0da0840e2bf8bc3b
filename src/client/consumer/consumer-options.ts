/** What a consumer may be told, by the names of Kafka's configs in camel case. */
import { IsolationLevel } from "../admin/list-offsets.ts";

export interface FetchOptions {
  readonly isolationLevel: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxWaitMs: number;
  readonly fetchMaxBytes: number;
  readonly maxPartitionFetchBytes: number;
  /** Where to begin where no offset says so, or where the offset is not in the log. */
  readonly autoOffsetReset: "earliest" | "latest" | "none";
}

export interface GroupOptions {
  readonly groupId: string;
  readonly groupInstanceId: string | null;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long the group waits for this member in a rebalance. */
  readonly maxPollIntervalMs: number;
  /** How often it looks for new partitions, and for new topics that match its pattern. */
  readonly metadataMaxAgeMs: number;
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalMs: number;
}

/** Kafka's defaults. */
export const DEFAULT_FETCH_OPTIONS: FetchOptions = {
  isolationLevel: IsolationLevel.READ_UNCOMMITTED,
  fetchMinBytes: 1,
  fetchMaxWaitMs: 500,
  fetchMaxBytes: 50 * 1024 * 1024,
  maxPartitionFetchBytes: 1024 * 1024,
  autoOffsetReset: "latest",
};

/** Kafka's defaults for all but the id of the group. */
export const DEFAULT_GROUP_OPTIONS: Omit<GroupOptions, "groupId"> = {
  groupInstanceId: null,
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3_000,
  maxPollIntervalMs: 300_000,
  metadataMaxAgeMs: 300_000,
  enableAutoCommit: true,
  autoCommitIntervalMs: 5_000,
};
