/**
 * The Java client as a member of a group, by two of the tools that Kafka ships: the verifiable
 * consumer, which prints its callbacks, and the console consumer, whose log tells of them.
 */
import { kafkaClassPath } from "../oracle/kafka-jars.ts";
import { toolMainClass } from "../oracle/tool-names.ts";
import { SHORT_LIVED_JVM } from "../oracle/tool.ts";
import type { MemberEvent, TopicPartition } from "./group-history.ts";
import type { MemberProgram, Membership } from "./group-member.ts";

/** How Java's members divide and agree: by a classic assignor, or as the broker decides. */
export interface JavaMembership extends Membership {
  readonly groupProtocol: "classic" | "consumer";
}

const CONSUMER = "org.apache.kafka.clients.consumer";
const ASSIGNORS: Readonly<Record<string, string>> = {
  range: `${CONSUMER}.RangeAssignor`,
  roundrobin: `${CONSUMER}.RoundRobinAssignor`,
  "cooperative-sticky": `${CONSUMER}.CooperativeStickyAssignor`,
};

const SMALL_JVM = ["-Xmx128M", ...SHORT_LIVED_JVM];
const LOG = "-Dorg.slf4j.simpleLogger";
const QUIET = `${LOG}.defaultLogLevel=error`;
/** Where the console consumer's log tells of partitions that come and go. */
const TALKING = ["ConsumerRebalanceListenerInvoker", "ConsumerMembershipManager"].map(
  (name) => `${LOG}.log.${CONSUMER}.internals.${name}=info`,
);

/**
 * Kafka's verifiable consumer. It commits synchronously what it has printed, unless it is to commit
 * by itself.
 */
export async function verifiableMember(
  membership: JavaMembership,
  { autoCommit = false } = {},
): Promise<MemberProgram> {
  const { bootstrap, groupId, topics, groupProtocol, assignor } = membership;
  const { autoOffsetReset = "earliest", sessionTimeoutMs } = membership;
  const args = ["--bootstrap-server", bootstrap, "--group-id", groupId, "--topic", topics[0]!];
  args.push("--group-protocol", groupProtocol, "--reset-policy", autoOffsetReset, "--verbose");
  if (groupProtocol === "consumer") {
    if (assignor) args.push("--group-remote-assignor", assignor);
  } else {
    args.push("--assignment-strategy", ASSIGNORS[assignor ?? "range"]!);
    if (sessionTimeoutMs) args.push("--session-timeout", `${sessionTimeoutMs}`);
  }
  if (autoCommit) args.push("--enable-autocommit");
  // The path of the file with all other configs comes last.
  args.push("--command-config");
  const configFile = configsOf(membership).join("\n");
  const jvm = [...SMALL_JVM, QUIET, "-cp", await kafkaClassPath()];
  const command = [...jvm, toolMainClass("verifiable-consumer"), ...args];
  return { command: "java", args: command, configFile, parse: parseVerifiable };
}

/** Kafka's console consumer. It commits by itself, from time to time and when it leaves. */
export async function consoleMember(membership: JavaMembership): Promise<MemberProgram> {
  const { bootstrap, groupId, topics, groupProtocol, assignor } = membership;
  const { autoOffsetReset = "earliest", sessionTimeoutMs } = membership;
  const args = ["--bootstrap-server", bootstrap, "--group", groupId, "--topic", topics[0]!];
  const configs = [`auto.offset.reset=${autoOffsetReset}`, `group.protocol=${groupProtocol}`];
  if (groupProtocol === "classic") {
    if (sessionTimeoutMs) configs.push(`session.timeout.ms=${sessionTimeoutMs}`);
    if (assignor) configs.push(`partition.assignment.strategy=${ASSIGNORS[assignor]}`);
  } else if (assignor) {
    configs.push(`group.remote.assignor=${assignor}`);
  }
  configs.push(...configsOf(membership));
  args.push(...configs.flatMap((config) => ["--command-property", config]));
  const shown = ["print.partition=true", "print.offset=true"];
  args.push(...shown.flatMap((property) => ["--formatter-property", property]));
  const jvm = [...SMALL_JVM, QUIET, ...TALKING, "-cp", await kafkaClassPath()];
  const command = [...jvm, toolMainClass("console-consumer"), ...args];
  return { command: "java", args: command, parse: consoleParser(topics[0]!) };
}

