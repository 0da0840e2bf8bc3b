/**
 * Reads partitions from their leaders, one fetch at a time from each. While a reader works on what
 * has come, the next fetch is under way. Leaders that move and offsets that fall out of the log are
 * dealt with here; what cannot be dealt with is thrown by the next `poll`.
 *
 * A partition has two offsets: up to where it was fetched, and its position, which is what a reader
 * has been given and what a group commits.
 */
import { fetch as fetchApi } from "../../protocol/messages/01-fetch.ts";
import type { FetchResponse } from "../../protocol/messages/01-fetch.ts";
import { listOffsets, OffsetSpec } from "../admin/list-offsets.ts";
import { backoffMs } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf, KafkaError, throwErrorOf } from "../kafka-error.ts";
import { Signal } from "../signal.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic, partitionName } from "../topic-partition.ts";
import type { FetchOptions } from "./consumer-options.ts";
import { DEFAULT_FETCH_OPTIONS } from "./consumer-options.ts";
import { FetchMetrics } from "./fetch-metrics.ts";
import type { FetchedBatch } from "./fetched-batches.ts";
import { fetchedBatches } from "./fetched-batches.ts";

/** A partition to read, from an offset or an {@link OffsetSpec}; null leaves it to the options. */
export interface StartPosition extends TopicPartition {
  readonly offset: number | null;
}

interface PartitionState extends TopicPartition {
  topicId: string;
  leader: number | null;
  /** Where the next fetch begins. Negative for a place that has to be looked up. */
  fetchOffset: number;
  position: number | null;
  /** Fetched and not given to a reader yet. */
  isBuffered: boolean;
  failures: number;
  retryAt: number;
}

interface Arrival {
  readonly state: PartitionState;
  readonly batches: readonly FetchedBatch[];
  readonly nextOffset: number;
}

type PartitionResponse = FetchResponse["responses"][number]["partitions"][number];

export class Fetcher {
  readonly #cluster: Cluster;
  readonly #options: FetchOptions;
  readonly metrics = new FetchMetrics();
  readonly #signal = new Signal();
  /** The leaders with a fetch under way. */
  readonly #fetching = new Set<number>();
  #partitions = new Map<string, PartitionState>();
  #arrivals: Arrival[] = [];
  #isPreparing = false;
  #failure: unknown = null;

  constructor(cluster: Cluster, options: Partial<FetchOptions> = {}) {
    this.#cluster = cluster;
    this.#options = { ...DEFAULT_FETCH_OPTIONS, ...options };
  }

  /** What is read now; positions of partitions that were read before stay as they are. */
  assign(partitions: readonly StartPosition[]): void {
    const states = partitions.map((start) => {
      const name = partitionName(start);
      return [name, this.#partitions.get(name) ?? this.#newState(start)] as const;
    });
    this.#partitions = new Map(states);
    this.#signal.notify();
  }

  /** Goes on at another offset. */
  seek(partition: TopicPartition, offset: number): void {
    const name = partitionName(partition);
    if (!this.#partitions.has(name)) return;
    this.#partitions.set(name, this.#newState({ ...partition, offset }));
  }

  /** The partitions that are read, and for each the offset of the next record for a reader. */
  positions(): (TopicPartition & { readonly offset: number | null })[] {
    return [...this.#partitions.values()].map(({ topic, partition, position }) => ({
      topic,
      partition,
      offset: position,
    }));
  }

