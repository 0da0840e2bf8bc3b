/**
 * A producer as clients are: batches of a partition in order, up to five under way, sent again when
 * the answer says that this may help or does not come. A producer without numbers (idempotence)
 * never sends again.
 *
 * Its first batch of a partition goes alone: a broker that does not know a producer accepts any
 * sequence number from it, so one that overtook the first would make that one a refusal.
 */
import { ErrorCode } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { MAX_PUSH_BYTES } from "../../src/replication/tail-pusher.ts";
import { Client, type KnownPartition } from "./client.ts";
import type { Cluster } from "./cluster.ts";
import { bytesOf, type History, placeOf } from "./history.ts";

const MAX_UNDER_WAY = 5;
const BULK_BYTES = MAX_PUSH_BYTES + 1;
const PRODUCE_VERSIONS = [3, 7, 9, 11, 12];
const FIRST_TOPIC_ID_VERSION = 13;

/** Errors after which the same batch may be sent again. */
const RETRIABLE: readonly number[] = [
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.UNKNOWN_TOPIC_ID,
];

interface Batch {
  readonly sequence: number;
  readonly values: readonly string[];
  readonly isBulky: boolean;
  state: "new" | "underWay" | "again";
}

interface Partition {
  known: KnownPartition;
  /** Not acknowledged yet, in order. */
  batches: Batch[];
  nextSequence: number;
  hasFirst: boolean;
}

export interface ProducerOptions {
  readonly name: string;
  readonly topic: string;
  readonly isIdempotent: boolean;
  /** How likely a batch is to be too large for a push. */
  readonly bulkChance: number;
  /** Whether the topic may be deleted and made anew. */
  readonly isChurned: boolean;
}

export class Producer extends Client {
  readonly #history: History;
  readonly #options: ProducerOptions;
  readonly #apiVersion: number;
  #partitions: Partition[] = [];
  #producerId = -1;
  #count = 0;
  #isRefreshing = false;

  constructor(cluster: Cluster, history: History, options: ProducerOptions) {
    super(cluster);
    this.#history = history;
    this.#options = options;
    this.#apiVersion = options.isChurned
      ? FIRST_TOPIC_ID_VERSION
      : this.random.pick([...PRODUCE_VERSIONS, FIRST_TOPIC_ID_VERSION]);
    if (!options.isIdempotent) history.unnumbered.add(options.name);
  }

