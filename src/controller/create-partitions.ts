/**
 * CreatePartitions: topics grow at their ends. Validation in Kafka's order and words; placement
 * goes on where it ended last. As with new topics, no replica is woken.
 */
import type { ErrorName } from "../protocol/errors.ts";
import { MAX_PARTITIONS_PER_REQUEST } from "./create-topics.ts";
import { tellGroups } from "./groups.ts";
import type { ClusterImage, TopicImage } from "./image.ts";
import { invalidAssignment } from "./manual-assignment.ts";
import { newPartition } from "./new-partition.ts";
import { placeReplicas, tooFewBrokers } from "./placement.ts";
import type { MetadataRecord } from "./records.ts";
import type { Step } from "./step.ts";

/** One topic of a CreatePartitions request. */
export interface TopicToGrow {
  readonly name: string;
  /** How many partitions the topic is to have in all. */
  readonly count: number;
  /** The replicas of each new partition; null leaves them to the controller. */
  readonly assignments: readonly { readonly brokerIds: readonly number[] }[] | null;
}

export interface CreatePartitionsResult {
  readonly name: string;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

/** Most partitions of one topic; the answer about it has to fit in one message. */
export const MAX_PARTITIONS_PER_TOPIC = 10_000;

export function createPartitions(
  image: ClusterImage,
  topics: readonly TopicToGrow[],
  validateOnly: boolean,
): Step<CreatePartitionsResult[]> {
  const records: MetadataRecord[] = [];
  const grown: string[] = [];
  const alreadyPlaced = image.partitionsPlaced();
  let added = 0;
  const byName = Map.groupBy(topics, (topic) => topic.name);
  const response = [...byName].map(([name, [asked, ...duplicates]]): CreatePartitionsResult => {
    if (!asked || duplicates.length > 0)
      return refuse(name, "INVALID_REQUEST", "Duplicate topic name.");
    const topic = image.topicByName(name);
    if (!topic) return refuse(name, "UNKNOWN_TOPIC_OR_PARTITION", null);
    const refusal = invalidCount(topic, asked, added);
    if (refusal) return refusal;
    const replicas = assignReplicas(image, topic, asked, alreadyPlaced + added);
    if ("error" in replicas) return replicas;
    added += replicas.length;
    grown.push(name);
    records.push(...recordsOf(topic, replicas));
    return { name, error: null, message: null };
  });
  if (validateOnly) return { records: [], response, effects: [] };
  return { records, response, effects: tellGroups(image, grown) };
}

function invalidCount(
  { name, partitionCount }: TopicImage,
  { count, assignments }: TopicToGrow,
  added: number,
): CreatePartitionsResult | null {
  const invalid = (why: string) => refuse(name, "INVALID_PARTITIONS", why);
  if (count === partitionCount) return invalid(`Topic already has ${partitionCount} partition(s).`);
  if (count < partitionCount) {
    return invalid(
      `The topic ${name} currently has ${partitionCount} partition(s); ${count} would not be an increase.`,
    );
  }
  const additional = count - partitionCount;
  if (assignments && assignments.length !== additional) {
    const why =
      `Attempted to add ${additional} additional partition(s), ` +
      `but only ${assignments.length} assignment(s) were specified.`;
    return refuse(name, "INVALID_REPLICA_ASSIGNMENT", why);
  }
  if (count > MAX_PARTITIONS_PER_TOPIC) {
    return invalid(
      `Number of partitions ${count} is above the maximum of ${MAX_PARTITIONS_PER_TOPIC} a topic.`,
    );
  }
  if (added + additional > MAX_PARTITIONS_PER_REQUEST)
    return invalid(`One request adds at most ${MAX_PARTITIONS_PER_REQUEST} partitions.`);
  return null;
}

/** The replicas of each new partition, as given or as placed: as many as partition 0 has. */
function assignReplicas(
  image: ClusterImage,
  { name, topicId, partitionCount }: TopicImage,
  { count, assignments }: TopicToGrow,
  placed: number,
): readonly (readonly number[])[] | Refusal {
  const factor = image.partition(topicId, 0)!.replicas.length;
  const brokers = image.brokers().filter((broker) => !broker.fenced);
  const nodeIds = brokers.map((broker) => broker.nodeId);
  if (assignments) {
    for (const { brokerIds } of assignments) {
      const invalid = invalidAssignment(brokerIds, nodeIds, factor);
      if (invalid) return refuse(name, "INVALID_REPLICA_ASSIGNMENT", invalid);
    }
    return assignments.map(({ brokerIds }) => brokerIds);
  }
  if (factor > nodeIds.length) {
    return refuse(name, "INVALID_REPLICATION_FACTOR", tooFewBrokers(factor, nodeIds.length));
  }
  return placeReplicas(nodeIds, count - partitionCount, factor, placed);
}

function recordsOf(
  { name, topicId, partitionCount }: TopicImage,
  replicas: readonly (readonly number[])[],
): MetadataRecord[] {
  return [
    { type: "Topic", name, topicId, partitionCount: partitionCount + replicas.length },
    ...replicas.map((nodeIds, index) => newPartition(topicId, partitionCount + index, nodeIds)),
  ];
}

interface Refusal extends CreatePartitionsResult {
  readonly error: ErrorName;
}

function refuse(name: string, error: ErrorName, message: string | null): Refusal {
  return { name, error, message };
}
