/** How what clients have written is stored, as a fetch finds it. */
import type { CompressionType } from "../../src/protocol/records/attributes.ts";
import { compressionOf } from "../../src/protocol/records/attributes.ts";
import type { BatchHeader } from "../../src/protocol/records/batch-header.ts";
import { batchesIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";

/** Clients leave a batch as it is where compression does not make it smaller. */
const SMALL_BATCH_BYTES = 1000;

/** The first batches of each partition, as many as one fetch brings. */
export async function storedBatches(bootstrap: string, topic: string): Promise<BatchHeader[]> {
  const cluster = new Cluster(bootstrap);
  try {
    const partitions = await cluster.settled(topic);
    const fetched = await Promise.all(partitions.map((partition) => partition.fetch()));
    return fetched.flatMap(({ records }) => batchesIn(records));
  } finally {
    await cluster.close();
  }
}

/** How batches are compressed that are worth it. */
export function compressionsOf(batches: readonly BatchHeader[]): Set<CompressionType | undefined> {
  const large = batches.filter((batch) => batch.sizeInBytes > SMALL_BATCH_BYTES);
  return new Set(large.map(({ attributes }) => compressionOf(attributes)));
}
