/** ListGroups: which broker lists which group, and which groups are asked what they are. */
import { describe, expect, test } from "vitest";

import { listGroupsHandler } from "../../../src/broker/handlers/16-list-groups.ts";
import { findOffsetsTopic, offsetsTopic } from "../../../src/broker/offsets-topic.ts";
import { Unreachable } from "../../../src/broker/ports.ts";
import type { GroupListing } from "../../../src/controller/group-registry.ts";
import { coordinatorPartition } from "../../../src/group/coordinator-partition.ts";
import type { RequestInput } from "../../../src/protocol/api.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { type GroupCluster, groupCluster } from "../group-cluster.ts";

const MEMBERS: GroupListing = { groupType: "classic", protocolType: "consumer", hasMembers: true };
const NO_MEMBERS: GroupListing = { ...MEMBERS, hasMembers: false };

/** A cluster with the topic that groups write to. */
async function listing() {
  const cluster = groupCluster();
  const { controller, config } = cluster.broker.ports;
  await offsetsTopic(controller, config);
  return cluster;
}

function register({ broker }: GroupCluster, groupId: string, listing: GroupListing) {
  const registration = { groupId, version: 1, listing, topics: [] };
  return broker.ports.controller.registerGroup(registration);
}

/** Ids of groups that broker 1 speaks for. */
async function idsOfBroker1({ broker }: GroupCluster, count: number): Promise<string[]> {
  const { partitions } = (await findOffsetsTopic(broker.ports.controller))!;
  const isLed = (groupId: string) =>
    partitions[coordinatorPartition(groupId, partitions.length)]!.leader === 1;
  const ids = Array.from({ length: 20 * count }, (_, index) => `group-${index}`).filter(isLed);
  return ids.slice(0, count).sort();
}

function list(
  { call }: GroupCluster,
  filters: RequestInput<typeof listGroupsHandler.api> = {},
  apiVersion = 5,
) {
  return call(listGroupsHandler, apiVersion, filters);
}

/** The brokers that list each group, when all are asked. */
async function listedBy(cluster: GroupCluster): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const nodeId of [1, 2, 3]) {
    const broker = cluster.brokerOf(nodeId);
    const { groups } = await cluster.call(listGroupsHandler, 5, {}, { broker });
    for (const { groupId } of groups) (found[groupId] ??= []).push(nodeId);
  }
  return found;
}

describe("ListGroups", () => {
  test("[BRK37] each group is listed by the leader of its partition, and by no other broker", async () => {
    const cluster = await listing();
    for (let index = 0; index < 30; index++) await register(cluster, `group-${index}`, NO_MEMBERS);
    const found = await listedBy(cluster);
    const { partitions } = (await findOffsetsTopic(cluster.broker.ports.controller))!;
    for (let index = 0; index < 30; index++) {
      const groupId = `group-${index}`;
      const partition = coordinatorPartition(groupId, partitions.length);
      expect(found[groupId]).toEqual([partitions[partition]!.leader]);
    }
  });

  test("[BRK37] a group without members is Empty, and only the others are asked", async () => {
    const cluster = await listing();
    const [empty, stable, gone, silent] = (await idsOfBroker1(cluster, 4)) as [
      string,
      string,
      string,
      string,
    ];
    await register(cluster, empty, NO_MEMBERS);
    for (const groupId of [stable, gone, silent]) await register(cluster, groupId, MEMBERS);
    cluster.groups.answers.list = (groupId) => {
      if (groupId === silent) throw new Unreachable("The call broke.");
      if (groupId === gone) return null;
      return { protocolType: "consumer", groupState: "Stable", groupType: "consumer" };
    };
    expect((await list(cluster)).groups).toEqual([
      { groupId: empty, protocolType: "consumer", groupState: "Empty", groupType: "classic" },
      { groupId: stable, protocolType: "consumer", groupState: "Stable", groupType: "consumer" },
    ]);
    expect(cluster.groups.asked.map(([groupId]) => groupId)).toEqual([stable, gone, silent]);
  });

  test("[BRK37] filters choose states and types in any case, and names that there are not choose none", async () => {
    const cluster = await listing();
    const [a, b, c] = (await idsOfBroker1(cluster, 3)) as [string, string, string];
    await register(cluster, a, NO_MEMBERS);
    await register(cluster, b, MEMBERS);
    await register(cluster, c, { ...MEMBERS, groupType: "consumer" });
    cluster.groups.answers.list = (groupId) => ({
      protocolType: "consumer",
      groupState: groupId === b ? "PreparingRebalance" : "Stable",
      groupType: groupId === b ? "classic" : "consumer",
    });
    const idsWith = async (filters: RequestInput<typeof listGroupsHandler.api>) =>
      (await list(cluster, filters)).groups.map(({ groupId }) => groupId);
    expect(await idsWith({ statesFilter: [" preparingREBALANCE", "empty"] })).toEqual([a, b]);
    expect(await idsWith({ statesFilter: ["Stable", "Nothing"] })).toEqual([c]);
    expect(await idsWith({ statesFilter: ["Nothing"] })).toEqual([]);
    expect(await idsWith({ typesFilter: ["Classic"] })).toEqual([a, b]);
    expect(await idsWith({ typesFilter: ["share", "nothing"] })).toEqual([]);
    expect(await idsWith({ typesFilter: ["consumer"], statesFilter: ["stable"] })).toEqual([c]);
  });

  test("[BRK37] groups that the filters exclude already are not asked", async () => {
    const cluster = await listing();
    const [a, b] = (await idsOfBroker1(cluster, 2)) as [string, string];
    await register(cluster, a, NO_MEMBERS);
    await register(cluster, b, MEMBERS);
    const filters = [{ statesFilter: ["Empty"] }, { typesFilter: ["consumer"] }];
    for (const filter of filters) await list(cluster, filter);
    expect(cluster.groups.asked).toEqual([]);
  });

  test("[BRK37] many groups come page by page, and versions without states have none", async () => {
    const cluster = await listing();
    const ids = await idsOfBroker1(cluster, 2500);
    for (const groupId of ids) await register(cluster, groupId, NO_MEMBERS);
    const { groups } = await list(cluster, {}, 3);
    expect(groups.map(({ groupId }) => groupId)).toEqual(ids);
    expect(groups[0]).toMatchObject({ groupState: "", groupType: "" });
  });

  test("[BRK37] before anybody has looked for a coordinator there are no groups, and no topic either", async () => {
    const cluster = groupCluster();
    await register(cluster, "group", NO_MEMBERS);
    expect(await list(cluster)).toMatchObject({ errorCode: ErrorCode.NONE, groups: [] });
    expect(await findOffsetsTopic(cluster.broker.ports.controller)).toBeUndefined();
  });
});
