/**
 * Metadata: brokers, and topics with their leaders, from the controller's current image. Topics
 * that are missing are created when the client allows it and `auto.create.topics.enable` does; this
 * very response still calls them unknown, as Kafka's does, and the client asks again.
 */
import { ZERO_UUID } from "../../base/uuid.ts";
import type { ClusterDescription, TopicDescription } from "../../controller/describe.ts";
import { isInternalTopic, invalidTopicName } from "../../controller/topic-names.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { metadata } from "../../protocol/messages/03-metadata.ts";
import { allTopics } from "../all-topics.ts";
import { CLUSTER_OPERATIONS, TOPIC_OPERATIONS } from "../authorized-operations.ts";
import { autoCreateTopics } from "../auto-create-topics.ts";
import { describePartition } from "../describe-partition.ts";
import { handler, type RequestContext } from "../handler.ts";

type MetadataRequest = RequestOf<typeof metadata>;
type RequestedTopic = NonNullable<MetadataRequest["topics"]>[number];
type TopicResponse = ResponseInput<typeof metadata>["topics"][number];

/** The first version that asks for topics by id; two earlier ones only have the field. */
const FIRST_TOPIC_ID_VERSION = 12;

export const metadataHandler = handler({
  api: metadata,

  async handle(request, context) {
    const { broker, connection, apiVersion } = context;
    const requested = wantsAll(request, apiVersion) ? null : topicsAsked(request.topics!);
    if (apiVersion < FIRST_TOPIC_ID_VERSION && requested?.some(({ name }) => name === null)) {
      return refuse(request, ErrorCode.INVALID_REQUEST);
    }
    const image = requested
      ? await describe(requested, context)
      : await allTopics(broker.ports.controller);
    const topics = requested
      ? await describeRequested(requested, image, request, context)
      : image.topics.map(describeTopic);
    return {
      brokers: image.brokers
        .filter((node) => !node.fenced)
        .map(({ nodeId, rack }) => ({
          nodeId,
          rack,
          ...broker.ports.advertised(nodeId, connection.host),
        })),
      clusterId: broker.ports.clusterId,
      // Every broker forwards to the controller, so each may call itself the one to ask.
      controllerId: broker.ports.nodeId,
      topics: request.includeTopicAuthorizedOperations ? topics.map(withOperations) : topics,
      ...(request.includeClusterAuthorizedOperations && {
        clusterAuthorizedOperations: CLUSTER_OPERATIONS,
      }),
    };
  },

  refuse,
});

function refuse(request: MetadataRequest, error: ErrorCode): ResponseInput<typeof metadata> {
  const topics = (request.topics ?? []).map(({ name, topicId }) => ({
    errorCode: error,
    name: name ?? "",
    topicId,
    partitions: [],
  }));
  return { brokers: [], topics, errorCode: error };
}

function wantsAll({ topics }: MetadataRequest, apiVersion: number): boolean {
  return topics === null || (apiVersion === 0 && topics.length === 0);
}

/** What is asked for, once each: by ids where there are any, and else by names, as in Kafka. */
function topicsAsked(topics: readonly RequestedTopic[]): RequestedTopic[] {
  const ids = new Set(topics.map(({ topicId }) => topicId));
  ids.delete(ZERO_UUID);
  if (ids.size > 0) return [...ids].map((topicId) => ({ name: null, topicId }));
  const names = new Set(topics.map(({ name }) => name));
  return [...names].map((name) => ({ name, topicId: ZERO_UUID }));
}

async function describe(
  topics: readonly RequestedTopic[],
  { broker }: RequestContext,
): Promise<ClusterDescription> {
  return broker.routes.describe(
    topics.map(({ name, topicId }) => (name === null ? { topicId } : { name })),
  );
}

async function describeRequested(
  requested: readonly RequestedTopic[],
  image: ClusterDescription,
  request: MetadataRequest,
  context: RequestContext,
): Promise<TopicResponse[]> {
  const byName = new Map(image.topics.map((topic) => [topic.name, topic]));
  const byId = new Map(image.topics.map((topic) => [topic.topicId, topic]));
  const find = ({ name, topicId }: RequestedTopic) =>
    name === null ? byId.get(topicId) : byName.get(name);
  const missing = requested.flatMap((topic) =>
    topic.name !== null && !find(topic) ? [topic.name] : [],
  );
  const { config } = context.broker.ports;
  const mayCreate = request.allowAutoTopicCreation && config.autoCreateTopicsEnable;
  const invalid = mayCreate ? await createMissing(missing, context) : new Set<string>();
  return requested.map((topic) => {
    const found = find(topic);
    return found ? describeTopic(found) : describeUnknown(topic, invalid);
  });
}

/** Creates the topics, and returns the names that no topic may have. */
async function createMissing(
  names: readonly string[],
  { broker }: RequestContext,
): Promise<Set<string>> {
  const { controller, config } = broker.ports;
  const results = await autoCreateTopics(controller, names, config);
  const invalid = results.filter(({ error }) => error === "INVALID_TOPIC_EXCEPTION");
  return new Set(invalid.map(({ name }) => name));
}

function describeUnknown(
  { name, topicId }: RequestedTopic,
  invalid: ReadonlySet<string>,
): TopicResponse {
  if (name === null)
    return { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name, topicId, partitions: [] };
  const isInvalid = invalid.has(name) || invalidTopicName(name) !== null;
  const errorCode = isInvalid
    ? ErrorCode.INVALID_TOPIC_EXCEPTION
    : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return { errorCode, name, topicId: ZERO_UUID, partitions: [] };
}

/** What may be done with a topic that was named, even if there is none; not with an unknown id. */
function withOperations(topic: TopicResponse): TopicResponse {
  return topic.name === null ? topic : { ...topic, topicAuthorizedOperations: TOPIC_OPERATIONS };
}

function describeTopic({ name, topicId, partitions }: TopicDescription): TopicResponse {
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId,
    isInternal: isInternalTopic(name),
    partitions: partitions.map(describePartition),
  };
}
