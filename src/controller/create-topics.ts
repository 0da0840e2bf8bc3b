/**
 * CreateTopics: validation in Kafka's order and words, placement, records. Creating a topic wakes
 * no replica: each asks for its role when it is first touched.
 */
import { randomUuid, type Uuid } from "../base/uuid.ts";
import type { ConfigStrings } from "../config/config-definition.ts";
import { invalidTopicConfig, invalidTopicConfigs } from "../log/log-config.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { BrokerConfig } from "./broker-config.ts";
import { valuesOfAllBrokers } from "./dynamic-configs.ts";
import { tellGroups } from "./groups.ts";
import type { ClusterImage } from "./image.ts";
import { invalidAssignment } from "./manual-assignment.ts";
import { newPartition } from "./new-partition.ts";
import { placeReplicas, tooFewBrokers } from "./placement.ts";
import type { MetadataRecord } from "./records.ts";
import type { ControllerSurroundings, Step } from "./step.ts";
import { METADATA_TOPIC, invalidTopicName } from "./topic-names.ts";

/** One topic of a CreateTopics request; -1 asks for the broker's default. */
export interface NewTopic {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly assignments: readonly {
    readonly partitionIndex: number;
    readonly brokerIds: readonly number[];
  }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}

export type CreateTopicResult =
  | { readonly name: string; readonly error: ErrorName; readonly message: string }
  | {
      readonly name: string;
      readonly error: null;
      readonly topicId: Uuid;
      readonly partitionCount: number;
      readonly replicationFactor: number;
      readonly configs: Readonly<Record<string, string>>;
    };

/** Most partitions of one request, and most records that it may come to, as in Kafka. */
export const MAX_PARTITIONS_PER_REQUEST = 10_000;
const MAX_RECORDS_PER_REQUEST = 10_000;

export function createTopics(
  image: ClusterImage,
  topics: readonly NewTopic[],
  surroundings: ControllerSurroundings & { readonly validateOnly: boolean },
): Step<CreateTopicResult[]> {
  const byName = Map.groupBy(topics, (topic) => topic.name);
  const namedOnce = topics.filter(({ name }) => byName.get(name)!.length === 1);
  if (partitionsOf(namedOnce, surroundings.config) > MAX_PARTITIONS_PER_REQUEST)
    return refuseAll(topics, "Excessively large number of partitions per request.");
  const records: MetadataRecord[] = [];
  let placed = image.partitionsPlaced();
  const collisions = new Map<string, string>();
  const defaults = valuesOfAllBrokers(image, surroundings.config);

  const response = [...byName].map(([name, [topic, ...duplicates]]): CreateTopicResult => {
    if (!topic || duplicates.length > 0)
      return refuse(name, "INVALID_REQUEST", "Duplicate topic name.");
    const refusal = invalidNewTopic(image, topic, { collisions, defaults });
    if (refusal) return refusal;
    const assignment = assignReplicas(image, topic, surroundings.config, placed);
    if ("error" in assignment) return assignment;

    const topicId = randomUuid(surroundings.random);
    placed += assignment.replicas.length;
    collisions.set(name.replaceAll(".", "_"), name);
    const configs = Object.fromEntries(
      topic.configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])),
    );
    records.push(...recordsOf(name, topicId, assignment.replicas, configs));
    return {
      name,
      error: null,
      topicId,
      partitionCount: assignment.replicas.length,
      replicationFactor: assignment.replicas[0]!.length,
      configs,
    };
  });
  if (records.length > MAX_RECORDS_PER_REQUEST)
    return refuseAll(topics, "Unable to perform excessively large batch operation.");
  if (surroundings.validateOnly) return { records: [], response, effects: [] };
  const created = records.flatMap((record) => (record.type === "Topic" ? [record.name] : []));
  return { records, response, effects: tellGroups(image, created) };
}

