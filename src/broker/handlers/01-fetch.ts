/**
 * Fetch: reads record batches from partitions that this broker leads.
 *
 * - Answered at once when there is an error, enough to return, or nothing to wait for; otherwise
 *   it waits in purgatory until the watched tails have `minBytes` more, or `maxWaitMs` is over.
 * - Partitions are served in the session's order under the request's limit; the first one with
 *   data returns a whole batch whatever its size (KIP-74).
 * - Who calls itself a replica is none of the partition's: ours are fed by their leaders.
 */

import { joinBytes } from "../../base/concat-bytes.ts";
import type { Uuid } from "../../base/uuid.ts";
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { fetch } from "../../protocol/messages/01-fetch.ts";
import type { Broker } from "../broker.ts";
import { fetchRound, isCutShort, type FetchedPartition } from "../fetch-round.ts";
import { INITIAL_EPOCH, type FetchPartition, type FetchPlan } from "../fetch-sessions.ts";
import { fetchWait } from "../fetch-wait.ts";
import { handler, type RequestContext } from "../handler.ts";
import { leaderHint, nodeEndpoints, type LeaderHint } from "../leader-hints.ts";
import type { AskedPartitions, TopicReference } from "../topic-routes.ts";

type FetchRequest = RequestOf<typeof fetch>;

/** The first version that names topics by id (KIP-516). */
const FIRST_TOPIC_ID_VERSION = 13;

const NO_POSITION = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1 };

export const fetchHandler = handler({
  api: fetch,

  async handle(request, context) {
    const { broker, apiVersion } = context;
    const plan = broker.fetchSessions.plan(request, apiVersion);
    if (typeof plan === "string") return { errorCode: ErrorCode[plan], responses: [] };

    const references = plan.partitions.map((partition) => referenceTo(partition, apiVersion));
    const fetched = await fetchUntilEnough(request, plan, references, context);
    return respond(plan, fetched, references, {
      ...context,
      readCommitted: isReadCommitted(request),
    });
  },

  refuse: (_request, error) => ({ errorCode: error, responses: [] }),
});

function referenceTo(
  { topicName, topicId, partition }: FetchPartition,
  apiVersion: number,
): AskedPartitions {
  const partitions = [partition];
  return apiVersion >= FIRST_TOPIC_ID_VERSION
    ? { topicId, partitions }
    : { name: topicName, partitions };
}

/** Whether the client is to hear of the partition at once. */
function decides(fetched: FetchedPartition): boolean {
  const { error, divergingEpoch } = fetched.result;
  return divergingEpoch !== null || (error !== null && !isUnknown(fetched));
}

/** A partition that does not exist is told when the others are: Kafka waits on for those. */
function isUnknown({ located }: FetchedPartition): boolean {
  return typeof located === "string" && located !== "NOT_LEADER_OR_FOLLOWER";
}

function isReadCommitted(request: FetchRequest): boolean {
  return request.isolationLevel === 1;
}

/**
 * The bytes that count towards `minBytes`: where a read stopped before the end, because the next
 * batch did not fit, there is at least as much as the client would take.
 */
function availableBytesOf({ partition, result, byteCount }: FetchedPartition): number {
  return isCutShort(result) ? Math.max(byteCount, partition.maxBytes) : byteCount;
}

