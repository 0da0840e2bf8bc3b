import { writeInt64 } from "../../src/base/big-endian.ts";
/**
 * A scripted cluster with one topic of real logs in memory: Produce appends to them, Fetch and
 * ListOffsets read them. A test says what goes wrong before a request is looked at.
 */
import { concatBytes } from "../../src/base/concat-bytes.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import type { BatchHeader } from "../../src/protocol/records/batch-header.ts";
import { batchHeaders } from "../../src/protocol/records/batch-header.ts";
import { decodeRecords } from "../../src/protocol/records/decode.ts";
import type { KafkaRecord } from "../../src/protocol/records/record.ts";
import { CLOSE, ScriptedNetwork } from "./scripted-network.ts";

export const TOPIC = "t";

interface StoredBatch {
  readonly header: BatchHeader;
  readonly bytes: Uint8Array;
}

/** What goes wrong with a request, or null. "LOST" appends and then loses the answer. */
export type Fault = ErrorName | "LOST" | typeof CLOSE | null;

export class LogBroker {
  readonly network: ScriptedNetwork;
  /** Asked once for each Produce request. */
  fault: () => Fault = () => null;
  /** How many Produce requests came. */
  requests = 0;
  logStartOffset = 0;
  readonly leaders: number[];
  readonly #logs: StoredBatch[][];
  #producerIds = 100;

  constructor(partitions = 1) {
    this.leaders = new Array<number>(partitions).fill(1);
    this.#logs = Array.from({ length: partitions }, () => []);
    this.network = new ScriptedNetwork().serveMetadata([1, 2], () => ({ [TOPIC]: this.leaders }));
    this.#serveProduce();
    this.#serveReads();
  }

  /** The batches of a partition. */
  batches(partition = 0): readonly BatchHeader[] {
    return this.#logs[partition]!.map(({ header }) => header);
  }

  /** The values of a partition's records, in the order of the log. */
  values(partition = 0): string[] {
    return this.records(partition).map(({ value }) => Buffer.from(value!).toString());
  }

  records(partition = 0): KafkaRecord[] {
    return this.#logs[partition]!.flatMap(({ bytes, header }) => decodeRecords(bytes, header));
  }

  /** Appends a batch at the end of a log; returns its first offset. */
  append(partition: number, batch: Uint8Array): number {
    const log = this.#logs[partition]!;
    const last = log.at(-1)?.header;
    const baseOffset = last ? last.baseOffset + last.lastOffsetDelta + 1 : 0;
    const bytes = batch.slice();
    writeInt64(bytes, 0, baseOffset);
    log.push({ bytes, header: batchHeaders(bytes)[0]! });
    return baseOffset;
  }

  #serveProduce(): void {
    this.network.serve(initProducerId, () => ({
      errorCode: 0,
      producerId: this.#producerIds++,
      producerEpoch: 0,
    }));
    this.network.serve(produce, ({ topicData }) => {
      this.requests++;
      const fault = this.fault();
      if (fault === CLOSE) return CLOSE;
      const responses = topicData.map(({ name, topicId, partitionData }) => ({
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const error = fault === "LOST" ? null : fault;
          return { index, ...this.#produce(index, records!, error) };
        }),
      }));
      return fault === "LOST" ? CLOSE : { responses };
    });
  }

  /** Appends a batch unless it is out of order or was appended before (KIP-98). */
  #produce(partition: number, batch: Uint8Array, error: ErrorName | null) {
    if (error !== null) return { errorCode: ErrorCode[error], baseOffset: -1 };
    const { producerId, baseSequence } = batchHeaders(batch)[0]!;
    const before = this.batches(partition).filter((each) => each.producerId === producerId);
    const known = before.find((each) => each.baseSequence === baseSequence);
    if (producerId >= 0 && known) return { errorCode: 0, baseOffset: known.baseOffset };
    const expected = before.reduce((sum, { recordsCount }) => sum + recordsCount, 0);
    if (producerId >= 0 && baseSequence !== expected) {
      return { errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, baseOffset: -1 };
    }
    return { errorCode: 0, baseOffset: this.append(partition, batch) };
  }

  #serveReads(): void {
    const endOf = (partition: number) => {
      const last = this.batches(partition).at(-1);
      return last ? last.baseOffset + last.lastOffsetDelta + 1 : 0;
    };
    this.network.serve(listOffsets, ({ topics }) => ({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, timestamp }) => ({
          partitionIndex,
          errorCode: 0,
          offset: timestamp === -2 ? this.logStartOffset : endOf(partitionIndex),
        })),
      })),
    }));
    this.network.serve(fetch, async ({ topics }, { address }) => {
      const read = (partition: number, offset: number) => {
        const isLeader = address === `broker-${this.leaders[partition]}:9092`;
        const isInLog = offset >= this.logStartOffset && offset <= endOf(partition);
        const error = !isLeader
          ? "NOT_LEADER_OR_FOLLOWER"
          : isInLog
            ? "NONE"
            : "OFFSET_OUT_OF_RANGE";
        const batches = this.#logs[partition]!.filter(
          ({ header }) => header.baseOffset + header.lastOffsetDelta >= offset,
        );
        return {
          partitionIndex: partition,
          errorCode: ErrorCode[error],
          highWatermark: endOf(partition),
          abortedTransactions: null,
          records: error === "NONE" ? concatBytes(batches.map(({ bytes }) => bytes)) : null,
        };
      };
      const responses = topics.map(({ topic, topicId, partitions }) => ({
        topic,
        topicId,
        partitions: partitions.map((each) => read(each.partition, each.fetchOffset)),
      }));
      // An empty answer takes its time, as a broker's does.
      const isEmpty = responses.every(({ partitions }) =>
        partitions.every(({ errorCode, records }) => errorCode === 0 && records?.length === 0),
      );
      if (isEmpty) await new Promise((resolve) => setTimeout(resolve, 20));
      return { responses };
    });
  }
}
