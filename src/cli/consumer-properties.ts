/** The configs of Kafka's consumer, as properties, and what they are to the client library. */
import { IsolationLevel } from "../client/admin/list-offsets.ts";
import type { FetchOptions, GroupOptions } from "../client/consumer/consumer-options.ts";
import { CommandError } from "./command-error.ts";
import { integerProperty } from "./kafka-tool.ts";
import type { Properties } from "./properties.ts";

const FETCH_NUMBERS = {
  fetchMinBytes: "fetch.min.bytes",
  fetchMaxWaitMs: "fetch.max.wait.ms",
  fetchMaxBytes: "fetch.max.bytes",
  maxPartitionFetchBytes: "max.partition.fetch.bytes",
} as const;

const GROUP_NUMBERS = {
  sessionTimeoutMs: "session.timeout.ms",
  heartbeatIntervalMs: "heartbeat.interval.ms",
  maxPollIntervalMs: "max.poll.interval.ms",
  metadataMaxAgeMs: "metadata.max.age.ms",
  autoCommitIntervalMs: "auto.commit.interval.ms",
} as const;

/** How records are fetched. */
export function fetchOptions(properties: Properties): Partial<FetchOptions> {
  const reset = oneOf(properties, "auto.offset.reset", ["earliest", "latest", "none"]);
  const isolation = oneOf(properties, "isolation.level", ["read_uncommitted", "read_committed"]);
  return {
    ...numbers(properties, FETCH_NUMBERS),
    ...(reset !== undefined && { autoOffsetReset: reset }),
    ...(isolation === "read_committed" && { isolationLevel: IsolationLevel.READ_COMMITTED }),
  };
}

/** How the consumer is a member of its group. */
export function groupOptions(
  properties: Properties,
): Partial<GroupOptions> & { groupProtocol?: "classic" | "consumer" } {
  const protocol = oneOf(properties, "group.protocol", ["classic", "consumer"]);
  const autoCommit = oneOf(properties, "enable.auto.commit", ["true", "false"]);
  const groupInstanceId = properties.get("group.instance.id");
  return {
    ...numbers(properties, GROUP_NUMBERS),
    ...(protocol !== undefined && { groupProtocol: protocol }),
    ...(autoCommit !== undefined && { enableAutoCommit: autoCommit === "true" }),
    ...(groupInstanceId !== undefined && { groupInstanceId }),
  };
}

function numbers<Option extends string>(
  properties: Properties,
  names: Readonly<Record<Option, string>>,
): Partial<Record<Option, number>> {
  const found = Object.entries<string>(names).flatMap(([option, name]) => {
    const value = properties.get(name);
    return value === undefined ? [] : [[option, integerProperty(name, value)] as const];
  });
  return Object.fromEntries(found) as Partial<Record<Option, number>>;
}

/** The value of a property that has only a few, in any case; undefined where it is not set. */
function oneOf<Value extends string>(
  properties: Properties,
  name: string,
  values: readonly Value[],
): Value | undefined {
  const given = properties.get(name);
  if (given === undefined) return undefined;
  const value = values.find((each) => each === given.trim().toLowerCase());
  if (value !== undefined) return value;
  const possible = values.join(", ");
  throw new CommandError(
    `Invalid value ${given} for configuration ${name}: it is one of ${possible}.`,
  );
}