  async start(): Promise<void> {
    if (this.#options.isIdempotent) await this.#initProducerId();
    const known = await this.partitionsOf(this.#options.topic);
    this.#partitions = (known ?? []).map(newPartition);
  }

  get hasUnacknowledged(): boolean {
    return this.#partitions.some(({ batches }) => batches.length > 0);
  }

  /** Makes a batch for one of its partitions, or for a given one, and sends what can be sent. */
  produce(count: number, index = this.random.int(0, this.#partitions.length - 1)): void {
    const partition = this.#partitions[index];
    if (!partition || this.isStopped) return;
    const values = Array.from(
      { length: count },
      () => `${this.#options.name}:${String(this.#count++).padStart(6, "0")}`,
    );
    const isBulky = this.random.chance(this.#options.bulkChance);
    const sequence = partition.nextSequence;
    partition.batches.push({ sequence, values, isBulky, state: "new" });
    partition.nextSequence += count;
    this.#send();
  }

  /** Makes a batch of one record for each of its partitions. */
  produceEach(): void {
    for (const index of this.#partitions.keys()) this.produce(1, index);
  }

  async #initProducerId(): Promise<void> {
    while (!this.isStopped) {
      try {
        const connection = this.connection(this.random.int(1, 3));
        const request = { transactionalId: null, transactionTimeoutMs: 0 };
        const answer = await connection.call(initProducerId, 4, request);
        if (answer.errorCode === 0) return void (this.#producerId = answer.producerId);
      } catch {
        // Asked again below.
      }
      await this.pause();
    }
  }

  #send(): void {
    if (this.isStopped) return;
    const byLeader = Map.groupBy(this.#partitions, ({ known }) => known.leader);
    for (const [leader, partitions] of byLeader) {
      const sent = partitions.flatMap((partition) => {
        const batch = nextBatch(partition, this.#options.isIdempotent);
        return batch ? [{ partition, batch }] : [];
      });
      if (sent.length > 0) void this.#request(leader, sent);
    }
  }

  async #request(leader: number, sent: readonly Sent[]): Promise<void> {
    const { topic } = this.#options;
    for (const { batch } of sent) batch.state = "underWay";
    const topicId = sent[0]!.partition.known.topicId;
    const partitionData = sent.map(({ partition, batch }) => ({
      index: partition.known.partition,
      records: this.#encode(batch),
    }));
    try {
      const { responses } = await this.connection(leader).call(produce, this.#apiVersion, {
        acks: -1,
        timeoutMs: 30_000,
        topicData: [{ name: topic, topicId, partitionData }],
      });
      responses[0]!.partitionResponses.forEach(({ errorCode, baseOffset }, index) => {
        this.#answered(sent[index]!, { errorCode, baseOffset, topicId });
      });
    } catch {
      for (const each of sent) this.#failed(each);
    }
    this.#send();
  }

  #answered({ partition, batch }: Sent, { errorCode, baseOffset, topicId }: Answer): void {
    if (partition.known.topicId !== topicId) return;
    const { batches } = partition;
    if (errorCode === ErrorCode.NONE) {
      partition.hasFirst = true;
      batches.splice(batches.indexOf(batch), 1);
      const place = placeOf(topicId, partition.known.partition);
      const at = this.cluster.world.now;
      this.#history.acknowledged.push({ place, baseOffset, values: batch.values, at });
      return;
    }
    const isBehind = batches[0] !== batch;
    const mayHelp =
      RETRIABLE.includes(errorCode) ||
      (errorCode === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && isBehind);
    if (!mayHelp) {
      const why = `${this.#options.name} got error ${errorCode} for ${batch.values[0]}.`;
      return this.cluster.world.fail(new Error(why));
    }
    this.#failed({ partition, batch });
  }

  /** The batch is stored or not: it is sent again, or forgotten where that could store it twice. */
  #failed({ partition, batch }: Sent): void {
    if (this.#options.isIdempotent) batch.state = "again";
    else partition.batches = partition.batches.filter((other) => other !== batch);
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    await this.pause();
    const known = await this.partitionsOf(this.#options.topic);
    this.#isRefreshing = false;
    this.#partitions = (known ?? []).map((partition, index) => {
      const before = this.#partitions[index];
      // A topic made anew knows nothing of this producer: what was under way is given up.
      if (before?.known.topicId !== partition.topicId) return newPartition(partition);
      return Object.assign(before, { known: partition });
    });
    this.#send();
  }

  #encode({ sequence, values, isBulky }: Batch): Uint8Array {
    const timestamp = this.cluster.world.clock();
    const records = values.map((value) => ({
      timestamp,
      key: null,
      value: bytesOf(value, isBulky ? BULK_BYTES : 0),
      headers: [],
    }));
    if (!this.#options.isIdempotent) return encodeBatch(records);
    const { producerId, producerEpoch } = { producerId: this.#producerId, producerEpoch: 0 };
    return encodeBatch(records, { producerId, producerEpoch, baseSequence: sequence });
  }
}

interface Sent {
  readonly partition: Partition;
  readonly batch: Batch;
}

interface Answer {
  readonly errorCode: number;
  readonly baseOffset: number;
  readonly topicId: string;
}

function newPartition(known: KnownPartition): Partition {
  return { known, batches: [], nextSequence: 0, hasFirst: false };
}

/** What may be sent now: one that failed goes alone and before all others. */
function nextBatch({ batches, hasFirst }: Partition, isIdempotent: boolean): Batch | undefined {
  const [first] = batches;
  const underWay = batches.filter(({ state }) => state === "underWay").length;
  const isRetrying = batches.some(({ state }) => state === "again");
  if (isIdempotent && (isRetrying || !hasFirst)) {
    return underWay === 0 || first?.state === "again" ? waiting(first) : undefined;
  }
  return underWay < MAX_UNDER_WAY ? batches.find(({ state }) => state === "new") : undefined;
}

function waiting(batch: Batch | undefined): Batch | undefined {
  return batch?.state === "underWay" ? undefined : batch;
}
