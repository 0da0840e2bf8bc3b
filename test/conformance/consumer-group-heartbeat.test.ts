/** ConsumerGroupHeartbeat (KIP-848): joining, epochs, leaving, and what a heartbeat may say. */
import { expect } from "vitest";

import { isUuid } from "../../src/base/uuid.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { JOINING, LEAVING, LEAVING_FOR_A_WHILE } from "./consumer-member.ts";
import type { Heartbeat } from "./consumer-member.ts";
import { Group } from "./group.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const versions = servedVersions(consumerGroupHeartbeat);

/** What a heartbeat that joins has to say, with no topic. */
const JOIN: Heartbeat = {
  memberEpoch: JOINING,
  rebalanceTimeoutMs: 10_000,
  subscribedTopicNames: [],
  topicPartitions: [],
};

conformance("ConsumerGroupHeartbeat", (test) => {
  test("[K50] the first epoch is 1, and 2 if there is a topic to assign", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    for (const [topics, memberEpoch] of [
      [[], 1],
      [[name], 2],
    ] as const) {
      const member = (await Group.unused(cluster)).consumerMember();
      expect(await member.join(topics)).toMatchObject({ error: "NONE", memberEpoch });
    }
  });

  test.for(versions)(
    "[K50] who joins is in, with all partitions if it is alone (v%i)",
    async (version, { cluster }) => {
      const topic = await cluster.newTopic({ partitions: 3 });
      const { name, topicId } = topic[0]!;
      const member = (await Group.unused(cluster)).consumerMember();
      const { memberId } = member;
      const joined = await member.join([name], { version });
      expect(joined).toMatchObject({ error: "NONE", errorMessage: null, memberId, memberEpoch: 2 });
      expect(joined.heartbeatIntervalMs).toBeGreaterThan(0);
      expect(member.partitions).toEqual([0, 1, 2]);
      expect(joined.assignment!.topicPartitions).toMatchObject([{ topicId }]);
    },
  );

  test("[K50] from version 1 on a member brings its id, before that it is given one", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    member.memberId = "";
    const refused = await member.join([], { version: 1 });
    const errorMessage = "MemberId can't be empty.";
    expect(refused).toMatchObject({ error: "INVALID_REQUEST", errorMessage, memberId: null });
    const { error, memberId } = await member.join([], { version: 0 });
    expect(error).toBe("NONE");
    expect(memberId).toSatisfy(isUuid);
    expect(await member.beat({ version: 1 })).toMatchObject({ error: "NONE", memberId });
  });

  test("[K50] any text is an id", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    member.memberId = "käse";
    expect(await member.join([])).toMatchObject({ error: "NONE", memberId: "käse" });
  });

  test("[K50] where nothing has changed there is no assignment in the answer", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const member = (await Group.unused(cluster)).consumerMember();
    await member.join([name]);
    const topicPartitions = [{ topicId, partitions: [0] }];
    for (const version of versions) {
      for (const said of [{}, { topicPartitions }, { subscribedTopicNames: [name] }]) {
        const beaten = await member.beat({ version, ...said });
        expect(beaten).toMatchObject({ error: "NONE", memberEpoch: 2, assignment: null });
      }
      // Who says everything is told everything.
      const everything = { subscribedTopicNames: [name], rebalanceTimeoutMs: 10_000 };
      const beaten = await member.beat({ version, ...everything, topicPartitions });
      expect(beaten).toMatchObject({ memberEpoch: 2, assignment: { topicPartitions } });
    }
  });

  test("[K50] who joins again is the same member, and is told everything", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    const first = await member.join([name]);
    expect(await member.join([name])).toEqual(first);
    expect((await group.describeConsumer()).members).toHaveLength(1);
  });

  test.for<[string, Heartbeat, ErrorName, string | RegExp]>([
    ["no name of a group", { groupId: "" }, "INVALID_REQUEST", "GroupId can't be empty."],
    ["an empty member id", { memberId: "" }, "INVALID_REQUEST", "MemberId can't be empty."],
    ["an empty instance id", { instanceId: "" }, "INVALID_REQUEST", "InstanceId can't be empty."],
    ["an empty rack", { rackId: "" }, "INVALID_REQUEST", "RackId can't be empty."],
    [
      "no rebalance timeout",
      { rebalanceTimeoutMs: -1 },
      "INVALID_REQUEST",
      "RebalanceTimeoutMs must be provided in first request.",
    ],
    [
      "partitions that are not said",
      { topicPartitions: null },
      "INVALID_REQUEST",
      "TopicPartitions must be empty when (re-)joining.",
    ],
    [
      "partitions",
      { topicPartitions: [{ topicId: UNKNOWN_TOPIC_ID, partitions: [0] }] },
      "INVALID_REQUEST",
      "TopicPartitions must be empty when (re-)joining.",
    ],
    [
      "no subscription",
      { subscribedTopicNames: null },
      "INVALID_REQUEST",
      /^Either SubscribedTopicNames or SubscribedTopicRegex must be non-null/,
    ],
    ["an epoch that is none", { memberEpoch: -3 }, "INVALID_REQUEST", "MemberEpoch is invalid."],
    [
      "no instance id to come back with",
      { memberEpoch: LEAVING_FOR_A_WHILE },
      "INVALID_REQUEST",
      "InstanceId can't be null.",
    ],
    [
      "an assignor that there is not",
      { serverAssignor: "sticky" },
      "UNSUPPORTED_ASSIGNOR",
      "ServerAssignor sticky is not supported. Supported assignors: uniform, range.",
    ],
    [
      "an expression that is none",
      { subscribedTopicRegex: "(" },
      "INVALID_REGULAR_EXPRESSION",
      /^SubscribedTopicRegex `\(` is not a valid regular expression: /,
    ],
  ])("[K50] a heartbeat with %s is refused", async ([, said, error, message], { cluster }) => {
    const group = await Group.unused(cluster);
    const answer = await group.consumerMember().beat({ ...JOIN, ...said });
    expect(answer.error).toBe(error);
    expect(answer.errorMessage).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
    expect(answer).toMatchObject({ memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0 });
    expect(answer.assignment).toBeNull();
    expect((await group.describeConsumer()).error).toBe("GROUP_ID_NOT_FOUND");
  });

  test("[K50] a member that is in is held to the same", async ({ cluster }) => {
    const member = (await Group.unused(cluster)).consumerMember();
    await member.join([]);
    for (const [said, error] of [
      [{ memberId: "" }, "INVALID_REQUEST"],
      [{ instanceId: "" }, "INVALID_REQUEST"],
      [{ rackId: "" }, "INVALID_REQUEST"],
      [{ serverAssignor: "" }, "UNSUPPORTED_ASSIGNOR"],
      [{ subscribedTopicRegex: "[" }, "INVALID_REGULAR_EXPRESSION"],
      [{ serverAssignor: "range" }, "NONE"],
      [{ rackId: "rack" }, "NONE"],
    ] as const) {
      expect((await member.beat(said)).error).toBe(error);
    }
  });

  test("[K50] a group and a member have to be known to who does not join", async ({ cluster }) => {
    const [none, group] = [await Group.unused(cluster), await Group.unused(cluster)];
    const member = group.consumerMember();
    await member.join([]);
    for (const version of versions) {
      for (const memberEpoch of [1, 7, LEAVING]) {
        const lost = await none.consumerMember().beat({ version, memberEpoch });
        expect(lost).toMatchObject({ error: "GROUP_ID_NOT_FOUND", memberId: null });
        const stranger = await group.consumerMember().beat({ version, memberEpoch });
        expect(stranger).toMatchObject({ error: "UNKNOWN_MEMBER_ID", memberId: null });
      }
    }
    expect((await none.describeConsumer()).error).toBe("GROUP_ID_NOT_FOUND");
    expect((await member.beat()).error).toBe("NONE");
  });

  test("[K50] an epoch that is greater than the member's is fenced", async ({ cluster }) => {
    const member = (await Group.unused(cluster)).consumerMember();
    await member.join([]);
    const answer = await member.beat({ memberEpoch: 2 });
    expect(answer).toMatchObject({ error: "FENCED_MEMBER_EPOCH", memberId: null, memberEpoch: 0 });
    expect(answer.errorMessage).toBe(
      "The consumer group member has a greater member epoch (2) than the one known by the group " +
        "coordinator (1). The member must abandon all its partitions and rejoin.",
    );
    // The member is as it was.
    expect(await member.beat()).toMatchObject({ error: "NONE", memberEpoch: 1 });
  });

  test.concurrent("[K50] an epoch that is smaller is the member's previous one, and of nothing that it was not assigned", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const other = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([name]);
    await member.beat({ subscribedTopicNames: [name, other.name] });
    await member.beatsUntil(({ memberEpoch }) => memberEpoch === 3);
    const owned = [{ topicId, partitions: [0] }];
    // The answer that brought the epoch may have been lost.
    for (const topicPartitions of [[], owned]) {
      const answer = await member.beat({ memberEpoch: 2, topicPartitions });
      expect(answer).toMatchObject({ error: "NONE", memberEpoch: 3 });
    }
    const fenced = "FENCED_MEMBER_EPOCH";
    for (const topicPartitions of [null, [{ topicId, partitions: [0, 1] }]]) {
      expect((await member.beat({ memberEpoch: 2, topicPartitions })).error).toBe(fenced);
    }
    const answer = await member.beat({ memberEpoch: 1, topicPartitions: owned });
    expect(answer.error).toBe(fenced);
    expect(answer.errorMessage).toBe(
      "The consumer group member has a smaller member epoch (1) than the one known by the group " +
        "coordinator (3). The member must abandon all its partitions and rejoin.",
    );
    // The member is as it was.
    expect(await member.beat()).toMatchObject({ error: "NONE", memberEpoch: 3 });
  });

  test.for(versions)(
    "[K50] a member leaves with epoch -1, whatever its epoch was (v%i)",
    async (version, { cluster }) => {
      const { name } = await cluster.newPartition();
      const group = await Group.unused(cluster);
      const member = group.consumerMember();
      await member.join([name]);
      const { memberId } = member;
      expect(await member.beat({ version, memberEpoch: LEAVING })).toMatchObject({
        error: "NONE",
        memberId,
        memberEpoch: LEAVING,
        heartbeatIntervalMs: 0,
        assignment: null,
      });
      expect(await group.describeConsumer()).toMatchObject({ groupState: "Empty", members: [] });
      for (const memberEpoch of [1, LEAVING]) {
        const answer = await member.beat({ version, memberEpoch });
        expect(answer.error).toBe("UNKNOWN_MEMBER_ID");
      }
    },
  );

  test.concurrent("[K50] epochs go on where they were when a group has been empty", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const first = group.consumerMember();
    await first.join([name]);
    await first.leave();
    // The group's epoch rose when the first one left, and rises once more.
    const second = group.consumerMember();
    await second.join([name]);
    await second.beatsUntil(({ partitions }) => partitions.length === 1);
    expect([first.memberEpoch, second.memberEpoch]).toEqual([LEAVING, 4]);
  });

  test("[K50] who was fenced or lost gives everything up and joins again", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([name]);
    expect((await member.beat({ memberEpoch: 9 })).error).toBe("FENCED_MEMBER_EPOCH");
    const again = await member.join([name]);
    expect(again).toMatchObject({ error: "NONE", memberEpoch: 2 });
    expect(again.assignment!.topicPartitions).toHaveLength(1);
  });
});
