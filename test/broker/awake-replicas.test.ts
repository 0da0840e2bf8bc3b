/** The guard against waking more replicas than the system has file descriptors for. */

import { expect, test } from "vitest";

import { AwakeReplicas } from "../../src/broker/awake-replicas.ts";
import type { ReplicaPort } from "../../src/replication/replica-calls.ts";

const replica = {} as ReplicaPort;
const key = (partition: number) => ({ topicId: "AAAAAAAAAAAAAAAAAAAAAQ", partition, nodeId: 1 });

test("a replica beyond the limit is refused until another has fallen asleep", async () => {
  let now = 0;
  const awake = new AwakeReplicas(2, { now: () => now });
  expect(awake.admit(key(0), replica)).toBe(replica);
  now = 5_000;
  expect(awake.admit(key(1), replica)).toBe(replica);
  expect(awake.admit(key(0), replica)).toBe(replica);

  const refusing = awake.admit(key(2), replica);
  expect(refusing).not.toBe(replica);
  expect(await refusing.append({ sizes: [], apiVersions: [], bytes: new Uint8Array() })).toEqual({
    refused: "KAFKA_STORAGE_ERROR",
  });

  now = 24_999;
  expect(awake.admit(key(2), replica)).not.toBe(replica);
  now = 25_000;
  expect(awake.admit(key(2), replica)).toBe(replica);
});