async function fetchUntilEnough(
  request: FetchRequest,
  plan: FetchPlan,
  references: readonly AskedPartitions[],
  { broker, connection, afterwards }: RequestContext,
): Promise<FetchedPartition[]> {
  const deadline = broker.ports.clock.now() + request.maxWaitMs;
  const isFromReplica = Math.max(request.replicaId, request.replicaState.replicaId) >= 0;
  const readCommitted = isReadCommitted(request);
  const limit = Math.min(request.maxBytes, broker.ports.config.fetchMaxBytes);
  const limitOfEach = plan.partitions.reduce((sum, { maxBytes }) => sum + Math.max(maxBytes, 0), 0);
  const wantedBytes = Math.max(Math.min(limit, limitOfEach), 0);
  const mayWait = request.maxWaitMs > 0 && request.minBytes > 0 && plan.partitions.length > 0;
  // Who goes on with a session comes again, be it without waiting.
  const watch = mayWait || request.sessionEpoch > INITIAL_EPOCH;
  for (;;) {
    // A route may prove wrong, and be forgotten, while the request waits.
    await broker.routes.load(references);
    const located = plan.partitions.map((partition, index) => {
      const found = locate(broker, partition, references[index]!);
      return isFromReplica && typeof found !== "string" ? "NOT_LEADER_OR_FOLLOWER" : found;
    });
    // An answer has no more than there is memory for.
    const share = broker.memory.answers.share(wantedBytes);
    const maxBytes = share.bytes < wantedBytes ? share.bytes : limit;
    const round = { maxBytes, readCommitted, watch, afterwards };
    const fetched = await fetchRound(broker, plan.partitions, located, round).finally(() =>
      share.release(),
    );
    const availableBytes = fetched.reduce((sum, each) => sum + availableBytesOf(each), 0);
    const isDecided = fetched.some(decides) || fetched.every(isUnknown) || connection.isClosed;
    const missingBytes = request.minBytes - availableBytes;
    const remainingMs = deadline - broker.ports.clock.now();
    if (!mayWait || isDecided || missingBytes <= 0 || remainingMs <= 0) return fetched;
    await fetchWait(broker, fetched, { missingBytes, remainingMs, connection });
  }
}

/** As in Kafka, a topic that a session has known by its id is looked for by its name. */
function locate(broker: Broker, partition: FetchPartition, reference: AskedPartitions) {
  const located = broker.locateLed(reference, partition.partition);
  partition.isTopicKnown ||= located !== "UNKNOWN_TOPIC_ID";
  const isGone = located === "UNKNOWN_TOPIC_ID" && partition.isTopicKnown;
  return isGone ? "UNKNOWN_TOPIC_OR_PARTITION" : located;
}

function respond(
  plan: FetchPlan,
  fetched: readonly FetchedPartition[],
  references: readonly TopicReference[],
  { broker, connection, readCommitted }: RequestContext & { readonly readCommitted: boolean },
) {
  const leaders = new Set<number>();
  const topics = new Map<string, FetchedTopic>();
  fetched.forEach((read, index) => {
    const { partition, result, byteCount } = read;
    const { error, highWatermark, logStartOffset } = result;
    const diverging = result.divergingEpoch !== null;
    if (!plan.mentions(partition, { error, highWatermark, logStartOffset, byteCount, diverging }))
      return;
    const isOutdated = error === "NOT_LEADER_OR_FOLLOWER" || error === "FENCED_LEADER_EPOCH";
    const hint = isOutdated
      ? leaderHint(broker.locate(references[index]!, partition.partition))
      : null;
    if (hint) leaders.add(hint.leaderId);
    const { topicName, topicId } = partition;
    const topic = topics.get(topicName + topicId) ?? { topic: topicName, topicId, partitions: [] };
    topics.set(topicName + topicId, topic);
    topic.partitions.push(partitionResponse(read, hint, readCommitted));
  });
  return {
    sessionId: plan.sessionId,
    responses: [...topics.values()],
    nodeEndpoints: nodeEndpoints(leaders, broker, connection),
  };
}

interface FetchedTopic {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partitions: ReturnType<typeof partitionResponse>[];
}

function partitionResponse(
  fetched: FetchedPartition,
  hint: LeaderHint | null,
  readCommitted: boolean,
) {
  const { partition, result } = fetched;
  // With an error there is no word of where the log stands.
  const { highWatermark, lastStableOffset, logStartOffset } =
    result.error === null ? result : NO_POSITION;
  return {
    partitionIndex: partition.partition,
    errorCode: ErrorCode[result.error ?? "NONE"],
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: result.divergingEpoch ?? undefined,
    currentLeader: hint ?? undefined,
    // Empty, never null: librdkafka reads no null here (KAFKA-18646).
    records: joinBytes(result.pieces),
    abortedTransactions: abortedTransactions(fetched, readCommitted),
  };
}

/** None; and null, as in Kafka, where the log was not to be asked for them or refused the read. */
function abortedTransactions(fetched: FetchedPartition, readCommitted: boolean): [] | null {
  if (isUnknown(fetched)) return [];
  return readCommitted && !decides(fetched) ? [] : null;
}
