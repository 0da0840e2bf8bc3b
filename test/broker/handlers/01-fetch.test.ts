/** Fetch: what a client is told that believes in another leader. */
import { expect, test } from "vitest";

import { Broker } from "../../../src/broker/broker.ts";
import { fetchHandler } from "../../../src/broker/handlers/01-fetch.ts";
import { errorName, type ErrorName } from "../../../src/protocol/errors.ts";
import type { ReplicaPort } from "../../../src/replication/replica-calls.ts";
import { callHandler } from "../call-handler.ts";
import { smallCluster } from "../small-cluster.ts";

/** A leader that answers every read with this error. */
function failing(error: ErrorName, replica: ReplicaPort): ReplicaPort {
  const position = { leaderEpoch: 0, logStartOffset: 0, highWatermark: 0, lastStableOffset: 0 };
  const result = { ...position, error, pieces: [], divergingEpoch: null, watching: false };
  return { ...replica, read: async ({ offset }) => ({ ...result, nextOffset: offset }) };
}

test.each<[ErrorName, boolean]>([
  ["NOT_LEADER_OR_FOLLOWER", true],
  ["FENCED_LEADER_EPOCH", true],
  ["UNKNOWN_LEADER_EPOCH", false],
  ["OFFSET_OUT_OF_RANGE", false],
])("[BRK16] %s tells where the leader is: %s", async (error, isTold) => {
  const { broker, topicId, settle } = await smallCluster(1);
  const { ports } = broker;
  const replica: typeof ports.replica = (key) => failing(error, ports.replica(key));
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }];
  const request = { maxWaitMs: 0, minBytes: 1, topics: [{ topicId, partitions }] };
  const asked = callHandler(new Broker({ ...ports, replica }), fetchHandler, 16, request);
  const { responses, nodeEndpoints } = await settle(asked);
  const [fetched] = responses[0]!.partitions;
  expect(errorName(fetched!.errorCode)).toBe(error);
  const none = { leaderId: -1, leaderEpoch: -1 };
  expect(fetched!.currentLeader).toEqual(isTold ? { leaderId: 1, leaderEpoch: 0 } : none);
  expect(nodeEndpoints.map(({ nodeId }) => nodeId)).toEqual(isTold ? [1] : []);
});
