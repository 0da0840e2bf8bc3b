/** Static members of consumer groups (KIP-848): they leave for a while, and come back. */
import { expect } from "vitest";

import { LEAVING, LEAVING_FOR_A_WHILE } from "./consumer-member.ts";
import { Group } from "./group.ts";
import { conformance } from "./suite.ts";

conformance("static members of consumer groups", (test) => {
  test("[K50] who left for a while comes back to its partitions, and nobody else hears of it", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    await member.join([name]);
    const { memberId, memberEpoch } = member;
    const away = await member.leave(LEAVING_FOR_A_WHILE);
    expect(away).toMatchObject({ error: "NONE", memberId, memberEpoch: LEAVING_FOR_A_WHILE });
    expect(away).toMatchObject({ heartbeatIntervalMs: 0, assignment: null });
    const described = await group.describeConsumer();
    expect(described).toMatchObject({ groupEpoch: memberEpoch });
    expect(described.members).toMatchObject([{ memberId, memberEpoch: LEAVING_FOR_A_WHILE }]);

    const back = group.consumerMember({ instanceId: "instance" });
    expect(await back.join([name])).toMatchObject({ error: "NONE", memberEpoch });
    expect(back.partitions).toEqual([0, 1]);
    const { members, groupEpoch } = await group.describeConsumer();
    expect(groupEpoch).toBe(memberEpoch);
    expect(members).toMatchObject([{ memberId: back.memberId, instanceId: "instance" }]);
  });

  test("[K50] an instance id is one member's as long as it has not left", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    await member.join([]);
    const other = group.consumerMember({ instanceId: "instance" });
    const refused = await other.join([]);
    expect(refused).toMatchObject({ error: "UNRELEASED_INSTANCE_ID", memberId: null });
    expect(refused.errorMessage).toBe(
      `Static member ${other.memberId} with instance id instance cannot join the group because ` +
        `the instance id is owned by ${member.memberId} member.`,
    );
    // Even of the member itself, which should have sent a heartbeat.
    expect((await member.join([])).error).toBe("UNRELEASED_INSTANCE_ID");
    expect((await member.beat()).error).toBe("NONE");
    expect((await member.leave(LEAVING)).error).toBe("NONE");
    expect((await other.join([])).error).toBe("NONE");
  });

  test("[K50] the id from before is fenced", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    await member.join([]);
    const { memberId, memberEpoch } = member;
    await member.leave(LEAVING_FOR_A_WHILE);
    const back = group.consumerMember({ instanceId: "instance" });
    await back.join([]);
    for (const epoch of [memberEpoch, LEAVING, LEAVING_FOR_A_WHILE]) {
      const fenced = await member.beat({ memberEpoch: epoch });
      expect(fenced).toMatchObject({ error: "FENCED_INSTANCE_ID", memberId: null });
      expect(fenced.errorMessage).toBe(
        `Static member ${memberId} with instance id instance was fenced by member ` +
          `${back.memberId}.`,
      );
    }
    const unknown = await member.beat({ instanceId: "another", memberEpoch });
    expect(unknown).toMatchObject({ error: "UNKNOWN_MEMBER_ID" });
    expect(unknown.errorMessage).toBe("Instance id another is unknown.");
    expect((await member.beat({ instanceId: null, memberEpoch })).error).toBe("UNKNOWN_MEMBER_ID");
    expect((await back.beat()).error).toBe("NONE");
  });

  test("[K50] who is away is not there for heartbeats", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    await member.join([]);
    const { memberEpoch } = member;
    await member.leave(LEAVING_FOR_A_WHILE);
    expect((await member.beat({ memberEpoch })).error).toBe("FENCED_MEMBER_EPOCH");
    expect((await member.leave(LEAVING_FOR_A_WHILE)).error).toBe("NONE");
    // It may come back as it was, or leave for good.
    expect((await member.join([])).error).toBe("NONE");
    await member.leave(LEAVING_FOR_A_WHILE);
    expect((await member.leave(LEAVING)).error).toBe("NONE");
    expect(await group.describeConsumer()).toMatchObject({ groupState: "Empty", members: [] });
  });

  test.concurrent("[K50] while a member is away, others do not get its partitions", async ({
    cluster,
  }) => {
    const topic = await cluster.newTopic({ partitions: 2 });
    const { name } = topic[0]!;
    const group = await Group.unused(cluster);
    const members = ["a", "b"].map((instanceId) => group.consumerMember({ instanceId }));
    const [first, second] = members;
    await first!.join([name]);
    await second!.join([name]);
    const areSettled = () => members.every(({ partitions }) => partitions.length === 1);
    await Promise.all(members.map((member) => member.beatsUntil(areSettled)));
    const { memberEpoch, partitions } = first!;
    await first!.leave(LEAVING_FOR_A_WHILE);
    for (let attempt = 0; attempt < 3; attempt++) {
      const beaten = await second!.beat({ topicPartitions: second!.assigned });
      expect(beaten).toMatchObject({ error: "NONE", memberEpoch, assignment: null });
    }
    const back = group.consumerMember({ instanceId: "a" });
    await back.join([name]);
    expect([back.memberEpoch, back.partitions]).toEqual([memberEpoch, partitions]);
    expect(await second!.beat()).toMatchObject({ error: "NONE", memberEpoch });
  });

  test.concurrent("[K50] who comes back with another subscription begins a rebalance", async ({
    cluster,
  }) => {
    const [one, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const group = await Group.unused(cluster);
    const member = group.consumerMember({ instanceId: "instance" });
    await member.join([one.name]);
    const { memberEpoch } = member;
    await member.leave(LEAVING_FOR_A_WHILE);
    const back = group.consumerMember({ instanceId: "instance" });
    await back.join([other.name]);
    await back.beatsUntil(({ assigned }) => assigned.length === 1 && back.partitions.length === 1);
    expect(back.assigned).toEqual([{ topicId: other.topicId, partitions: [0] }]);
    expect(back.memberEpoch).toBe(memberEpoch + 1);
  });
});
