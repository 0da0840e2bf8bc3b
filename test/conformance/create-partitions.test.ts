/** CreatePartitions. */
import { setTimeout as sleep } from "node:timers/promises";

import { expect } from "vitest";

import type { RequestInput } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { createPartitions } from "../../src/protocol/messages/37-create-partitions.ts";
import { batch, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import { at } from "./group-offsets.ts";
import { Group } from "./group.ts";
import type { Partition } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

type TopicToGrow = RequestInput<typeof createPartitions>["topics"][number];

const [SETTLING_MS, RETRY_MS] = [15_000, 10];
const NOBODY = 99;

/** A topic that is to have so many partitions, wherever or at these brokers. */
function grow(name: string, count: number, brokers?: number[][]): TopicToGrow {
  return { name, count, assignments: brokers?.map((brokerIds) => ({ brokerIds })) ?? null };
}

async function create(cluster: Cluster, topics: TopicToGrow[], validateOnly = false) {
  const request = { topics, timeoutMs: SETTLING_MS, validateOnly };
  const { results } = await (await cluster.wire()).call(createPartitions, 3, request);
  return results.map((result) => ({ ...result, error: errorName(result.errorCode) }));
}

/** The topic's partitions, once there are so many, each ready at its leader. */
async function grown(cluster: Cluster, name: string, count: number): Promise<Partition[]> {
  const deadline = Date.now() + SETTLING_MS;
  for (;;) {
    const partitions = await cluster.settled(name);
    if (partitions.length === count) return partitions;
    if (Date.now() > deadline) throw new Error(`${name} has ${partitions.length} partitions.`);
    await sleep(RETRY_MS);
  }
}

conformance("CreatePartitions", (test) => {
  test("[K18] adds partitions in every version, and they can be written to and read", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { name, topicId } = await cluster.newPartition();
    let count = 1;
    for (const version of servedVersions(createPartitions)) {
      count += 1;
      const request = { topics: [grow(name, count)], timeoutMs: SETTLING_MS, validateOnly: false };
      const { results } = await wire.call(createPartitions, version, request);
      expect(results).toEqual([{ name, errorCode: 0, errorMessage: null }]);
      const partitions = await grown(cluster, name, count);
      const added = partitions.at(-1)!;
      expect([added.index, added.topicId]).toEqual([count - 1, topicId]);
      expect(await added.produce(batch(`v${version}`))).toMatchObject({
        error: "NONE",
        baseOffset: 0,
      });
      expect(valuesIn((await added.fetch()).records)).toEqual([`v${version}`]);
    }
  });

  test("[K18] what there is stays as it is, and is served all along", async ({ cluster }) => {
    const before = await cluster.newTopic({ partitions: 2 });
    const { name } = before[0]!;
    await before[1]!.produce(batch("kept"));
    await create(cluster, [grow(name, 6)]);
    expect(valuesIn((await before[1]!.fetch()).records)).toEqual(["kept"]);
    const after = await grown(cluster, name, 6);
    const leaders = (partitions: readonly Partition[]) =>
      partitions.slice(0, 2).map(({ leader: { nodeId, leaderEpoch } }) => [nodeId, leaderEpoch]);
    expect(leaders(after)).toEqual(leaders(before));
    // The new ones are not all with one broker.
    const placed = new Set(after.slice(2).map(({ leader }) => leader.nodeId));
    expect(placed.size).toBe(Math.min(4, (await cluster.brokers()).length));
  });

  test("[K18] partitions go where they are told to", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const brokers = (await cluster.brokers()).map(({ nodeId }) => nodeId);
    const wanted = [brokers.at(-1)!, brokers[0]!, brokers.at(-1)!];
    const answers = await create(cluster, [
      grow(
        name,
        4,
        wanted.map((nodeId) => [nodeId]),
      ),
    ]);
    expect(answers).toMatchObject([{ name, error: "NONE" }]);
    const partitions = await grown(cluster, name, 4);
    expect(partitions.slice(1).map(({ leader }) => leader.nodeId)).toEqual(wanted);
  });

  test.for<[string, Omit<TopicToGrow, "name">, ErrorName, string]>([
    ["as many as there are", grow("", 2), "INVALID_PARTITIONS", "already has 2 partition(s)"],
    ["fewer", grow("", 1), "INVALID_PARTITIONS", "1 would not be an increase"],
    ["none", grow("", 0), "INVALID_PARTITIONS", "0 would not be an increase"],
    ["less than none", grow("", -1), "INVALID_PARTITIONS", "-1 would not be an increase"],
    [
      "more than are assigned",
      grow("", 4, [[1]]),
      "INVALID_REPLICA_ASSIGNMENT",
      "only 1 assignment(s) were specified",
    ],
    ["one at no broker", grow("", 3, [[]]), "INVALID_REPLICA_ASSIGNMENT", "empty replica list"],
    [
      "one at a stranger",
      grow("", 3, [[NOBODY]]),
      "INVALID_REPLICA_ASSIGNMENT",
      "no such broker is registered",
    ],
    ["one twice", grow("", 3, [[1, 1]]), "INVALID_REPLICA_ASSIGNMENT", "more than once"],
    [
      "one with more replicas than the others",
      grow("", 3, [[1, 2]]),
      "INVALID_REPLICA_ASSIGNMENT",
      "not consistent with previous partitions",
    ],
  ])("[K18] two partitions do not become %s", async ([, asked, error, why], { cluster }) => {
    const [{ name }] = (await cluster.newTopic({ partitions: 2 })) as [Partition];
    for (const validateOnly of [true, false]) {
      const [answer] = await create(cluster, [{ ...asked, name }], validateOnly);
      expect(answer).toMatchObject({ name, error, errorMessage: expect.stringContaining(why) });
    }
    expect((await cluster.metadata([name])).topics[0]!.partitions).toHaveLength(2);
  });

  test("[K18] each topic has an answer of its own, and one that is named twice an invalid request", async ({
    cluster,
  }) => {
    const [good, same, twice] = await Promise.all(
      [1, 2, 1].map(async (partitions) => (await cluster.newTopic({ partitions }))[0]!.name),
    );
    const nobody = cluster.unusedName();
    const answers = await create(cluster, [
      grow(twice!, 2),
      grow(good!, 2),
      grow(same!, 2),
      grow(nobody, 2),
      grow("no such name!", 2),
      grow(twice!, 3),
    ]);
    const errors = new Map(answers.map(({ name, error }) => [name, error]));
    expect(errors).toEqual(
      new Map([
        [twice, "INVALID_REQUEST"],
        [good, "NONE"],
        [same, "INVALID_PARTITIONS"],
        [nobody, "UNKNOWN_TOPIC_OR_PARTITION"],
        ["no such name!", "UNKNOWN_TOPIC_OR_PARTITION"],
      ]),
    );
    expect(answers).toHaveLength(5);
    expect(await grown(cluster, good!, 2)).toHaveLength(2);
    expect(await grown(cluster, twice!, 1)).toHaveLength(1);
  });

  test("[K18, K50] a consumer group hears of new partitions, and commits there", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    await member.join([name]);
    await member.beatsUntil(({ partitions }) => partitions.length === 1);
    await create(cluster, [grow(name, 3)]);
    await member.beatsUntil(({ partitions }) => partitions.length === 3);
    const partitions = await grown(cluster, name, 3);
    const { memberId, memberEpoch: generationIdOrMemberEpoch } = member;
    const committer = { memberId, generationIdOrMemberEpoch };
    const committed = await group.commit([at(partitions[2]!, 5)], committer);
    expect(committed).toEqual(["NONE"]);
  });

  test("[K18] what is only validated does not come about", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    for (let times = 0; times < 2; times++) {
      expect(await create(cluster, [grow(name, 9)], true)).toMatchObject([{ error: "NONE" }]);
    }
    expect((await cluster.metadata([name])).topics[0]!.partitions).toHaveLength(1);
  });
});
