/**
 * DescribeTopicPartitions: topics in name order, in pages of at most 2,000 partitions (KIP-966).
 */
import { ZERO_UUID } from "../../base/uuid.ts";
import type { TopicDescription } from "../../controller/describe.ts";
import { invalidTopicName, isInternalTopic } from "../../controller/topic-names.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { describeTopicPartitions } from "../../protocol/messages/75-describe-topic-partitions.ts";
import { allTopics } from "../all-topics.ts";
import { TOPIC_OPERATIONS } from "../authorized-operations.ts";
import { describePartition } from "../describe-partition.ts";
import { handler, type RequestContext } from "../handler.ts";

type DescribeRequest = RequestOf<typeof describeTopicPartitions>;
type TopicResponse = ResponseInput<typeof describeTopicPartitions>["topics"][number];

/** Kafka's `max.request.partition.size.limit`. */
const MAX_PARTITIONS_PER_RESPONSE = 2000;

export const describeTopicPartitionsHandler = handler({
  api: describeTopicPartitions,

  async handle(request, context) {
    const { cursor } = request;
    if (isAstray(request)) return refuse(request, ErrorCode.INVALID_REQUEST);
    const found = await topicsFrom(cursor?.topicName ?? "", request, context);
    let room = Math.max(1, Math.min(request.responsePartitionLimit, MAX_PARTITIONS_PER_RESPONSE));
    const topics: TopicResponse[] = [];
    for (const [name, topic] of found) {
      if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } };
      if (!topic) {
        topics.push({ ...unknown(name), topicAuthorizedOperations: TOPIC_OPERATIONS });
        continue;
      }
      const start = name === cursor?.topicName ? cursor.partitionIndex : 0;
      const end = Math.min(topic.partitions.length, start + room);
      topics.push(describeTopic(topic, start, end));
      room -= Math.max(end - start, 0);
      if (end < topic.partitions.length) {
        return { topics, nextCursor: { topicName: name, partitionIndex: end } };
      }
    }
    return { topics };
  },

  refuse,
});

function refuse({ topics }: DescribeRequest, error: ErrorCode) {
  return { topics: topics.map(({ name }) => ({ ...unknown(name), errorCode: error })) };
}

/** Whether the cursor is nowhere in what is asked for. */
function isAstray({ cursor, topics }: DescribeRequest): boolean {
  if (cursor === null) return false;
  const isElsewhere = topics.length > 0 && !topics.some(({ name }) => name === cursor.topicName);
  return isElsewhere || cursor.partitionIndex < 0;
}

/**
 * The topics asked for, sorted by name, from the cursor's on; no names at all ask for every topic.
 */
async function topicsFrom(
  first: string,
  { topics }: DescribeRequest,
  { broker }: RequestContext,
): Promise<[name: string, topic: TopicDescription | undefined][]> {
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  if (topics.length === 0) {
    const image = await allTopics(broker.ports.controller);
    return image.topics.filter(({ name }) => name >= first).map((topic) => [topic.name, topic]);
  }
  const names = [...new Set(topics.map(({ name }) => name))].filter((name) => name >= first);
  const image = await broker.routes.describe(names.map((name) => ({ name })));
  const found = new Map(image.topics.map((topic) => [topic.name, topic]));
  return names
    .map((name) => ({ name }))
    .sort(byName)
    .map(({ name }) => [name, found.get(name)]);
}

function unknown(name: string): TopicResponse {
  const errorCode = invalidTopicName(name)
    ? ErrorCode.INVALID_TOPIC_EXCEPTION
    : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return { errorCode, name, topicId: ZERO_UUID, partitions: [], isInternal: isInternalTopic(name) };
}

function describeTopic(topic: TopicDescription, start: number, end: number): TopicResponse {
  return {
    errorCode: ErrorCode.NONE,
    name: topic.name,
    topicId: topic.topicId,
    isInternal: isInternalTopic(topic.name),
    partitions: topic.partitions.slice(start, end).map((state, index) => ({
      ...describePartition(state, start + index),
      eligibleLeaderReplicas: [],
      lastKnownElr: [],
    })),
    topicAuthorizedOperations: TOPIC_OPERATIONS,
  };
}
