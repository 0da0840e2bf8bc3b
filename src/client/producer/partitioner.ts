/**
 * Which partition a record goes to, as Kafka's producer decides: records with the same key to the
 * same one; those without a key to one that changes whenever a batch's worth has gone there.
 */
import { partitionOfKey } from "../../base/murmur2.ts";

export class Partitioner {
  readonly #batchSize: number;
  readonly #random: () => number;
  #partition = -1;
  #bytes = 0;

  constructor(batchSize: number, random: () => number = Math.random) {
    this.#batchSize = batchSize;
    this.#random = random;
  }

  /** The partition of a record of this size. */
  partitionFor(key: Uint8Array | null, size: number, partitionCount: number): number {
    if (key !== null) return partitionOfKey(key, partitionCount);
    if (this.#partition < 0 || this.#bytes >= this.#batchSize) {
      this.#partition = Math.floor(this.#random() * partitionCount);
      this.#bytes = 0;
    }
    this.#bytes += size;
    return this.#partition;
  }
}
