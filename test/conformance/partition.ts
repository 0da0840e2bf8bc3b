/**
 * One partition at its leader: the requests of which most cases are made, for this partition alone,
 * in the newest version unless a case says otherwise.
 */
import type { Uuid } from "../../src/base/uuid.ts";
import type { RequestInput } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import type { ProduceResponse } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import type { FetchResponse } from "../../src/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import type { ListOffsetsResponse } from "../../src/protocol/messages/02-list-offsets.ts";
import type { Wire } from "./wire.ts";

/** The timestamps of ListOffsets that are none. */
export const LATEST = -1;
export const EARLIEST = -2;
export const MAX_TIMESTAMP = -3;
export const EARLIEST_LOCAL = -4;
export const LATEST_TIERED = -5;
export const EARLIEST_PENDING_UPLOAD = -6;

export const READ_COMMITTED = 1;

/** The id of no topic. */
export const UNKNOWN_TOPIC_ID = "odradekHasNoSuchTopicA";

/** An answer with the name of its error. */
export type Named<Answer> = Answer & { readonly error: ErrorName };
type Produced = ProduceResponse["responses"][number]["partitionResponses"][number];
type Fetched = FetchResponse["responses"][number]["partitions"][number];
type Listed = ListOffsetsResponse["topics"][number]["partitions"][number];

type FetchRequest = RequestInput<typeof fetch>;
type PartitionToFetch = FetchRequest["topics"][number]["partitions"][number];

/** What a Fetch of one partition may say besides the defaults. */
export type FetchOptions = Partial<FetchRequest & PartitionToFetch> & { readonly version?: number };

/** Who leads a partition. */
export interface Leader {
  readonly nodeId: number;
  readonly leaderEpoch: number;
  readonly wire: Wire;
}

/** A partition and the connection to its leader, which belongs to whoever made this. */
export class Partition {
  readonly name: string;
  readonly topicId: Uuid;
  readonly index: number;
  readonly leader: Leader;

  constructor(topic: { name: string; topicId: Uuid }, index: number, leader: Leader) {
    this.name = topic.name;
    this.topicId = topic.topicId;
    this.index = index;
    this.leader = leader;
  }

  /** Produces bytes that should be one record batch. */
  async produce(
    records: Uint8Array | null,
    { version = 13, acks = -1 }: { version?: number; acks?: number } = {},
  ): Promise<Named<Produced>> {
    const request = produceRequest([{ partition: this, records }], acks);
    const { responses } = await this.leader.wire.call(produce, version, request);
    return named(responses[0]!.partitionResponses[0]!);
  }

  /** Fetches without waiting; an error of the whole request throws. */
  async fetch({ version = 18, ...options }: FetchOptions = {}): Promise<Named<Fetched>> {
    const request = fetchRequest([this], options);
    const { errorCode, responses } = await this.leader.wire.call(fetch, version, request);
    const fetched = responses[0]?.partitions[0];
    if (fetched) return named(fetched);
    throw new Error(`Fetch answered ${errorName(errorCode)} and no partition.`);
  }

  /** Looks a timestamp up, or one of the special ones. */
  async listOffset(
    timestamp: number,
    {
      version = 11,
      isolationLevel = 0,
      currentLeaderEpoch = -1,
    }: { version?: number; isolationLevel?: number; currentLeaderEpoch?: number } = {},
  ): Promise<Named<Listed>> {
    const partitions = [{ partitionIndex: this.index, currentLeaderEpoch, timestamp }];
    const { topics } = await this.leader.wire.call(listOffsets, version, {
      replicaId: -1,
      ...(version >= 2 && { isolationLevel }),
      topics: [{ name: this.name, partitions }],
    });
    return named(topics[0]!.partitions[0]!);
  }
}

/** A Produce to several partitions, each as a topic of its own, in this order. */
export function produceRequest(
  appends: readonly { partition: Partition; records: Uint8Array | null }[],
  acks = -1,
): RequestInput<typeof produce> {
  const topicData = appends.map(({ partition: { name, topicId, index }, records }) => {
    return { name, topicId, partitionData: [{ index, records }] };
  });
  return { acks, timeoutMs: 10_000, topicData };
}

/**
 * A Fetch of several partitions, each as a topic of its own, in this order. What `options` say of
 * the request is said of the request, and what they say of a partition of each of them.
 */
export function fetchRequest(
  partitions: readonly Partition[],
  options: Omit<FetchOptions, "version"> = {},
): FetchRequest {
  const { fetchOffset = 0, partitionMaxBytes = 1 << 20, ...others } = options;
  const { currentLeaderEpoch, lastFetchedEpoch, ...request } = others;
  const toFetch = { currentLeaderEpoch, lastFetchedEpoch, fetchOffset, partitionMaxBytes };
  const topics = partitions.map(({ name, topicId, index }) => {
    return { topic: name, topicId, partitions: [{ partition: index, ...toFetch }] };
  });
  return { maxWaitMs: 0, minBytes: 1, topics, ...request };
}

/** Names an answer's error. */
export function named<Answer extends { errorCode: number }>(answer: Answer): Named<Answer> {
  return { ...answer, error: errorName(answer.errorCode) };
}
