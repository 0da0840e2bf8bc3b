/** The producer id under which a producer counts its batches, so that none is written twice. */
import { initProducerId } from "../../protocol/messages/22-init-producer-id.ts";
import type { Cluster } from "../cluster.ts";
import { KafkaError, throwErrorOf } from "../kafka-error.ts";

export interface ProducerIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** Counts nothing. */
export const NO_IDENTITY: ProducerIdentity = { producerId: -1, producerEpoch: -1 };

/** An id that no other producer has; none, where the broker is too old to give one. */
export function newIdentity(cluster: Cluster): Promise<ProducerIdentity> {
  return cluster.retry("Getting a producer id", async () => {
    const connection = await cluster.any();
    try {
      const response = await connection.call(initProducerId, {
        transactionalId: null,
        transactionTimeoutMs: NO_TRANSACTION,
      });
      throwErrorOf(response.errorCode);
      return response;
    } catch (error) {
      if (error instanceof KafkaError && error.code === "UNSUPPORTED_VERSION") return NO_IDENTITY;
      throw error;
    }
  });
}

/** What Kafka's producer says in place of a timeout when it has no transactions. */
const NO_TRANSACTION = 0x7fff_ffff;
