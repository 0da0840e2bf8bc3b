/**
 * Incremental fetch sessions (KIP-227): a client that fetches the same partitions over and over
 * names them once, and is answered with those that changed. They live in the gateway's memory; a
 * client whose session is gone is told so and begins anew.
 */
import type { Clock, Random } from "../base/clock.ts";
import type { Uuid } from "../base/uuid.ts";
import type { RequestOf } from "../protocol/api.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { fetch } from "../protocol/messages/01-fetch.ts";

type FetchRequest = RequestOf<typeof fetch>;

/**
 * Kafka's `min.incremental.fetch.session.eviction.ms`: how long an unused session is kept for sure.
 */
const MIN_EVICTION_MS = 120_000;

/** How many partitions all sessions may have together: each costs memory, and there are many. */
const MAX_SESSION_PARTITIONS = 200_000;

const FINAL_EPOCH = -1;
export const INITIAL_EPOCH = 0;
const MAX_EPOCH = 2 ** 31 - 1;
const NO_SESSION = 0;
const NO_EPOCH = -1;

/** One partition that a client fetches, and what it was last told about it. */
export interface FetchPartition {
  /** Empty where the client names topics by id. */
  readonly topicName: string;
  readonly topicId: Uuid;
  readonly partition: number;
  fetchOffset: number;
  maxBytes: number;
  currentLeaderEpoch: number;
  lastFetchedEpoch: number;
  /** Whether its topic was found before: one that is gone is told by another error. */
  isTopicKnown: boolean;
  told: { highWatermark: number; logStartOffset: number } | null;
}

interface FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  epoch: number;
  lastUsedAt: number;
  /** In the order in which they are served; those that returned records go to the end. */
  readonly partitions: Map<string, FetchPartition>;
}

/** What one Fetch is to do: the partitions to read, and how to answer about them. */
export interface FetchPlan {
  readonly sessionId: number;
  readonly partitions: readonly FetchPartition[];
  /** Whether this answer must mention the partition; notes what it says. Call once for each. */
  mentions(partition: FetchPartition, outcome: FetchOutcome): boolean;
}

/** What decides whether an incremental answer mentions a partition. */
export interface FetchOutcome {
  readonly error: ErrorName | null;
  readonly highWatermark: number;
  readonly logStartOffset: number;
  readonly byteCount: number;
  readonly diverging: boolean;
}

export class FetchSessions {
  readonly #maxSessions: number;
  readonly #ports: { readonly clock: Clock; readonly random: Random };
  /** Least recently used first. */
  readonly #sessions = new Map<number, FetchSession>();
  #partitionCount = 0;

  constructor(maxSessions: number, ports: { readonly clock: Clock; readonly random: Random }) {
    this.#maxSessions = maxSessions;
    this.#ports = ports;
  }

  /** Finds or makes the session that the request belongs to, or says why it has none. */
  plan(request: FetchRequest, apiVersion: number): FetchPlan | ErrorName {
    const { sessionId, sessionEpoch } = request;
    const usesTopicIds = apiVersion >= 13;
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
      this.#end(sessionId);
      const partitions = requestedPartitions(request);
      const session =
        sessionEpoch === INITIAL_EPOCH ? this.#create(partitions, usesTopicIds) : null;
      return fullPlan(session?.id ?? NO_SESSION, partitions);
    }
    const session = this.#sessions.get(sessionId);
    if (!session) return "FETCH_SESSION_ID_NOT_FOUND";
    if (session.epoch !== sessionEpoch) return "INVALID_FETCH_SESSION_EPOCH";
    if (session.usesTopicIds !== usesTopicIds) return "FETCH_SESSION_TOPIC_ID_ERROR";
    session.epoch = nextEpoch(session.epoch);
    session.lastUsedAt = this.#ports.clock.now();
    this.#end(sessionId);
    update(session, request);
    // A request that forgets all that it asks for is answered as if there had been no session.
    if (session.partitions.size === 0) return fullPlan(NO_SESSION, requestedPartitions(request));
    if (!this.#makeRoom(session.partitions.size)) return "FETCH_SESSION_ID_NOT_FOUND";
    this.#keep(session);
    return incrementalPlan(session);
  }

  #create(partitions: readonly FetchPartition[], usesTopicIds: boolean): FetchSession | null {
    if (!this.#makeRoom(partitions.length)) return null;
    const session: FetchSession = {
      id: this.#newId(),
      usesTopicIds,
      epoch: nextEpoch(INITIAL_EPOCH),
      lastUsedAt: this.#ports.clock.now(),
      partitions: new Map(partitions.map((partition) => [keyOf(partition), partition])),
    };
    this.#keep(session);
    return session;
  }

