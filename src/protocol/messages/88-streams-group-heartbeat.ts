/** StreamsGroupHeartbeat: all that a member of a streams group says, and its tasks (KIP-1071). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, int8, string, struct, uint16 } from "../schema.ts";

/** A config of a topic, or a tag of a client. */
const keyValue = { key: string(), value: string() };

/** A topic that the group makes for itself. */
const topicInfo = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(keyValue),
};

/** Tasks of one subtopology. */
const taskIds = { subtopologyId: string(), partitions: array(int32()) };

/** Where a client answers interactive queries. */
const endpoint = { host: string(), port: uint16() };

/** How far a task is in its changelogs. */
const taskOffset = { subtopologyId: string(), partition: int32(), offset: int64() };

/** Partitions of one topic. */
const topicPartition = { topic: string(), partitions: array(int32()) };

export const streamsGroupHeartbeat = api({
  key: 88,
  name: "StreamsGroupHeartbeat",
  versions: "0",
  flexible: "0+",
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    endpointInformationEpoch: int32(),
    // Null, here and below, and -1: as the last heartbeat said.
    instanceId: string({ nullable: "0+", default: null }),
    rackId: string({ nullable: "0+", default: null }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    // Only in the heartbeat that joins.
    topology: struct(
      {
        epoch: int32(),
        subtopologies: array({
          subtopologyId: string(),
          sourceTopics: array(string()),
          sourceTopicRegex: array(string()),
          stateChangelogTopics: array(topicInfo),
          repartitionSinkTopics: array(string()),
          repartitionSourceTopics: array(topicInfo),
          // Indexes into the lists above.
          copartitionGroups: array({
            sourceTopics: array(int16()),
            sourceTopicRegex: array(int16()),
            repartitionSourceTopics: array(int16()),
          }),
        }),
      },
      { nullable: "0+", default: null },
    ),
    activeTasks: array(taskIds, { nullable: "0+", default: null }),
    standbyTasks: array(taskIds, { nullable: "0+", default: null }),
    warmupTasks: array(taskIds, { nullable: "0+", default: null }),
    processId: string({ nullable: "0+", default: null }),
    userEndpoint: struct(endpoint, { nullable: "0+", default: null }),
    clientTags: array(keyValue, { nullable: "0+", default: null }),
    taskOffsets: array(taskOffset, { nullable: "0+", default: null }),
    taskEndOffsets: array(taskOffset, { nullable: "0+", default: null }),
    shutdownApplication: bool({ default: false }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullable: "0+", default: null }),
    memberId: string(),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    acceptableRecoveryLag: int32(),
    taskOffsetIntervalMs: int32(),
    // What the group lacks to be assigned, if anything.
    status: array({ statusCode: int8(), statusDetail: string() }, { nullable: "0+" }),
    // Null, here and below: as the last response said.
    activeTasks: array(taskIds, { nullable: "0+", default: null }),
    standbyTasks: array(taskIds, { nullable: "0+", default: null }),
    warmupTasks: array(taskIds, { nullable: "0+", default: null }),
    endpointInformationEpoch: int32(),
    partitionsByUserEndpoint: array(
      {
        userEndpoint: struct(endpoint),
        activePartitions: array(topicPartition),
        standbyPartitions: array(topicPartition),
      },
      { nullable: "0+", default: null },
    ),
  },
});

export type StreamsGroupHeartbeatRequest = RequestOf<typeof streamsGroupHeartbeat>;
export type StreamsGroupHeartbeatResponse = ResponseOf<typeof streamsGroupHeartbeat>;
export type StreamsGroupHeartbeatResponseInput = ResponseInput<typeof streamsGroupHeartbeat>;
