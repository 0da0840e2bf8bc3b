/** Groups are full when they have as many members as their brokers' configs allow. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { LEAVING_FOR_A_WHILE } from "./consumer-member.ts";
import type { ConsumerMember } from "./consumer-member.ts";
import { Group, isPending, until } from "./group.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const BROKER = 4;
/** As many members as these cases may have. */
const FEW = 20;

/** A new group and how many members it may have; the case is left out where those are too many. */
async function smallGroup(cluster: Group["cluster"], config: string, skip: (why: string) => never) {
  const group = await Group.unused(cluster);
  const resource = {
    resourceType: BROKER,
    resourceName: `${group.coordinator.nodeId}`,
    configurationKeys: [config],
  };
  const { results } = await group.wire.call(describeConfigs, 4, { resources: [resource] });
  const size = Number(results[0]!.configs[0]!.value);
  return size > FEW ? skip(`${config} is ${size}`) : { group, size };
}

/** Consumer members that fill a group. */
async function filled(group: Group, size: number): Promise<ConsumerMember[]> {
  const members = Array.from({ length: size }, (_, index) =>
    group.consumerMember({ instanceId: index === 0 ? "instance" : null }),
  );
  for (const member of members) expect((await member.join([])).error).toBe("NONE");
  return members;
}

conformance("full groups", (test) => {
  test("[K42] a classic group takes as many members as it may have", async ({ cluster, skip }) => {
    const { group, size } = await smallGroup(cluster, "group.max.size", skip);
    const members = await group.stable(size);
    for (const joinVersion of servedVersions(joinGroup)) {
      const late = await group.classicMember({ joinVersion });
      const refused = await late.joinOnce();
      expect(refused).toMatchObject({ error: "GROUP_MAX_SIZE_REACHED", memberId: "" });
      expect(refused).toMatchObject({ generationId: -1, members: [] });
    }
    // Who is in stays in, and there is no rebalance.
    for (const member of members) expect(await member.heartbeat()).toBe("NONE");
    expect((await members[1]!.join()).error).toBe("NONE");

    const [late] = await Promise.all([group.classicMember(), members[1]!.leave()]);
    expect((await late.joinOnce()).error).toBe("MEMBER_ID_REQUIRED");
    const joined = late.joinOnce();
    const others = members.filter((_, index) => index !== 1);
    await until(async () => (await members[0]!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    const rejoined = await Promise.all(others.map((member) => member.join()));
    expect((await joined).error).toBe("NONE");
    expect(rejoined.map(({ error }) => error)).toEqual(others.map(() => "NONE"));
    expect((await group.describe()).members).toHaveLength(size);
  });

  test("[K42] in a rebalance who joins first is in, whether it was before or not", async ({
    cluster,
    skip,
  }) => {
    const { group, size } = await smallGroup(cluster, "group.max.size", skip);
    const members = await group.stable(size - 1);
    const [leader, latecomer, ...others] = members;
    const rejoined = [leader!.join()];
    await until(async () => (await latecomer!.heartbeat()) === "REBALANCE_IN_PROGRESS");
    rejoined.push(...others.map((member) => member.join()));
    const [first, second] = [await group.classicMember(), await group.classicMember()];
    const joined = [first.join(), second.join()];
    await until(async () => (await group.describe()).members.length === size + 1);
    for (const each of [...rejoined, ...joined]) expect(await isPending(each, 1)).toBe(true);
    expect((await latecomer!.join()).error).toBe("GROUP_MAX_SIZE_REACHED");
    const answers = await Promise.all([...rejoined, ...joined]);
    expect(answers.map(({ error }) => error)).toEqual(answers.map(() => "NONE"));
    expect((await group.describe()).members).toHaveLength(size);
  });

  test("[K50] a consumer group takes as many members as it may have", async ({ cluster, skip }) => {
    const { group, size } = await smallGroup(cluster, "group.consumer.max.size", skip);
    const members = await filled(group, size);
    for (const version of servedVersions(consumerGroupHeartbeat)) {
      const refused = await group.consumerMember().join([], { version });
      expect(refused).toMatchObject({ error: "GROUP_MAX_SIZE_REACHED", memberId: null });
      expect(refused.errorMessage).toBe(
        `The consumer group has reached its maximum capacity of ${size} members.`,
      );
    }
    // Classic members count as well.
    const classic = await group.classicMember({ protocolType: "consumer" });
    expect((await classic.joinOnce()).error).toBe("GROUP_MAX_SIZE_REACHED");
    expect((await members[1]!.join([])).error).toBe("NONE");

    await members[2]!.leave();
    expect((await group.consumerMember().join([])).error).toBe("NONE");
    expect((await members[2]!.join([])).error).toBe("GROUP_MAX_SIZE_REACHED");
  });

  test("[K50] who is away has its place, which nobody takes, itself under another id included", async ({
    cluster,
    skip,
  }) => {
    const { group, size } = await smallGroup(cluster, "group.consumer.max.size", skip);
    const [away] = await filled(group, size);
    expect((await away!.leave(LEAVING_FOR_A_WHILE)).error).toBe("NONE");
    const back = group.consumerMember({ instanceId: "instance" });
    expect((await back.join([])).error).toBe("GROUP_MAX_SIZE_REACHED");
    expect(errorName((await away!.join([])).errorCode)).toBe("NONE");
  });
});
