/** FindCoordinator: which broker answers for a group or for a transactional id. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import type { Cluster } from "./cluster.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const GROUP = 0;
const UNKNOWN_TYPE = 9;
const SETTLING_MS = 15_000;

/** The coordinator of `key`; asks again while a cluster is still making its first one. */
async function coordinatorOf(cluster: Cluster, key: string, version: number) {
  const wire = await cluster.wire();
  const request = {
    ...(version < 4 ? { key } : { coordinatorKeys: [key] }),
    ...(version >= 1 && { keyType: GROUP }),
  };
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const answer = await wire.call(findCoordinator, version, request);
    const found = version < 4 ? answer : answer.coordinators[0]!;
    const { errorCode, nodeId, host, port } = found;
    const error = errorName(errorCode);
    if (error !== "COORDINATOR_NOT_AVAILABLE" || Date.now() > deadline) {
      return { error, broker: { nodeId, host, port } };
    }
    await sleep(50);
  }
}

conformance("FindCoordinator", (test) => {
  test("[K14] a group's coordinator is a broker of Metadata, the same in every version", async ({
    cluster,
  }) => {
    const group = cluster.unusedName();
    const { brokers } = await cluster.metadata();
    const endpoints = brokers.map(({ nodeId, host, port }) => ({ nodeId, host, port }));
    const first = await coordinatorOf(cluster, group, 0);
    expect(first.error).toBe("NONE");
    expect(endpoints).toContainEqual(first.broker);
    for (const version of servedVersions(findCoordinator)) {
      expect(await coordinatorOf(cluster, group, version)).toEqual(first);
    }
  });

  test("[K14] without an error there is no message, which is NONE below version 4", async ({
    cluster,
  }) => {
    const key = cluster.unusedName();
    await coordinatorOf(cluster, key, 0);
    const wire = await cluster.wire();
    for (const version of [1, 2, 3]) {
      expect(await wire.call(findCoordinator, version, { key })).toMatchObject({
        errorCode: 0,
        errorMessage: "NONE",
      });
    }
    const { coordinators } = await wire.call(findCoordinator, 4, { coordinatorKeys: [key] });
    expect(coordinators).toMatchObject([{ errorCode: 0, errorMessage: "" }]);
  });

  test("[K14] every broker names the same coordinator", async ({ cluster }) => {
    const group = cluster.unusedName();
    const first = await coordinatorOf(cluster, group, 4);
    for (const { wire } of await cluster.brokers()) {
      const request = { coordinatorKeys: [group] };
      await expect
        .poll(async () => (await wire.call(findCoordinator, 4, request)).coordinators)
        .toMatchObject([{ key: group, errorCode: 0, ...first.broker }]);
    }
  });

  test("[K14] many keys are answered each for itself from version 4 on", async ({ cluster }) => {
    const groups = [cluster.unusedName(), cluster.unusedName(), cluster.unusedName()];
    await coordinatorOf(cluster, groups[0]!, 4);
    const wire = await cluster.wire();
    const answer = await wire.call(findCoordinator, 4, { coordinatorKeys: groups });
    expect(answer.coordinators.map(({ key }) => key).toSorted()).toEqual(groups.toSorted());
    expect(answer.coordinators.filter(({ errorCode }) => errorCode !== 0)).toEqual([]);
  });

  test("[K14] a type of key that there is not is an invalid request: of the request, or of each key", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(findCoordinator).slice(1)) {
      const answer = await wire.call(findCoordinator, version, {
        ...(version < 4 ? { key: "key" } : { coordinatorKeys: ["key"] }),
        keyType: UNKNOWN_TYPE,
      });
      const { errorCode, nodeId } = version < 4 ? answer : answer.coordinators[0]!;
      expect([errorName(errorCode), nodeId]).toEqual(["INVALID_REQUEST", -1]);
    }
  });
});