/** How many partitions are asked for, as far as their numbers make sense. */
function partitionsOf(topics: readonly NewTopic[], { numPartitions }: BrokerConfig): number {
  const counts = topics.map((topic) => {
    if (topic.assignments.length > 0) return topic.assignments.length;
    return topic.numPartitions === -1 ? numPartitions : Math.max(topic.numPartitions, 0);
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function refuseAll(topics: readonly NewTopic[], why: string): Step<CreateTopicResult[]> {
  const response = topics.map(({ name }) => refuse(name, "POLICY_VIOLATION", why));
  return { records: [], response, effects: [] };
}

function invalidNewTopic(
  image: ClusterImage,
  topic: NewTopic,
  { collisions, defaults }: { collisions: ReadonlyMap<string, string>; defaults: ConfigStrings },
): CreateTopicResult | null {
  const { name } = topic;
  if (name === METADATA_TOPIC) {
    const why = `Creation of internal topic ${name} is prohibited.`;
    return refuse(name, "INVALID_REQUEST", why);
  }
  const invalidName = invalidTopicName(name);
  if (invalidName) return refuse(name, "INVALID_TOPIC_EXCEPTION", invalidName);
  if (image.topicByName(name)) {
    return refuse(name, "TOPIC_ALREADY_EXISTS", `Topic '${name}' already exists.`);
  }
  const colliding = image.collidingTopic(name) ?? collisions.get(name.replaceAll(".", "_"));
  if (colliding !== undefined) {
    return refuse(
      name,
      "INVALID_TOPIC_EXCEPTION",
      `Topic '${name}' collides with existing topic: ${colliding}`,
    );
  }
  // Of a config that is there twice the last value counts.
  for (const [key, value] of new Map(topic.configs.map((config) => [config.name, config.value]))) {
    const invalid =
      value === null
        ? `Null value not supported for topic configs: ${key}`
        : invalidTopicConfig(key, value);
    if (invalid) return refuse(name, "INVALID_CONFIG", invalid);
  }
  const invalidTogether = invalidTopicConfigs(
    Object.fromEntries(topic.configs.map(({ name, value }) => [name, value!])),
    defaults,
  );
  return invalidTogether === null ? null : refuse(name, "INVALID_CONFIG", invalidTogether);
}

type Refusal = Extract<CreateTopicResult, { error: ErrorName }>;

/** The replicas of each partition, as given or as placed. */
function assignReplicas(
  image: ClusterImage,
  topic: NewTopic,
  config: BrokerConfig,
  placed: number,
): { readonly replicas: number[][] } | Refusal {
  const brokers = image.brokers().filter((broker) => !broker.fenced);
  const nodeIds = brokers.map((broker) => broker.nodeId);
  if (topic.assignments.length > 0) return givenAssignment(topic, nodeIds);

  const { name } = topic;
  if (topic.replicationFactor !== -1 && topic.replicationFactor <= 0) {
    const why = "Replication factor must be larger than 0, or -1 to use the default value.";
    return refuse(name, "INVALID_REPLICATION_FACTOR", why);
  }
  if (topic.numPartitions !== -1 && topic.numPartitions <= 0) {
    const why = "Number of partitions was set to an invalid non-positive value.";
    return refuse(name, "INVALID_PARTITIONS", why);
  }
  const partitionCount = topic.numPartitions === -1 ? config.numPartitions : topic.numPartitions;
  const factor =
    topic.replicationFactor === -1 ? config.defaultReplicationFactor : topic.replicationFactor;
  if (factor > nodeIds.length) {
    return refuse(name, "INVALID_REPLICATION_FACTOR", tooFewBrokers(factor, nodeIds.length));
  }
  if (factor > 1) return refuse(name, "INVALID_REPLICATION_FACTOR", UNREPLICATED);
  return { replicas: placeReplicas(nodeIds, partitionCount, factor, placed) };
}

const UNREPLICATED =
  "Replication factors above 1 are not supported by this version of Odradek: ask for 1, or -1 for the default.";

function givenAssignment(
  topic: NewTopic,
  nodeIds: readonly number[],
): { readonly replicas: number[][] } | Refusal {
  const { name } = topic;
  if (topic.replicationFactor !== -1) {
    const why =
      "A manual partition assignment was specified, but replication factor was not set to -1.";
    return refuse(name, "INVALID_REQUEST", why);
  }
  if (topic.numPartitions !== -1) {
    const why = "A manual partition assignment was specified, but numPartitions was not set to -1.";
    return refuse(name, "INVALID_REQUEST", why);
  }
  const invalid = (why: string) => refuse(name, "INVALID_REPLICA_ASSIGNMENT", why);
  const replicas: number[][] = [];
  let factor: number | null = null;
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (replicas[partitionIndex]) {
      return invalid(`Found multiple manual partition assignments for partition ${partitionIndex}`);
    }
    if (partitionIndex < 0 || partitionIndex >= topic.assignments.length) {
      return invalid("partitions should be a consecutive 0-based integer sequence");
    }
    const why = invalidAssignment(brokerIds, nodeIds, factor);
    if (why) return invalid(why);
    factor = brokerIds.length;
    if (brokerIds.length > 1) return refuse(name, "INVALID_REPLICATION_FACTOR", UNREPLICATED);
    replicas[partitionIndex] = [...brokerIds];
  }
  return { replicas };
}

function recordsOf(
  name: string,
  topicId: Uuid,
  replicas: readonly number[][],
  configs: Readonly<Record<string, string>>,
): MetadataRecord[] {
  return [
    { type: "Topic", name, topicId, partitionCount: replicas.length },
    ...Object.entries(configs).map(([name, value]) => ({
      type: "Config" as const,
      topicId,
      name,
      value,
    })),
    ...replicas.map((nodeIds, partition) => newPartition(topicId, partition, nodeIds)),
  ];
}

function refuse(name: string, error: ErrorName, message: string): Refusal {
  return { name, error, message };
}
