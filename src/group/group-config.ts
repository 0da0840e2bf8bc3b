/**
 * The broker configs that groups act on, under Kafka's names and with Kafka's defaults
 * (https://kafka.apache.org/documentation/#brokerconfigs).
 */
import type { Millis } from "../base/clock.ts";
import { ConfigReader } from "../base/config-reader.ts";

/** Kafka's `group.consumer.migration.policy`: which conversions of a group with members happen. */
export type MigrationPolicy = "BIDIRECTIONAL" | "UPGRADE" | "DOWNGRADE" | "DISABLED";

const MIGRATION_POLICIES = ["BIDIRECTIONAL", "UPGRADE", "DOWNGRADE", "DISABLED"] as const;

const MAX_INT32 = 2_147_483_647;
const MINUTE_MS = 60_000;

export interface GroupConfig {
  readonly groupMinSessionTimeoutMs: Millis;
  readonly groupMaxSessionTimeoutMs: Millis;
  readonly groupInitialRebalanceDelayMs: Millis;
  readonly groupMaxSize: number;
  readonly consumerSessionTimeoutMs: Millis;
  readonly consumerHeartbeatIntervalMs: Millis;
  readonly consumerMaxSize: number;
  /** Names of server-side assignors; the first is the default. */
  readonly consumerAssignors: readonly string[];
  readonly consumerMigrationPolicy: MigrationPolicy;
  /** The least time between two target assignments of a group. */
  readonly consumerAssignmentIntervalMs: Millis;
  readonly consumerRegexRefreshIntervalMs: Millis;
  /** Largest metadata of a committed offset, in UTF-16 units, as Kafka counts them. */
  readonly offsetMetadataMaxBytes: number;
  readonly offsetsRetentionMs: Millis;
  readonly offsetsRetentionCheckIntervalMs: Millis;
}

/** Parses configs as given; throws a sentence that names the config when a value is not valid. */
export function parseGroupConfig(
  values: Readonly<Record<string, string>>,
  read = new ConfigReader(values),
): GroupConfig {
  return {
    groupMinSessionTimeoutMs: read.int("group.min.session.timeout.ms", 6000),
    groupMaxSessionTimeoutMs: read.int("group.max.session.timeout.ms", 1_800_000),
    groupInitialRebalanceDelayMs: read.int("group.initial.rebalance.delay.ms", 3000),
    groupMaxSize: read.int("group.max.size", MAX_INT32, 1),
    consumerSessionTimeoutMs: read.int("group.consumer.session.timeout.ms", 45_000, 1),
    consumerHeartbeatIntervalMs: read.int("group.consumer.heartbeat.interval.ms", 5000, 1),
    consumerMaxSize: read.int("group.consumer.max.size", MAX_INT32, 1),
    consumerAssignors: read.list("group.consumer.assignors", ["uniform", "range"]),
    consumerMigrationPolicy: read.choice(
      "group.consumer.migration.policy",
      "BIDIRECTIONAL",
      MIGRATION_POLICIES,
    ),
    consumerAssignmentIntervalMs: read.int("group.consumer.assignment.interval.ms", 1000),
    consumerRegexRefreshIntervalMs: read.int("group.consumer.regex.refresh.interval.ms", 600_000),
    offsetMetadataMaxBytes: read.int("offset.metadata.max.bytes", 4096),
    offsetsRetentionMs: MINUTE_MS * read.int("offsets.retention.minutes", 10_080, 1),
    offsetsRetentionCheckIntervalMs: read.long("offsets.retention.check.interval.ms", 600_000, 1),
  };
}
