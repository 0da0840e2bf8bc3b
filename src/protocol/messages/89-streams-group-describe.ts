/** StreamsGroupDescribe: the state, the topology and the members of streams groups (KIP-1071). */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, string, struct, uint16 } from "../schema.ts";

/** "Authorized operations" that were not asked for. */
const NOT_ASKED_FOR = -2147483648;

/** A config of a topic, or a tag of a client. */
const keyValue = { key: string(), value: string() };

/** A topic that the group makes for itself. */
const topicInfo = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array(keyValue),
};

/** How far a task is in its changelogs. */
const taskOffset = { subtopologyId: string(), partition: int32(), offset: int64() };

/** Tasks of one subtopology. */
const taskIds = { subtopologyId: string(), partitions: array(int32()) };

/** What a member runs, and what it is to run. */
const assignment = {
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
};

export const streamsGroupDescribe = api({
  key: 89,
  name: "StreamsGroupDescribe",
  versions: "0",
  flexible: "0+",
  request: {
    groupIds: array(string()),
    includeAuthorizedOperations: bool(),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    groups: array({
      errorCode: int16(),
      errorMessage: string({ nullable: "0+", default: null }),
      groupId: string(),
      groupState: string(),
      groupEpoch: int32(),
      assignmentEpoch: int32(),
      topology: struct(
        {
          epoch: int32(),
          subtopologies: array(
            {
              subtopologyId: string(),
              sourceTopics: array(string()),
              repartitionSinkTopics: array(string()),
              stateChangelogTopics: array(topicInfo),
              repartitionSourceTopics: array(topicInfo),
            },
            { nullable: "0+", default: null },
          ),
        },
        { nullable: "0+", default: null },
      ),
      members: array({
        memberId: string(),
        memberEpoch: int32(),
        instanceId: string({ nullable: "0+", default: null }),
        rackId: string({ nullable: "0+", default: null }),
        clientId: string(),
        clientHost: string(),
        topologyEpoch: int32(),
        processId: string(),
        userEndpoint: struct({ host: string(), port: uint16() }, { nullable: "0+", default: null }),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        isClassic: bool(),
      }),
      authorizedOperations: int32({ default: NOT_ASKED_FOR }),
    }),
  },
});

export type StreamsGroupDescribeRequest = RequestOf<typeof streamsGroupDescribe>;
export type StreamsGroupDescribeResponse = ResponseOf<typeof streamsGroupDescribe>;
export type StreamsGroupDescribeResponseInput = ResponseInput<typeof streamsGroupDescribe>;
