/**
 * Producer ids are handed to gateways in blocks (KIP-730), so that InitProducerId costs the
 * controller one row per thousand. Ids of a block that a gateway forgot are never used: harmless.
 */
import type { ClusterImage } from "./image.ts";
import type { Step } from "./step.ts";

export interface ProducerIdBlock {
  readonly firstProducerId: number;
  readonly count: number;
}

/** As many as Kafka's blocks have. */
export const PRODUCER_ID_BLOCK_SIZE = 1000;

export function allocateProducerIds(image: ClusterImage): Step<ProducerIdBlock> {
  const firstProducerId = image.nextProducerId();
  const nextProducerId = firstProducerId + PRODUCER_ID_BLOCK_SIZE;
  return {
    records: [{ type: "ProducerIds", nextProducerId }],
    response: { firstProducerId, count: PRODUCER_ID_BLOCK_SIZE },
    effects: [],
  };
}
