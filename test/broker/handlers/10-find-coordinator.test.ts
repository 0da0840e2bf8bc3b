/** FindCoordinator: the broker that leads a group's partition of `__consumer_offsets`. */
import { describe, expect, test } from "vitest";

import { findCoordinatorHandler } from "../../../src/broker/handlers/10-find-coordinator.ts";
import { findOffsetsTopic } from "../../../src/broker/offsets-topic.ts";
import { NO_LEADER } from "../../../src/controller/records.ts";
import { coordinatorPartition } from "../../../src/group/coordinator-partition.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { groupCluster } from "../group-cluster.ts";

const TRANSACTION = 1;

describe("FindCoordinator", () => {
  test("[BRK39] names the leader of each group's partition, and makes the topic for who is first", async () => {
    const { call, broker } = groupCluster();
    const keys = Array.from({ length: 20 }, (_, index) => `group-${index}`);
    const { coordinators } = await call(findCoordinatorHandler, 4, { coordinatorKeys: keys });
    const { partitions } = (await findOffsetsTopic(broker.ports.controller))!;
    expect(partitions).toHaveLength(6);
    expect(coordinators).toEqual(
      keys.map((key) => {
        const { leader } = partitions[coordinatorPartition(key, 6)]!;
        const broker = { nodeId: leader, host: `broker-${leader}`, port: 9091 + leader };
        return { key, ...broker, errorCode: ErrorCode.NONE, errorMessage: "" };
      }),
    );
    for (const apiVersion of [0, 3]) {
      const { nodeId, errorCode } = await call(findCoordinatorHandler, apiVersion, {
        key: keys[7]!,
      });
      expect([nodeId, errorCode]).toEqual([coordinators[7]!.nodeId, ErrorCode.NONE]);
    }
  });

  test("[BRK39] asks who finds a partition without a leader to come again", async () => {
    const { call, cluster, broker } = groupCluster();
    const request = { coordinatorKeys: ["a"] };
    await call(findCoordinatorHandler, 4, request);
    const { topicId } = (await findOffsetsTopic(broker.ports.controller))!;
    const partition = coordinatorPartition("a", 6);
    const record = { type: "PartitionChange", topicId, partition, leader: NO_LEADER } as const;
    cluster.take({ records: [record], response: undefined, effects: [] });
    const nowhere = { nodeId: -1, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE };
    expect((await call(findCoordinatorHandler, 4, request)).coordinators).toMatchObject([nowhere]);
    expect(await call(findCoordinatorHandler, 1, { key: "a" })).toMatchObject(nowhere);
  });

  test("[BRK39] says why there is no topic", async () => {
    const { call } = groupCluster({ "offsets.topic.replication.factor": "4" });
    const answer = await call(findCoordinatorHandler, 1, { key: "a" });
    expect(answer).toMatchObject({ nodeId: -1, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
    expect(answer.errorMessage).toContain("only 3 broker(s) are registered");
  });

  test("[BRK39] makes no topic for who asks for no group", async () => {
    const { call, broker } = groupCluster();
    await call(findCoordinatorHandler, 4, { coordinatorKeys: [] });
    const request = { keyType: TRANSACTION, coordinatorKeys: ["a"] };
    const { coordinators } = await call(findCoordinatorHandler, 4, request);
    expect(coordinators).toMatchObject([{ nodeId: -1, errorCode: ErrorCode.INVALID_REQUEST }]);
    expect(await findOffsetsTopic(broker.ports.controller)).toBeUndefined();
  });
});
