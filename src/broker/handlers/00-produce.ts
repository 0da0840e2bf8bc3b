/**
 * Produce: appends one record batch to each partition named.
 *
 * - The frame is cut into appends; each partition's queue keeps the order in which a connection's
 *   requests arrived, whatever look-ups lie between.
 * - An answer for acks 1 or -1 comes after the fsync at the leader. acks=0 has no answer, and an
 *   error closes the connection, which is all that the client will notice.
 */
import { isInternalTopic } from "../../controller/topic-names.ts";
import type { AppendResult } from "../../log/append.ts";
import type { RequestOf, ResponseInput } from "../../protocol/api.ts";
import { ErrorCode, type ErrorName } from "../../protocol/errors.ts";
import { produce } from "../../protocol/messages/00-produce.ts";
import { isTransactional } from "../../protocol/records/attributes.ts";
import {
  attributesAt,
  BATCH_HEADER_SIZE,
  batchSizeAt,
  MAGIC_V2,
  magicAt,
} from "../../protocol/records/batch-header.ts";
import { invalidRequest, unreadable } from "../../protocol/records/validate-batch.ts";
import type { Located } from "../broker.ts";
import { CloseConnection, handler, type RequestContext } from "../handler.ts";
import { leaderHint, nodeEndpoints } from "../leader-hints.ts";
import { refusedAppend } from "../refused-append.ts";
import type { AskedPartitions, TopicReference } from "../topic-routes.ts";

type ProduceRequest = RequestOf<typeof produce>;

/** The one client that Kafka lets write to the topics that it keeps for itself. */
const ADMIN_CLIENT_ID = "__admin_client";

/** The first version that names topics by id (KIP-516). */
const FIRST_TOPIC_ID_VERSION = 13;

export const produceHandler = handler({
  api: produce,

  async handle(given, context) {
    const { broker, apiVersion } = context;
    const refusal = refusedWhole(given);
    if (refusal !== null) {
      if (given.acks === 0) throw new CloseConnection(`a Produce with acks=0 failed: ${refusal}`);
      return refuse(given, ErrorCode[refusal]);
    }
    const request = oncePerPartition(given);
    const references = request.topicData.map((topic): AskedPartitions => {
      const { name, topicId } = topic;
      const partitions = topic.partitionData.map(({ index }) => index);
      return apiVersion >= FIRST_TOPIC_ID_VERSION ? { topicId, partitions } : { name, partitions };
    });
    if (!broker.routes.has(references)) await broker.routes.load(references);

    const append = [-1, 0, 1].includes(request.acks) ? appendBatch : refuseAcks;
    const appends = request.topicData.map((topic, index) =>
      topic.partitionData.map((partition) => {
        const located = broker.locateLed(references[index]!, partition.index);
        return append(located, partition.records, context);
      }),
    );
    context.begun();
    const results = await Promise.all(appends.map((partitions) => Promise.all(partitions)));

    if (request.acks === 0) {
      const failed = results.flat().find((result) => result.error !== null);
      if (failed) throw new CloseConnection(`a Produce with acks=0 failed: ${failed.error}`);
      return null;
    }
    const response = respond(request, (topic, partition) => results[topic]![partition]!);
    return withLeaderHints(response, references, context);
  },

  refuse,
});

function refuse(request: ProduceRequest, error: ErrorCode) {
  const response = respond(request, () => refusedAppend("UNKNOWN_SERVER_ERROR"));
  for (const topic of response.responses) {
    for (const partition of topic.partitionResponses) partition.errorCode = error;
  }
  return response;
}

/**
 * Why nothing is appended anywhere, whatever is said of the other partitions: bytes that are no
 * batch, or a batch of a transaction without its id.
 */
function refusedWhole({ topicData, transactionalId }: ProduceRequest): ErrorName | null {
  for (const { partitionData } of topicData) {
    for (const { records } of partitionData) {
      if (records === null) continue;
      if (unreadable(records) !== null) return "CORRUPT_MESSAGE";
      if (transactionalId !== null || !isOfTransaction(records)) continue;
      return "TRANSACTIONAL_ID_AUTHORIZATION_FAILED";
    }
  }
  return null;
}

