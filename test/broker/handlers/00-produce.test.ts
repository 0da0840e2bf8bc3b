/** Produce: who may write to the topics that Kafka keeps for itself, and in transactions. */
import { expect, test } from "vitest";

import { produceHandler } from "../../../src/broker/handlers/00-produce.ts";
import { OFFSETS_TOPIC } from "../../../src/broker/offsets-topic.ts";
import { ErrorCode, errorName } from "../../../src/protocol/errors.ts";
import { MAGIC_POSITION } from "../../../src/protocol/records/batch-header.ts";
import { topic } from "../../controller/test-cluster.ts";
import { batch, idempotent } from "../../log/batches.ts";
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

test("[BRK73] half a batch, or one of an older format, is of no transaction", async () => {
  const { appends, call } = groupCluster();
  const older = idempotent(0, { isTransactional: true });
  older[MAGIC_POSITION] = 1;
  const half = idempotent(0, { isTransactional: true }).subarray(0, -1);
  for (const records of [older, half]) {
    const topicData = [{ name: "topic", partitionData: [{ index: 0, records }] }];
    await call(produceHandler, 9, { acks: -1, timeoutMs: 1000, topicData });
  }
  // The replica says what is wrong with them.
  expect(appends).toHaveLength(2);
});

test("[BRK73] a batch of a transaction needs a transactional id, and is not taken with it", async () => {
  const { appends, call } = groupCluster();
  const partitionData = [{ index: 0, records: idempotent(0, { isTransactional: true }) }];
  const topicData = [{ name: "topic", partitionData }];
  const produce = async (transactionalId: string | null) => {
    const request = { transactionalId, acks: -1, timeoutMs: 1000, topicData };
    const { responses } = await call(produceHandler, 9, request);
    return errorName(responses[0]!.partitionResponses[0]!.errorCode);
  };
  expect(await produce(null)).toBe("TRANSACTIONAL_ID_AUTHORIZATION_FAILED");
  expect(await produce("transaction")).toBe("INVALID_TXN_STATE");
  expect(appends).toEqual([]);
});

test("[BRK1] of a partition that is named twice the last batch is appended, and no other", async () => {
  const { appends, call } = groupCluster();
  const good = { index: 0, records: batch() };
  const bad = { index: 0, records: null };
  const produce = async (...partitions: (typeof good | typeof bad)[]) => {
    const topicData = partitions.map((each) => ({ name: "topic", partitionData: [each, each] }));
    const { responses } = await call(produceHandler, 9, { acks: -1, timeoutMs: 1000, topicData });
    return responses.flatMap((topic) =>
      topic.partitionResponses.map(({ index, errorCode }) => [index, errorName(errorCode)]),
    );
  };
  expect(await produce(bad, good)).toEqual([[0, "NONE"]]);
  expect(appends).toHaveLength(1);
  expect(await produce(good, bad)).toEqual([[0, "INVALID_RECORD"]]);
  expect(appends).toHaveLength(1);
});