/** What both tools are told in the same words. */
function configsOf(membership: JavaMembership): string[] {
  const { clientId, maxPollIntervalMs, heartbeatIntervalMs, autoCommitIntervalMs } = membership;
  const isClassic = membership.groupProtocol === "classic";
  const configs = {
    "client.id": clientId,
    "max.poll.interval.ms": maxPollIntervalMs,
    "auto.commit.interval.ms": autoCommitIntervalMs,
    "heartbeat.interval.ms": isClassic ? heartbeatIntervalMs : undefined,
  };
  return Object.entries(configs).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${value}`],
  );
}

interface PartitionOf {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

type VerifiableEvent =
  | {
      readonly name: "partitions_assigned" | "partitions_revoked";
      readonly partitions: readonly PartitionOf[];
    }
  | ({ readonly name: "record_data" } & PartitionOf)
  | {
      readonly name: "offsets_committed";
      readonly offsets: readonly PartitionOf[];
      readonly success: boolean;
      readonly error?: string;
    }
  | { readonly name: "records_consumed" };

function parseVerifiable(line: string): MemberEvent[] | null {
  if (!line.startsWith("{")) return failureIn(line);
  const event = JSON.parse(line) as VerifiableEvent;
  switch (event.name) {
    case "partitions_assigned":
      return [{ kind: "assigned", partitions: event.partitions.map(written) }];
    case "partitions_revoked":
      return [{ kind: "revoked", partitions: event.partitions.map(written) }];
    case "record_data": {
      const { offset } = event;
      return [{ kind: "handled", partition: written(event), first: offset, last: offset }];
    }
    case "offsets_committed":
      if (!event.success) return [{ kind: "failed", reason: event.error ?? line }];
      return event.offsets.map((one) => {
        return { kind: "committed", partition: written(one), offset: one.offset };
      });
    case "records_consumed":
      return null; // Each of them has been told already.
    default:
      return []; // Its start and its end.
  }
}

/** Reads the records and the log of a console consumer, of which some lines belong together. */
function consoleParser(topic: string): MemberProgram["parse"] {
  let owned: TopicPartition[] = [];
  let added: TopicPartition[] = [];
  const assigned = (partitions: TopicPartition[]): MemberEvent[] => {
    owned.push(...partitions);
    return [{ kind: "assigned", partitions }];
  };
  const revoked = (partitions: TopicPartition[]): MemberEvent[] => {
    owned = owned.filter((partition) => !partitions.includes(partition));
    return [{ kind: "revoked", partitions }];
  };
  return (line, stream) => {
    if (stream === "stdout") {
      const [, partition, offset] = /^Partition:(\d+)\tOffset:(\d+)\t/.exec(line) ?? [];
      if (partition === undefined) return [];
      const [first, last] = [Number(offset), Number(offset)];
      return [{ kind: "handled", partition: `${topic}-${partition}`, first, last }];
    }
    const partitions = /\[([^[\]]+)\]$/.exec(line)?.[1]!.split(", ") ?? [];
    if (/Adding newly assigned partitions/.test(line)) return assigned(partitions);
    if (/(Revoke|Revoking|Lost) previously assigned partitions/.test(line)) {
      return revoked(partitions);
    }
    // In groups that the broker divides, what is added is the member's once it acknowledges it.
    if (/^\s+Added partitions/.test(line)) added = partitions;
    if (line.endsWith(" to ACKNOWLEDGING.")) return assigned(added.splice(0));
    if (/ to (FENCED|STALE|JOINING)\.$/.test(line)) return revoked([...owned]);
    return failureIn(line);
  };
}

function failureIn(line: string): MemberEvent[] {
  return / ERROR |Exception: /.test(line) ? [{ kind: "failed", reason: line }] : [];
}

function written({ topic, partition }: PartitionOf): TopicPartition {
  return `${topic}-${partition}`;
}