  /** Whatever has come, or nothing if nothing comes in time. Throws what cannot be helped. */
  async poll(timeoutMs: number): Promise<FetchedBatch[]> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const batches = this.#deliver();
      this.#startWork();
      const left = deadline - Date.now();
      if (batches.length > 0 || left <= 0) return batches;
      await this.#signal.wait(Math.min(left, this.#untilRetry()));
    }
  }

  #newState({ topic, partition, offset }: StartPosition): PartitionState {
    const isKnown = offset !== null && offset >= 0;
    return {
      topic,
      partition,
      topicId: "",
      leader: null,
      fetchOffset: offset ?? this.#resetSpec(),
      position: isKnown ? offset : null,
      isBuffered: false,
      failures: 0,
      retryAt: 0,
    };
  }

  #resetSpec(): number {
    const { autoOffsetReset } = this.#options;
    if (autoOffsetReset === "earliest") return OffsetSpec.EARLIEST;
    if (autoOffsetReset === "latest") return OffsetSpec.LATEST;
    const reason = "A partition has no offset to go on from, and auto.offset.reset is none.";
    throw new KafkaError("OFFSET_OUT_OF_RANGE", reason);
  }

  #isCurrent(state: PartitionState): boolean {
    return this.#partitions.get(partitionName(state)) === state;
  }

  #deliver(): FetchedBatch[] {
    const arrivals = this.#arrivals.filter(({ state }) => this.#isCurrent(state));
    this.#arrivals = [];
    for (const { state, nextOffset } of arrivals) {
      state.isBuffered = false;
      state.position = nextOffset;
    }
    return arrivals.flatMap(({ batches }) => batches);
  }

  #startWork(): void {
    const now = Date.now();
    const idle = [...this.#partitions.values()].filter(
      ({ isBuffered, retryAt }) => !isBuffered && retryAt <= now,
    );
    const isReady = ({ leader, fetchOffset }: PartitionState) =>
      leader !== null && fetchOffset >= 0;
    const unready = idle.filter((state) => !isReady(state));
    if (unready.length > 0 && !this.#isPreparing) void this.#prepare(unready);
    for (const [leader, led] of Map.groupBy(idle.filter(isReady), (state) => state.leader!)) {
      if (!this.#fetching.has(leader)) void this.#fetch(leader, led);
    }
  }

  /** How long until a partition that failed is tried again. */
  #untilRetry(): number {
    const times = [...this.#partitions.values()].map(({ retryAt }) => retryAt);
    const now = Date.now();
    return Math.min(...times.filter((time) => time > now).map((time) => time - now + 1), Infinity);
  }

  async #prepare(states: readonly PartitionState[]): Promise<void> {
    this.#isPreparing = true;
    try {
      await this.#findLeaders(states.filter(({ leader }) => leader === null));
      await this.#findOffsets(states.filter(({ fetchOffset }) => fetchOffset < 0));
    } catch (error) {
      this.#retryLater(states, error);
    }
    this.#isPreparing = false;
    this.#signal.notify();
  }

  async #findLeaders(states: readonly PartitionState[]): Promise<void> {
    if (states.length === 0) return;
    const { topics } = await this.#cluster.metadata([...byTopic(states).keys()]);
    for (const state of states) {
      const topic = topics.find(({ name }) => name === state.topic);
      const error = errorOf(topic?.errorCode ?? 0);
      const found = topic?.partitions.find((each) => each.partitionIndex === state.partition);
      const leader = found?.leaderId ?? -1;
      if (leader < 0) this.#retryLater([state], error ?? new KafkaError("LEADER_NOT_AVAILABLE"));
      else Object.assign(state, { leader, topicId: topic!.topicId });
    }
  }

  async #findOffsets(states: readonly PartitionState[]): Promise<void> {
    const { isolationLevel } = this.#options;
    const { requestTimeoutMs: timeoutMs } = this.#cluster.options;
    for (const [spec, alike] of Map.groupBy(states, ({ fetchOffset }) => fetchOffset)) {
      const found = await listOffsets(this.#cluster, alike, spec, { isolationLevel, timeoutMs });
      for (const [index, { error, value }] of found.entries()) {
        const state = alike[index]!;
        if (error !== null) this.#retryLater([state], error);
        else Object.assign(state, { fetchOffset: value.offset, position: value.offset });
      }
    }
  }

  async #fetch(leader: number, states: readonly PartitionState[]): Promise<void> {
    this.#fetching.add(leader);
    const start = performance.now();
    const offsets = states.map(({ fetchOffset }) => fetchOffset);
    try {
      const connection = await this.#cluster.broker(leader);
      const response = await connection.call(fetchApi, this.#request(states), {
        timeoutMs: this.#cluster.options.requestTimeoutMs + this.#options.fetchMaxWaitMs,
      });
      throwErrorOf(response.errorCode);
      const answers = answersByPartition(response);
      for (const [index, state] of states.entries()) {
        const answer =
          answers.get(`${state.topicId}-${state.partition}`) ?? answers.get(partitionName(state));
        if (answer !== undefined) this.#take(state, offsets[index]!, answer);
      }
    } catch (error) {
      this.#retryLater(states, error);
    }
    this.metrics.fetched(performance.now() - start);
    this.#fetching.delete(leader);
    this.#signal.notify();
  }

  #request(states: readonly PartitionState[]) {
    const { maxPartitionFetchBytes: partitionMaxBytes, ...options } = this.#options;
    return {
      maxWaitMs: options.fetchMaxWaitMs,
      minBytes: options.fetchMinBytes,
      maxBytes: options.fetchMaxBytes,
      isolationLevel: options.isolationLevel,
      topics: [...byTopic(states)].map(([topic, ofTopic]) => ({
        topic,
        topicId: ofTopic[0]!.topicId,
        partitions: ofTopic.map(({ partition, fetchOffset }) => ({
          partition,
          fetchOffset,
          partitionMaxBytes,
        })),
      })),
    };
  }

  #take(state: PartitionState, fetchOffset: number, answer: PartitionResponse): void {
    const error = errorOf(answer.errorCode);
    if (error?.code === "OFFSET_OUT_OF_RANGE") {
      state.fetchOffset = this.#resetSpec();
      return;
    }
    if (error !== null) return this.#retryLater([state], error);
    state.failures = 0;
    if (answer.records === null || answer.records.length === 0) return;
    const { records, abortedTransactions } = answer;
    const fetched = fetchedBatches(state, records, fetchOffset, abortedTransactions);
    if (fetched.nextOffset === fetchOffset) return;
    this.metrics.received(records.length, fetched.batches);
    state.fetchOffset = fetched.nextOffset;
    state.isBuffered = true;
    this.#arrivals.push({ state, ...fetched });
  }

  /** Has the leaders looked up again after a while, unless the error is there to stay. */
  #retryLater(states: readonly PartitionState[], error: unknown): void {
    if (!(error instanceof KafkaError && (error.retriable || error.code === "UNKNOWN_TOPIC_ID"))) {
      this.#failure ??= error;
      return;
    }
    for (const state of states) {
      state.leader = null;
      state.failures++;
      state.retryAt = Date.now() + backoffMs(this.#cluster.options, state.failures);
    }
  }
}

/** By id where the version has ids, and else by name. */
function answersByPartition(response: FetchResponse): Map<string, PartitionResponse> {
  return new Map(
    response.responses.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((each) => [`${topic || topicId}-${each.partitionIndex}`, each]),
    ),
  );
}
