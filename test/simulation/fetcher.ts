/**
 * A consumer without a group: it follows all partitions of one topic, with one Fetch at a time and
 * one incremental session at each broker, as clients do (KIP-227).
 */
import { ErrorCode } from "../../src/protocol/errors.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { batchHeaders } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import { Client, type KnownPartition } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { type Following, type History, placeOf, valueOf } from "./history.ts";

const FETCH_VERSIONS = [4, 6, 7, 11, 12];
const FIRST_SESSION_VERSION = 7;
const TOPIC_ID_VERSIONS = [13, 16, 17];

export interface FetcherOptions {
  readonly topic: string;
  readonly isChurned: boolean;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly partitionMaxBytes: number;
}

interface Position {
  readonly known: KnownPartition;
  readonly following: Following;
  next: number;
  /** What the session at the broker believes; null when it knows nothing of the partition. */
  told: number | null;
}

type FetchResponse = ReturnType<typeof fetch.decodeResponse>;
type TopicAnswer = FetchResponse["responses"][number];

export class Fetcher extends Client {
  readonly #history: History;
  readonly #options: FetcherOptions;
  readonly #apiVersion: number;
  #positions: Position[] = [];
  #generation = 0;

  constructor(cluster: Cluster, history: History, options: FetcherOptions) {
    super(cluster);
    this.#history = history;
    this.#options = options;
    const versions = options.isChurned ? TOPIC_ID_VERSIONS : FETCH_VERSIONS;
    this.#apiVersion = this.random.pick([...versions, ...TOPIC_ID_VERSIONS]);
  }

  /** Finds out where the partitions are, and follows them from where it stands in each. */
  async start(): Promise<void> {
    const generation = ++this.#generation;
    const known = await this.partitionsOf(this.#options.topic);
    if (generation !== this.#generation) return;
    this.#positions = (known ?? []).map((partition) => this.#position(partition));
    const byLeader = Map.groupBy(this.#positions, (position) => position.known.leader);
    for (const [leader, positions] of byLeader) {
      void this.#follow(leader, positions, generation).catch((error: Error) =>
        this.cluster.world.fail(error),
      );
    }
  }

  override disconnect(): void {
    super.disconnect();
    this.#interrupted(this.#positions);
  }

  /** Whether it follows nothing but these places, and has got all that they hold. */
  hasReached(ends: ReadonlyMap<string, number>): boolean {
    return this.#positions.every(({ following, next }) => next === ends.get(following.place));
  }

  /** How far it is, for the report of a failure. */
  describe(ends: ReadonlyMap<string, number>): string {
    const places = this.#positions.map(
      ({ following, next }) => `${following.place} ${next} of ${ends.get(following.place)}`,
    );
    return `v${this.#apiVersion} ${JSON.stringify(this.#options)} ${places.join(", ")}`;
  }

  #position(known: KnownPartition): Position {
    const place = placeOf(known.topicId, known.partition);
    const before = this.#positions.find(({ following }) => following.place === place);
    if (before) return { ...before, known, told: null };
    const { maxWaitMs: _, ...limits } = this.#options;
    const following: Following = {
      place,
      nodeId: known.leader,
      startOffset: 0,
      since: this.cluster.world.now,
      isEager: limits.minBytes <= 1 && limits.partitionMaxBytes > 10_000,
      fetched: [],
      interruptions: [],
    };
    this.#history.followings.push(following);
    return { known, following, next: 0, told: null };
  }

  async #follow(leader: number, positions: Position[], generation: number): Promise<void> {
    let session = { id: 0, epoch: 0 };
    while (!this.isStopped && generation === this.#generation) {
      const isFull = session.epoch <= 0;
      const response = await this.#fetch(leader, positions, session).catch(() => null);
      if (generation !== this.#generation) return;
      if (!response || response.errorCode !== ErrorCode.NONE) {
        this.#unexpected(response?.errorCode ?? 0);
        if (!response) this.#interrupted(positions);
        session = { id: session.id, epoch: 0 };
        if (!response) await this.pause();
        continue;
      }
      if (isFull) session = { id: response.sessionId, epoch: response.sessionId === 0 ? 0 : 1 };
      else session = { id: session.id, epoch: session.epoch + 1 };
      if (response.responses.some((topic) => this.#take(topic, positions))) {
        // Elsewhere a Fetch may still wait, and would hold up the next one behind it.
        this.disconnect();
        await this.pause();
        return this.start();
      }
    }
  }

  #fetch(leader: number, positions: readonly Position[], session: { id: number; epoch: number }) {
    const { maxWaitMs, minBytes, partitionMaxBytes, topic } = this.#options;
    const hasSessions = this.#apiVersion >= FIRST_SESSION_VERSION;
    const named = positions.filter(({ told, next }) => session.epoch <= 0 || told !== next);
    for (const position of named) position.told = position.next;
    const partitions = named.map(({ known, next }) => ({
      partition: known.partition,
      fetchOffset: next,
      partitionMaxBytes,
    }));
    const topicId = positions[0]!.known.topicId;
    return this.connection(leader).call(fetch, this.#apiVersion, {
      maxWaitMs,
      minBytes,
      maxBytes: 1 << 20,
      sessionId: hasSessions ? session.id : 0,
      sessionEpoch: hasSessions ? session.epoch : -1,
      topics: partitions.length > 0 ? [{ topic, topicId, partitions }] : [],
      forgottenTopicsData: [],
    });
  }

  /** Takes what came for a topic's partitions. Whether its place in the cluster has changed. */
  #take({ partitions }: TopicAnswer, positions: readonly Position[]): boolean {
    let isMoved = false;
    for (const { partitionIndex, errorCode, records } of partitions) {
      const position = positions.find(({ known }) => known.partition === partitionIndex)!;
      if (errorCode === ErrorCode.NONE) this.#takeRecords(position, records!);
      else this.#unexpected(errorCode);
      isMoved ||= errorCode !== ErrorCode.NONE;
    }
    return isMoved;
  }

  #takeRecords(position: Position, records: Uint8Array): void {
    const at = this.cluster.world.now;
    for (const header of batchHeaders(records)) {
      for (const { offset, value } of decodeRecords(records, header)) {
        if (offset < position.next) continue;
        position.following.fetched.push({ offset, value: valueOf(value!), at });
        position.next = offset + 1;
      }
    }
  }

  #interrupted(positions: readonly Position[]): void {
    for (const { following } of positions) following.interruptions.push(this.cluster.world.now);
  }

  /** No reader of a log that is there may be told that it asks for too much. */
  #unexpected(errorCode: number): void {
    const expected: readonly number[] = [
      ErrorCode.NONE,
      ErrorCode.NOT_LEADER_OR_FOLLOWER,
      ErrorCode.LEADER_NOT_AVAILABLE,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_ID,
      ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
      ErrorCode.INVALID_FETCH_SESSION_EPOCH,
      ErrorCode.REQUEST_TIMED_OUT,
    ];
    if (expected.includes(errorCode)) return;
    this.cluster.world.fail(new Error(`A fetcher of ${this.#options.topic} got ${errorCode}.`));
  }
}
