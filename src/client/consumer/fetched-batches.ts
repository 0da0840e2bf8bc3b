/**
 * What a fetch brought of one partition, as records for a reader: the batches that lie before the
 * wanted offset are left out, as are control records and, to those who read committed records only,
 * what belongs to aborted transactions.
 */
import { readInt32 } from "../../base/big-endian.ts";
import { isControl, isLogAppendTime, isTransactional } from "../../protocol/records/attributes.ts";
import type { BatchHeader } from "../../protocol/records/batch-header.ts";
import {
  BATCH_HEADER_SIZE,
  BATCH_LENGTH_POSITION,
  BATCH_OVERHEAD,
  readBatchHeader,
} from "../../protocol/records/batch-header.ts";
import { decodeRecords } from "../../protocol/records/decode.ts";
import type { KafkaRecord } from "../../protocol/records/record.ts";
import type { TopicPartition } from "../topic-partition.ts";

/** Records that were written together. Their bytes are views into what came from the broker. */
export interface FetchedBatch extends TopicPartition {
  readonly timestampType: "CreateTime" | "LogAppendTime";
  readonly leaderEpoch: number;
  readonly records: readonly KafkaRecord[];
}

/** Records of a partition, and where to go on. */
export interface FetchedRecords {
  readonly batches: FetchedBatch[];
  readonly nextOffset: number;
}

/** A transaction that was aborted and may have records among those that were fetched. */
export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** Reads all whole batches; a broker may cut the last one off. */
export function fetchedBatches(
  partition: TopicPartition,
  bytes: Uint8Array,
  fetchOffset: number,
  aborted: readonly AbortedTransaction[] | null = null,
): FetchedRecords {
  const transactions = new OpenAborts(aborted ?? []);
  const batches: FetchedBatch[] = [];
  let nextOffset = fetchOffset;
  for (let position = 0; isWhole(bytes, position);) {
    const header = readBatchHeader(bytes, position);
    position += header.sizeInBytes;
    const isHidden = transactions.hides(header) || isControl(header.attributes);
    const lastOffset = header.baseOffset + header.lastOffsetDelta;
    if (lastOffset < fetchOffset) continue;
    nextOffset = lastOffset + 1;
    if (isHidden) continue;
    const records = decodeRecords(bytes, header);
    batches.push({
      topic: partition.topic,
      partition: partition.partition,
      timestampType: isLogAppendTime(header.attributes) ? "LogAppendTime" : "CreateTime",
      leaderEpoch: header.partitionLeaderEpoch,
      records:
        header.baseOffset >= fetchOffset
          ? records
          : records.filter(({ offset }) => offset >= fetchOffset),
    });
  }
  return { batches, nextOffset };
}

/** Of which producers the transaction is one that will be aborted, batch after batch. */
class OpenAborts {
  readonly #coming: AbortedTransaction[];
  readonly #open = new Set<number>();

  constructor(aborted: readonly AbortedTransaction[]) {
    this.#coming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  hides({ baseOffset, lastOffsetDelta, producerId, attributes }: BatchHeader): boolean {
    const lastOffset = baseOffset + lastOffsetDelta;
    while (this.#coming.length > 0 && this.#coming[0]!.firstOffset <= lastOffset) {
      this.#open.add(this.#coming.shift()!.producerId);
    }
    // The marker that ends a transaction is a control batch of its producer.
    if (isControl(attributes)) this.#open.delete(producerId);
    return isTransactional(attributes) && this.#open.has(producerId);
  }
}

function isWhole(bytes: Uint8Array, position: number): boolean {
  const left = bytes.length - position;
  if (left < BATCH_HEADER_SIZE) return false;
  return left >= BATCH_OVERHEAD + readInt32(bytes, position + BATCH_LENGTH_POSITION);
}
