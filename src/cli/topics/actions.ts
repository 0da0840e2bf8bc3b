/**
 * What the actions of `odradek topics` do, and what they print: Kafka's words where it has some.
 */
import { describeTopics } from "../../client/admin/describe-topics.ts";
import {
  createPartitions,
  createTopic,
  deleteTopics,
  listTopics,
} from "../../client/admin/topics.ts";
import type { Cluster } from "../../client/cluster.ts";
import { KafkaError } from "../../client/kafka-error.ts";
import { CommandError } from "../command-error.ts";
import type { Say } from "../kafka-tool.ts";
import { isInternalTopic, topicFilter } from "../topic-filter.ts";
import { describedTopics, topicLines } from "./describe.ts";
import type { TopicsFlags } from "./options.ts";
import { parseReplicaAssignment, parseTopicConfigs } from "./options.ts";

const MAX_REPLICATION_FACTOR = 32_767;
const UUID_BYTES = 16;

/** Does what the flags say. */
export function runTopics(cluster: Cluster, flags: TopicsFlags, say: Say): Promise<void> {
  if (flags.create) return create(cluster, flags, say);
  if (flags.alter) return alter(cluster, flags);
  if (flags.describe) return describe(cluster, flags, say);
  if (flags.delete) return remove(cluster, flags);
  return list(cluster, flags, say);
}

async function create(cluster: Cluster, flags: TopicsFlags, say: Say): Promise<void> {
  const name = flags.topic!;
  const { partitions = -1, replicationFactor = -1 } = flags;
  if (/[._]/.test(name)) say(COLLISION);
  const assignments = parseReplicaAssignment(flags);
  const configs = parseTopicConfigs(flags.config ?? []);
  if (flags.replicationFactor !== undefined) {
    if (replicationFactor < 1 || replicationFactor > MAX_REPLICATION_FACTOR) {
      const range = `between 1 and ${MAX_REPLICATION_FACTOR} inclusive`;
      throw new CommandError(`The replication factor must be ${range}`);
    }
  }
  if (flags.partitions !== undefined && partitions < 1) {
    throw new CommandError("The partitions must be greater than 0");
  }
  const topic = { name, numPartitions: partitions, replicationFactor, assignments, configs };
  try {
    await createTopic(cluster, topic);
  } catch (error) {
    const isThere = error instanceof KafkaError && error.code === "TOPIC_ALREADY_EXISTS";
    if (isThere && flags.ifNotExists) return;
    throw error;
  }
  say(`Created topic ${name}.`);
}

const COLLISION = `WARNING: Due to limitations in metric names, topics with a period ('.') or \
underscore ('_') could collide. To avoid issues it is best to use either, but not both.`;

async function list(cluster: Cluster, flags: TopicsFlags, say: Say): Promise<void> {
  const names = await matchingTopics(cluster, flags);
  say(names.join("\n"));
}

async function alter(cluster: Cluster, flags: TopicsFlags): Promise<void> {
  const assignments = parseReplicaAssignment(flags);
  const names = await existingTopics(cluster, flags);
  const topics = await describeTopics(cluster, names);
  if (topics.length === 0) return;
  await createPartitions(
    cluster,
    topics.map(({ name, partitions }) => ({
      name,
      count: flags.partitions!,
      assignments: assignments.length === 0 ? null : assignments.slice(partitions.length),
    })),
  );
}

async function describe(cluster: Cluster, flags: TopicsFlags, say: Say): Promise<void> {
  const names =
    flags.topicId === undefined
      ? await existingTopics(cluster, flags)
      : await topicsWithId(cluster, flags.topicId, flags);
  const described = await describedTopics(cluster, names, flags.partitionSizeLimitPerResponse);
  for (const topic of described) for (const line of topicLines(topic, flags)) say(line);
}

async function remove(cluster: Cluster, flags: TopicsFlags): Promise<void> {
  const names = await existingTopics(cluster, flags);
  if (names.length > 0) await deleteTopics(cluster, names);
}

/** The names of all topics that the flags stand for. */
async function matchingTopics(cluster: Cluster, flags: TopicsFlags): Promise<string[]> {
  const matches = topicFilter(flags.topic ?? ".*");
  const topics = await listTopics(cluster);
  return topics
    .map(({ name }) => name)
    .filter((name) => matches(name) && !(flags.excludeInternal && isInternalTopic(name)));
}

/** The same, where there has to be one if the flags name one. */
async function existingTopics(cluster: Cluster, flags: TopicsFlags): Promise<string[]> {
  const names = await matchingTopics(cluster, flags);
  if (flags.topic && names.length === 0 && !flags.ifExists) {
    throw new CommandError(`Topic '${flags.topic}' does not exist as expected`);
  }
  return names;
}

async function topicsWithId(cluster: Cluster, id: string, flags: TopicsFlags): Promise<string[]> {
  const { length } = Buffer.from(id, "base64url");
  if (length !== UUID_BYTES) {
    throw new CommandError(`Input string \`${id}\` decoded as ${length} bytes, which is not equal \
to the expected ${UUID_BYTES} bytes of a base64-encoded UUID`);
  }
  const topics = await listTopics(cluster);
  const found = topics.filter(({ topicId }) => topicId === id);
  if (found.length === 0 && !flags.ifExists) {
    throw new CommandError(`TopicId '${id}' does not exist as expected`);
  }
  return found.map(({ name }) => name);
}
