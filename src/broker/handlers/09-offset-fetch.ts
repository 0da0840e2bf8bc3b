/**
 * OffsetFetch: how far groups have consumed; one group below version 8, many from there on. A
 * group's error stands with each partition in version 1, and has its own place later.
 */
import { ZERO_UUID } from "../../base/uuid.ts";
import type { FetchOffsetsAnswer } from "../../group/group-calls.ts";
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode, type ErrorName } from "../../protocol/errors.ts";
import { offsetFetch } from "../../protocol/messages/09-offset-fetch.ts";
import { answerEachGroup, askGroup } from "../ask-group.ts";
import { handler, type RequestContext } from "../handler.ts";

type OffsetFetchRequest = RequestOf<typeof offsetFetch>;
type AskedGroup = OffsetFetchRequest["groups"][number];
type AskedTopic = NonNullable<AskedGroup["topics"]>[number];

const FIRST_GROUP_ERROR_VERSION = 2;
const FIRST_MANY_GROUPS_VERSION = 8;
const FIRST_TOPIC_ID_VERSION = 10;

export const offsetFetchHandler = handler({
  api: offsetFetch,

  async handle(request, context) {
    const { broker, apiVersion } = context;
    const groups = groupsOf(request, apiVersion);
    if (apiVersion >= FIRST_TOPIC_ID_VERSION) {
      const topics = groups.flatMap((group) => group.topics ?? []);
      await broker.routes.load(topics.map(({ topicId }) => ({ topicId })));
    }
    const answers = await answerEachGroup(
      groups,
      (group) => fetchGroup(group, request.requireStable, context),
      (group, error) => refuseGroup(group, error, apiVersion),
    );
    // The one group of the versions before stands at the top level.
    return apiVersion >= FIRST_MANY_GROUPS_VERSION ? { groups: answers } : answers[0]!;
  },

  refuse: (request, error) => ({
    topics: (request.topics ?? []).map((topic) => refuseTopic({ ...topic, ...NO_ID }, error)),
    errorCode: error,
    groups: request.groups.map(({ groupId }) => ({ groupId, topics: [], errorCode: error })),
  }),
});

const NO_ID = { topicId: ZERO_UUID };

function groupsOf({ groups, groupId, topics }: OffsetFetchRequest, apiVersion: number) {
  if (apiVersion >= FIRST_MANY_GROUPS_VERSION) return groups;
  const asked = topics && topics.map((topic) => ({ ...topic, ...NO_ID }));
  return [{ groupId, memberId: null, memberEpoch: -1, topics: asked }];
}

async function fetchGroup(group: AskedGroup, requireStable: boolean, context: RequestContext) {
  const { broker, apiVersion } = context;
  const { groupId, memberId, memberEpoch } = group;
  const { topics, unknown } = nameTopics(group, context);
  const answer = await askGroup(broker, groupId, (port) =>
    port.fetchOffsets({ memberId, memberEpoch, topics, requireStable }),
  );
  if (answer.error !== null) return refuseGroup(group, knownToConsumers(answer.error), apiVersion);
  const answered =
    topics === null
      ? await identifyTopics(answer.topics, context)
      : answer.topics.map((topic, index) => ({ ...topic, topicId: topics[index]!.topicId }));
  return {
    groupId,
    errorCode: ErrorCode.NONE,
    topics: [
      ...answered.map((topic) => ({ ...topic, partitions: topic.partitions.map(withCode) })),
      ...unknown.map((topic) => refuseTopic(topic, ErrorCode.UNKNOWN_TOPIC_ID)),
    ],
  };
}

/** What is asked for, by name, and the topics of which nobody knows the name. */
function nameTopics({ topics }: AskedGroup, { broker, apiVersion }: RequestContext) {
  if (topics === null || apiVersion < FIRST_TOPIC_ID_VERSION) return { topics, unknown: [] };
  const named: AskedTopic[] = [];
  const unknown: AskedTopic[] = [];
  for (const topic of topics) {
    const route = broker.routes.cached({ topicId: topic.topicId });
    if (route) named.push({ ...topic, name: route.name });
    else unknown.push(topic);
  }
  return { topics: named, unknown };
}

/** All topics of a group. Where topics go by their ids, those without one cannot be told of. */
async function identifyTopics(
  topics: FetchOffsetsAnswer["topics"],
  { broker, apiVersion }: RequestContext,
) {
  if (apiVersion < FIRST_TOPIC_ID_VERSION) return topics.map((topic) => ({ ...topic, ...NO_ID }));
  await broker.routes.load(topics.map(({ name }) => ({ name })));
  return topics.flatMap((topic) => {
    const route = broker.routes.cached({ name: topic.name });
    return route ? [{ ...topic, topicId: route.topicId }] : [];
  });
}

/** Consumers before 3.9 give up on COORDINATOR_NOT_AVAILABLE; Kafka spares them too. */
function knownToConsumers(error: ErrorName): ErrorName {
  return error === "COORDINATOR_NOT_AVAILABLE" ? "NOT_COORDINATOR" : error;
}

function withCode({
  error,
  ...partition
}: FetchOffsetsAnswer["topics"][number]["partitions"][number]) {
  return { ...partition, errorCode: ErrorCode[error ?? "NONE"] as ErrorCode };
}

function refuseGroup({ groupId, topics }: AskedGroup, error: ErrorName, apiVersion: number) {
  const errorCode = ErrorCode[error] as ErrorCode;
  if (apiVersion >= FIRST_GROUP_ERROR_VERSION) return { groupId, errorCode, topics: [] };
  return { groupId, errorCode, topics: topics!.map((topic) => refuseTopic(topic, errorCode)) };
}

function refuseTopic({ name, topicId, partitionIndexes }: AskedTopic, errorCode: ErrorCode) {
  return {
    name,
    topicId,
    partitions: partitionIndexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: -1,
      committedLeaderEpoch: -1,
      metadata: "",
      errorCode,
    })),
  };
}