/** Of a partition that is named twice only the last batch is written, as in Kafka. */
function oncePerPartition(request: ProduceRequest): ProduceRequest {
  const { topicData } = request;
  if (topicData.length === 1 && topicData[0]!.partitionData.length === 1) return request;
  const topics = new Map<string, ProducedTopic>();
  for (const topic of topicData) {
    const key = topic.name + topic.topicId;
    const partitions = topics.get(key)?.partitions ?? new Map<number, ProducedPartition>();
    for (const partition of topic.partitionData) partitions.set(partition.index, partition);
    topics.set(key, { topic, partitions });
  }
  return {
    ...request,
    topicData: [...topics.values()].map(({ topic, partitions }) => {
      return { ...topic, partitionData: [...partitions.values()] };
    }),
  };
}

type TopicData = ProduceRequest["topicData"][number];
type ProducedPartition = TopicData["partitionData"][number];

interface ProducedTopic {
  readonly topic: TopicData;
  readonly partitions: Map<number, ProducedPartition>;
}

/** Whether the first batch is whole and says so; one of an older format has no such attribute. */
function isOfTransaction(records: Uint8Array): boolean {
  if (records.length < BATCH_HEADER_SIZE || records.length < batchSizeAt(records, 0)) return false;
  return magicAt(records, 0) >= MAGIC_V2 && isTransactional(attributesAt(records, 0));
}

/** What is refused even before an impossible acks. */
async function refuseAcks(
  located: Located | ErrorName,
  records: Uint8Array | null,
  { apiVersion }: RequestContext,
): Promise<AppendResult> {
  if (typeof located === "string") return refusedAppend(located);
  const invalid = records && invalidRequest(records, apiVersion);
  return invalid
    ? refusedAppend(invalid.error, invalid.message)
    : refusedAppend("INVALID_REQUIRED_ACKS");
}

async function appendBatch(
  located: Located | ErrorName,
  records: Uint8Array | null,
  { broker, apiVersion, clientId }: RequestContext,
): Promise<AppendResult> {
  if (typeof located === "string") return refusedAppend(located);
  if (records === null) {
    return refusedAppend(
      "INVALID_RECORD",
      "A Produce must have exactly one record batch per partition.",
    );
  }
  if (isOfTransaction(records)) {
    return refusedAppend("INVALID_TXN_STATE", "Transactions are not supported by this broker.");
  }
  if (isInternalTopic(located.topic.name) && clientId !== ADMIN_CLIENT_ID) {
    return refusedAppend("INVALID_TOPIC_EXCEPTION");
  }
  return broker.append(located, records, apiVersion);
}

function respond(
  request: ProduceRequest,
  resultOf: (topic: number, partition: number) => AppendResult,
) {
  return {
    responses: request.topicData.map(({ name, topicId, partitionData }, topicIndex) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(({ index }, partitionIndex) => {
        const result = resultOf(topicIndex, partitionIndex);
        return {
          index,
          errorCode: ErrorCode[result.error ?? "NONE"] as ErrorCode,
          baseOffset: result.baseOffset,
          logAppendTimeMs: result.logAppendTimeMs,
          logStartOffset: result.logStartOffset,
          recordErrors: (result.recordErrors ?? []).map(({ batchIndex, message }) => ({
            batchIndex,
            batchIndexErrorMessage: message,
          })),
          errorMessage: result.message ?? null,
        };
      }),
    })),
  };
}

/** Tells a client that came to the wrong broker where to go (KIP-951). */
function withLeaderHints(
  response: ReturnType<typeof respond>,
  references: readonly TopicReference[],
  { broker, connection }: RequestContext,
): ResponseInput<typeof produce> {
  const leaders = new Set<number>();
  const responses = response.responses.map((topic, index) => ({
    ...topic,
    partitionResponses: topic.partitionResponses.map((partition) => {
      if (partition.errorCode !== ErrorCode.NOT_LEADER_OR_FOLLOWER) return partition;
      const hint = leaderHint(broker.locate(references[index]!, partition.index));
      if (!hint) return partition;
      leaders.add(hint.leaderId);
      return { ...partition, currentLeader: hint };
    }),
  }));
  if (leaders.size === 0) return response;
  return { responses, nodeEndpoints: nodeEndpoints(leaders, broker, connection) };
}
