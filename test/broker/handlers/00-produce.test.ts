/** Produce: who may write to the topics that Kafka keeps for itself. */
import { expect, test } from "vitest";

import { produceHandler } from "../../../src/broker/handlers/00-produce.ts";
import { OFFSETS_TOPIC } from "../../../src/broker/offsets-topic.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { topic } from "../../controller/test-cluster.ts";
import { batch } from "../../log/batches.ts";
import { groupCluster } from "../group-cluster.ts";

test("[BRK41] nobody writes to an internal topic but the admin client", async () => {
  const { appends, call, cluster } = groupCluster();
  const { topicId } = cluster.created(topic(OFFSETS_TOPIC, { numPartitions: 3 }));
  const led = cluster.image.partitions(topicId).findIndex(({ leader }) => leader === 1);
  const produce = async (apiVersion: number, clientId: string | null) => {
    const named = apiVersion < 13 ? { name: OFFSETS_TOPIC } : { topicId };
    const partitionData = [{ index: led, records: batch() }];
    const request = { acks: -1, timeoutMs: 1000, topicData: [{ ...named, partitionData }] };
    const { responses } = await call(produceHandler, apiVersion, request, { clientId });
    return responses[0]!.partitionResponses[0]!.errorCode;
  };
  for (const clientId of [null, "client"]) {
    expect(await produce(9, clientId)).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
    expect(await produce(13, clientId)).toBe(ErrorCode.INVALID_TOPIC_EXCEPTION);
  }
  expect(appends).toEqual([]);
  expect(await produce(9, "__admin_client")).toBe(ErrorCode.NONE);
  expect(appends).toEqual([{ topicId, partition: led, nodeId: 1 }]);
});
