/** Records of one partition that travel together, and who wants to know what becomes of them. */
import type { NewRecord } from "../../protocol/records/record.ts";
import type { KafkaError } from "../kafka-error.ts";

/** Where a record is now; an offset of -1 where the broker did not say. */
export interface RecordMetadata {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Told once what became of a record. */
export type OnDelivery = (error: KafkaError | null, metadata: RecordMetadata | null) => void;

/** About what a record takes beside its key, its value and its headers. */
const RECORD_OVERHEAD = 20;

/** About how many bytes a record takes in a batch. */
export function estimatedSize({ key, value, headers }: NewRecord): number {
  let size = RECORD_OVERHEAD + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) size += header.key.length + (header.value?.length ?? 0) + 2;
  return size;
}

export class ProducerBatch {
  /** Rises from batch to batch of a partition. */
  readonly id: number;
  readonly records: NewRecord[] = [];
  readonly createdMs: number = Date.now();
  readonly #callbacks: (OnDelivery | undefined)[] = [];
  size = 0;
  /** Set when it is first sent; sent again, it has the same. */
  baseSequence = -1;
  attempts = 0;
  /** Encoded when it is first sent, and kept until it is delivered. */
  bytes: Uint8Array | null = null;

  constructor(id: number) {
    this.id = id;
  }

  add(record: NewRecord, size: number, onDelivery?: OnDelivery): void {
    this.records.push(record);
    this.#callbacks.push(onDelivery);
    this.size += size;
  }

  /** Tells everybody that the batch was written, the first record at this offset. */
  delivered(topic: string, partition: number, baseOffset: number): void {
    for (const [index, callback] of this.#callbacks.entries()) {
      const offset = baseOffset < 0 ? -1 : baseOffset + index;
      callback?.(null, { topic, partition, offset });
    }
  }

  /** Tells everybody that it was not. */
  failed(error: KafkaError): void {
    for (const callback of this.#callbacks) callback?.(error, null);
  }
}
