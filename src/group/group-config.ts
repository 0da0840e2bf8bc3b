/** The broker configs that groups act on, as numbers. */
import type { Millis } from "../base/clock.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import { ConfigReader } from "../config/config-reader.ts";
import { assignorNames, findAssignor } from "./assignors/assignor.ts";

/** Kafka's `group.consumer.migration.policy`: which conversions of a group with members happen. */
export type MigrationPolicy = "BIDIRECTIONAL" | "UPGRADE" | "DOWNGRADE" | "DISABLED";

const ASSIGNORS = "group.consumer.assignors";
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

/** Which of the assignors that groups may use there is not, or null when there are all. */
export function unknownAssignor(values: ConfigStrings): string | null {
  const unknown = new ConfigReader(values)
    .list(ASSIGNORS)
    .find((name) => findAssignor(name) === undefined);
  if (unknown === undefined) return null;
  const known = assignorNames().join(", ");
  return `Invalid value ${unknown} for configuration ${ASSIGNORS}: There is no such assignor, there are ${known}`;
}

/** Reads configs as given; throws a sentence that names the config when a value is not valid. */
export function parseGroupConfig(values: ConfigStrings): GroupConfig {
  const read = new ConfigReader(values);
  return {
    groupMinSessionTimeoutMs: read.number("group.min.session.timeout.ms"),
    groupMaxSessionTimeoutMs: read.number("group.max.session.timeout.ms"),
    groupInitialRebalanceDelayMs: read.number("group.initial.rebalance.delay.ms"),
    groupMaxSize: read.number("group.max.size"),
    consumerSessionTimeoutMs: read.number("group.consumer.session.timeout.ms"),
    consumerHeartbeatIntervalMs: read.number("group.consumer.heartbeat.interval.ms"),
    consumerMaxSize: read.number("group.consumer.max.size"),
    consumerAssignors: read.list(ASSIGNORS),
    consumerMigrationPolicy: read
      .string("group.consumer.migration.policy")
      .toUpperCase() as MigrationPolicy,
    consumerAssignmentIntervalMs: read.number("group.consumer.assignment.interval.ms"),
    consumerRegexRefreshIntervalMs: read.number("group.consumer.regex.refresh.interval.ms"),
    offsetMetadataMaxBytes: read.number("offset.metadata.max.bytes"),
    offsetsRetentionMs: MINUTE_MS * read.number("offsets.retention.minutes"),
    offsetsRetentionCheckIntervalMs: read.number("offsets.retention.check.interval.ms"),
  };
}
