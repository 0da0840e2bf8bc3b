/** What `topics --describe` prints: a line for each topic, and one for each of its partitions. */
import { javaHashOrder } from "../../base/java-hash-order.ts";
import { ZERO_UUID } from "../../base/uuid.ts";
import type { ConfigEntry } from "../../client/admin/configs.ts";
import { ConfigSource, describeConfigs, ResourceType } from "../../client/admin/configs.ts";
import type { PartitionDescription, TopicDescription } from "../../client/admin/describe-topics.ts";
import { describeTopics } from "../../client/admin/describe-topics.ts";
import { liveBrokers } from "../../client/admin/live-brokers.ts";
import type { Reassignment } from "../../client/admin/reassignments.ts";
import { listReassignments } from "../../client/admin/reassignments.ts";
import type { Cluster } from "../../client/cluster.ts";
import { partitionName } from "../../client/topic-partition.ts";
import type { TopicsFlags } from "./options.ts";

/** All that is known of a topic when its lines are written. */
export interface DescribedTopic {
  readonly topic: TopicDescription;
  readonly configs: readonly ConfigEntry[];
  /** By partition; most have none. */
  readonly reassignments: ReadonlyMap<number, Reassignment>;
  readonly liveBrokers: ReadonlySet<number>;
}

/** Asks the cluster for all that the lines of these topics say. */
export async function describedTopics(
  cluster: Cluster,
  names: readonly string[],
  partitionsPerResponse?: number,
): Promise<DescribedTopic[]> {
  const topics = await describeTopics(cluster, names, partitionsPerResponse);
  const resources = topics.map(({ name }) => ({ type: ResourceType.TOPIC, name }));
  const [configs, brokers, reassignments] = await Promise.all([
    describeConfigs(cluster, resources),
    liveBrokers(cluster),
    listReassignments(cluster, topics),
  ]);
  const configsOf = new Map(configs.map(({ name, configs: entries }) => [name, entries]));
  return topics.map((topic) => ({
    topic,
    configs: configsOf.get(topic.name) ?? [],
    reassignments: new Map(
      topic.partitions.flatMap(({ partition }) => {
        const found = reassignments.get(partitionName({ topic: topic.name, partition }));
        return found === undefined ? [] : [[partition, found] as const];
      }),
    ),
    liveBrokers: brokers,
  }));
}

/** The lines of a topic, or of those of its partitions that the flags ask for. */
export function topicLines(described: DescribedTopic, flags: TopicsFlags): string[] {
  const { topic, configs } = described;
  const reports = reportsOf(described, flags);
  const isPlain = reports.length === 0;
  const lines: string[] = [];
  const isOverridden = configs.some(({ configSource }) => !isDefault(configSource));
  if (isPlain && (!flags.topicsWithOverrides || isOverridden)) lines.push(topicLine(described));
  if (flags.topicsWithOverrides) return lines;
  for (const partition of topic.partitions) {
    if (isPlain || reports.some((isWanted) => isWanted(partition))) {
      lines.push(partitionLine(topic.name, partition, described.reassignments));
    }
  }
  return lines;
}

type Report = (partition: PartitionDescription) => boolean;

/** What the flags ask partitions to be; nothing, unless one of them is given. */
function reportsOf(described: DescribedTopic, flags: TopicsFlags): Report[] {
  const { configs, liveBrokers: live } = described;
  const minIsr = Number(configs.find(({ name }) => name === "min.insync.replicas")?.value ?? 1);
  const reports: Report[] = [];
  if (flags.underReplicatedPartitions) {
    reports.push((each) => replicationFactor(described, each) > each.isr.length);
  }
  if (flags.unavailablePartitions) {
    reports.push(({ leader }) => leader === null || !live.has(leader));
  }
  if (flags.underMinIsrPartitions) {
    reports.push(({ leader, isr }) => leader === null || isr.length < minIsr);
  }
  if (flags.atMinIsrPartitions) reports.push(({ isr }) => isr.length === minIsr);
  return reports;
}

function topicLine(described: DescribedTopic): string {
  const { name, topicId, partitions } = described.topic;
  const configs = javaHashOrder(described.configs)
    .filter(({ configSource }) => !isDefault(configSource))
    .map((config) => `${config.name}=${config.value}`);
  const fields = [`Topic: ${name}`];
  if (topicId !== ZERO_UUID) fields.push(`TopicId: ${topicId}`);
  fields.push(`PartitionCount: ${partitions.length}`);
  fields.push(`ReplicationFactor: ${replicationFactor(described, partitions[0]!)}`);
  fields.push(`Configs: ${configs.join(",")}`);
  return fields.join("\t");
}

function partitionLine(
  topic: string,
  partition: PartitionDescription,
  reassignments: ReadonlyMap<number, Reassignment>,
): string {
  const { leader, replicas, isr, eligibleLeaderReplicas, lastKnownElr } = partition;
  const fields = [
    `\tTopic: ${topic}`,
    `Partition: ${partition.partition}`,
    `Leader: ${leader ?? "none"}`,
    `Replicas: ${replicas.join(",")}`,
    `Isr: ${isr.join(",")}`,
  ];
  const reassignment = reassignments.get(partition.partition);
  if (reassignment) {
    fields.push(`Adding Replicas: ${reassignment.addingReplicas.join(",")}`);
    fields.push(`Removing Replicas: ${reassignment.removingReplicas.join(",")}`);
  }
  fields.push(`Elr: ${eligibleLeaderReplicas?.join(",") ?? "N/A"}`);
  fields.push(`LastKnownElr: ${lastKnownElr?.join(",") ?? "N/A"}`);
  return fields.join("\t");
}

/** How many replicas there are to be when a reassignment that is under way has ended. */
function replicationFactor(described: DescribedTopic, partition: PartitionDescription): number {
  const reassignment = described.reassignments.get(partition.partition);
  if (reassignment) {
    const { replicas, addingReplicas, removingReplicas } = reassignment;
    const changing = [...addingReplicas, ...removingReplicas];
    const isUnderWay = partition.replicas.some((replica) => changing.includes(replica));
    if (isUnderWay) return replicas.length - addingReplicas.length;
  }
  return partition.replicas.length;
}

function isDefault(configSource: number): boolean {
  return configSource === ConfigSource.DEFAULT_CONFIG;
}