  #keep(session: FetchSession): void {
    this.#sessions.set(session.id, session);
    this.#partitionCount += session.partitions.size;
  }

  #end(sessionId: number): void {
    const session = this.#sessions.get(sessionId);
    if (!session) return;
    this.#sessions.delete(sessionId);
    this.#partitionCount -= session.partitions.size;
  }

  /**
   * Whether there is room for one more session of so many partitions, after those are evicted that
   * are long unused.
   */
  #makeRoom(partitions: number): boolean {
    for (;;) {
      const isFull = this.#sessions.size >= this.#maxSessions;
      if (!isFull && this.#partitionCount + partitions <= MAX_SESSION_PARTITIONS) return true;
      const [oldest] = this.#sessions.values();
      if (!oldest || this.#ports.clock.now() - oldest.lastUsedAt < MIN_EVICTION_MS) return false;
      this.#end(oldest.id);
    }
  }

  #newId(): number {
    for (;;) {
      const bytes = this.#ports.random.fill(new Uint8Array(4));
      const id = new DataView(bytes.buffer).getInt32(0) & MAX_EPOCH;
      if (id !== NO_SESSION && !this.#sessions.has(id)) return id;
    }
  }
}

function nextEpoch(epoch: number): number {
  return epoch === MAX_EPOCH ? 1 : epoch + 1;
}

/** Each partition once; of one that is named twice, the last word counts, as in Kafka. */
function requestedPartitions(request: FetchRequest): readonly FetchPartition[] {
  const all = allRequestedPartitions(request);
  if (all.length < 2) return all;
  return [...new Map(all.map((partition) => [keyOf(partition), partition])).values()];
}

function allRequestedPartitions(request: FetchRequest): FetchPartition[] {
  return request.topics.flatMap((topic) =>
    topic.partitions.map((partition) => ({
      topicName: topic.topic,
      topicId: topic.topicId,
      partition: partition.partition,
      fetchOffset: partition.fetchOffset,
      maxBytes: partition.partitionMaxBytes,
      currentLeaderEpoch: epochOrNone(partition.currentLeaderEpoch),
      lastFetchedEpoch: epochOrNone(partition.lastFetchedEpoch),
      isTopicKnown: false,
      told: null,
    })),
  );
}

/** In a Fetch, and there alone, any negative epoch is none to Kafka. */
function epochOrNone(epoch: number): number {
  return Math.max(epoch, NO_EPOCH);
}

/** Adds, changes and forgets partitions as an incremental request says. */
function update(session: FetchSession, request: FetchRequest): void {
  for (const requested of requestedPartitions(request)) {
    const key = keyOf(requested);
    const known = session.partitions.get(key);
    if (known)
      Object.assign(known, { ...requested, isTopicKnown: known.isTopicKnown, told: known.told });
    else session.partitions.set(key, requested);
  }
  for (const { topic, topicId, partitions } of request.forgottenTopicsData) {
    for (const partition of partitions) {
      session.partitions.delete(keyOf({ topicName: topic, topicId, partition }));
    }
  }
}

function keyOf({
  topicName,
  topicId,
  partition,
}: Pick<FetchPartition, "topicName" | "topicId" | "partition">): string {
  return `${topicName}/${topicId}/${partition}`;
}

/** Every partition is mentioned. */
function fullPlan(sessionId: number, partitions: readonly FetchPartition[]): FetchPlan {
  return {
    sessionId,
    partitions,
    mentions(partition, outcome) {
      note(partition, outcome);
      return true;
    },
  };
}

/** Only partitions with news are mentioned. */
function incrementalPlan(session: FetchSession): FetchPlan {
  return {
    sessionId: session.id,
    partitions: [...session.partitions.values()],
    mentions(partition, outcome) {
      const { told } = partition;
      note(partition, outcome);
      const key = keyOf(partition);
      // A later request may have forgotten it meanwhile.
      if (outcome.byteCount > 0 && session.partitions.get(key) === partition) {
        // Those that were served wait behind the others the next time, so that none starves.
        session.partitions.delete(key);
        session.partitions.set(key, partition);
      }
      return (
        outcome.byteCount > 0 ||
        outcome.error !== null ||
        outcome.diverging ||
        told?.highWatermark !== outcome.highWatermark ||
        told.logStartOffset !== outcome.logStartOffset
      );
    },
  };
}

/** An error is told again until it is gone, so nothing counts as told with it. */
function note(
  partition: FetchPartition,
  { error, highWatermark, logStartOffset }: FetchOutcome,
): void {
  partition.told = error === null ? { highWatermark, logStartOffset } : null;
}
