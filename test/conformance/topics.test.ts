/** CreateTopics and DeleteTopics. */
import { expect } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import type { RequestInput } from "../../src/protocol/api.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { batch, valuesIn } from "./batches.ts";
import type { Cluster } from "./cluster.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

type NewTopic = RequestInput<typeof createTopics>["topics"][number];

const DEFAULT = -1;

/** A topic with one partition and one replica, unless said. */
function newTopic(name: string, others: Partial<NewTopic> = {}): NewTopic {
  const [numPartitions, replicationFactor] = [1, 1];
  return { name, numPartitions, replicationFactor, assignments: [], configs: [], ...others };
}

async function create(cluster: Cluster, ...topics: NewTopic[]) {
  const answer = await (await cluster.wire()).call(createTopics, 7, { topics });
  return answer.topics.map((topic) => ({ ...topic, error: errorName(topic.errorCode) }));
}

async function refusal(cluster: Cluster, topic: NewTopic): Promise<ErrorName> {
  const [answer] = await create(cluster, topic);
  return answer!.error;
}

conformance("CreateTopics", (test) => {
  test("[K18] creates a topic in every version", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(createTopics)) {
      const name = cluster.unusedName();
      const topics = [newTopic(name, { numPartitions: 3 })];
      const answer = await wire.call(createTopics, version, { topics });
      expect(answer.topics).toMatchObject([{ name, errorCode: 0, errorMessage: null }]);
      const partitions = await cluster.settled(name);
      expect(partitions.map(({ index }) => index)).toEqual([0, 1, 2]);
      const { topicId, numPartitions, replicationFactor, configs } = answer.topics[0]!;
      expect(topicId).toBe(version < 7 ? ZERO_UUID : partitions[0]!.topicId);
      if (version < 5) continue;
      expect([numPartitions, replicationFactor]).toEqual([3, 1]);
      expect(configs!.map((config) => config.name)).toContain("max.message.bytes");
    }
  });

  test("[K18, K19] tells every config of the new topic, with its value and where that comes from", async ({
    cluster,
  }) => {
    const configs = [{ name: "retention.ms", value: "123456789" }];
    const [topic] = await create(cluster, newTopic(cluster.unusedName(), { configs }));
    const told = new Map(topic!.configs!.map((config) => [config.name, config]));
    const [topicConfig, defaultConfig] = [1, 5];
    expect(told.get("retention.ms")).toMatchObject({
      value: "123456789",
      configSource: topicConfig,
    });
    expect(told.get("cleanup.policy")).toMatchObject({
      value: "delete",
      configSource: defaultConfig,
      readOnly: false,
      isSensitive: false,
    });
  });

  test("[K18] -1 is the broker's number of partitions and its replication factor", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const numbers = { numPartitions: DEFAULT, replicationFactor: DEFAULT };
    for (const version of servedVersions(createTopics).filter((served) => served >= 4)) {
      const name = cluster.unusedName();
      const { topics } = await wire.call(createTopics, version, {
        topics: [newTopic(name, numbers)],
      });
      expect(topics[0]).toMatchObject({ errorCode: 0 });
      expect((await cluster.settled(name)).length).toBeGreaterThan(0);
      if (version >= 5) expect(topics[0]!.numPartitions).toBeGreaterThan(0);
      if (version >= 5) expect(topics[0]!.replicationFactor).toBeGreaterThan(0);
    }
  });

  test("[K18] of a config that is named twice the last value counts", async ({ cluster }) => {
    const key = "min.cleanable.dirty.ratio";
    const configs = ["1.1", "0.25"].map((value) => ({ name: key, value }));
    const [answer] = await create(cluster, newTopic(cluster.unusedName(), { configs }));
    expect(answer!.error).toBe("NONE");
    expect(answer!.configs!.find(({ name }) => name === key)!.value).toBe("0.25");
    const turned = newTopic(cluster.unusedName(), { configs: configs.toReversed() });
    expect(await refusal(cluster, turned)).toBe("INVALID_CONFIG");
  });

  test("[K18] a topic named twice is an invalid request, for it alone", async ({ cluster }) => {
    const [twice, once] = [cluster.unusedName(), cluster.unusedName()];
    const answers = await create(cluster, newTopic(twice), newTopic(once), newTopic(twice));
    const errors = answers.map(({ name, error }) => [name, error] as const);
    expect(new Map(errors)).toEqual(
      new Map([
        [twice, "INVALID_REQUEST"],
        [once, "NONE"],
      ]),
    );
    expect(errors).toHaveLength(2);
  });

  test("[K18] a topic that exists is not created again", async ({ cluster }) => {
    const { name, topicId } = await cluster.newPartition();
    const answers = await create(cluster, newTopic(name, { numPartitions: 0 }));
    expect(answers).toMatchObject([{ error: "TOPIC_ALREADY_EXISTS", topicId: ZERO_UUID }]);
    expect(answers[0]!.errorMessage).not.toBeNull();
    const { topics } = await cluster.metadata([name]);
    expect(topics).toMatchObject([{ topicId }]);
  });

  test.for<[string, Partial<NewTopic>, ErrorName]>([
    ["no partition", { numPartitions: 0 }, "INVALID_PARTITIONS"],
    ["-2 partitions", { numPartitions: -2 }, "INVALID_PARTITIONS"],
    ["no replica", { replicationFactor: 0 }, "INVALID_REPLICATION_FACTOR"],
    ["more replicas than brokers", { replicationFactor: 99 }, "INVALID_REPLICATION_FACTOR"],
    [
      "a config that there is not",
      { configs: [{ name: "no.such.config", value: "1" }] },
      "INVALID_CONFIG",
    ],
    [
      "a config that is no number",
      { configs: [{ name: "retention.ms", value: "long" }] },
      "INVALID_CONFIG",
    ],
    [
      "a config out of its range",
      { configs: [{ name: "segment.bytes", value: "1" }] },
      "INVALID_CONFIG",
    ],
    [
      "a config that takes tiers",
      { configs: [{ name: "remote.storage.enable", value: "true" }] },
      "INVALID_CONFIG",
    ],
    [
      "a config without a value",
      { configs: [{ name: "retention.ms", value: null }] },
      "INVALID_CONFIG",
    ],
  ])("[K18] a topic with %s is refused", async ([, wrong, error], { cluster }) => {
    const name = cluster.unusedName();
    expect(await refusal(cluster, newTopic(name, wrong))).toBe(error);
    const { topics } = await cluster.metadata([name]);
    expect(errorName(topics[0]!.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  test("[K18] an assignment places the partitions", async ({ cluster }) => {
    const nodeIds = (await cluster.brokers()).map(({ nodeId }) => nodeId).toReversed();
    const name = cluster.unusedName();
    const assignments = nodeIds.map((id, partitionIndex) => ({ partitionIndex, brokerIds: [id] }));
    const numbers = { numPartitions: DEFAULT, replicationFactor: DEFAULT };
    const answers = await create(cluster, newTopic(name, { ...numbers, assignments }));
    expect(answers).toMatchObject([
      { error: "NONE", numPartitions: nodeIds.length, replicationFactor: 1 },
    ]);
    const partitions = await cluster.settled(name);
    expect(partitions.map(({ leader }) => leader.nodeId)).toEqual(nodeIds);
  });

  test.for<[string, [number, number[]][], ErrorName]>([
    ["leaves a partition out", [[1, [1]]], "INVALID_REPLICA_ASSIGNMENT"],
    ["names a broker twice", [[0, [1, 1]]], "INVALID_REPLICA_ASSIGNMENT"],
    ["names a broker that there is not", [[0, [999]]], "INVALID_REPLICA_ASSIGNMENT"],
    ["gives a partition no replica", [[0, []]], "INVALID_REPLICA_ASSIGNMENT"],
    [
      "names a partition twice",
      [
        [0, [1]],
        [0, [1]],
      ],
      "INVALID_REPLICA_ASSIGNMENT",
    ],
  ])("[K18] an assignment that %s is refused", async ([, wrong, error], { cluster }) => {
    const assignments = wrong.map(([partitionIndex, brokerIds]) => ({ partitionIndex, brokerIds }));
    const numbers = { numPartitions: DEFAULT, replicationFactor: DEFAULT };
    const topic = newTopic(cluster.unusedName(), { ...numbers, assignments });
    expect(await refusal(cluster, topic)).toBe(error);
  });

  test("[K18] an assignment and a number of partitions exclude each other", async ({ cluster }) => {
    const assignments = [{ partitionIndex: 0, brokerIds: [1] }];
    const topic = newTopic(cluster.unusedName(), { assignments });
    expect(await refusal(cluster, topic)).toBe("INVALID_REQUEST");
  });

  test.for(["", ".", "..", "a/b", "a b", "ä", "n".repeat(250)])(
    "[K18] %j is no name for a topic",
    async (name, { cluster }) => {
      expect(await refusal(cluster, newTopic(name))).toBe("INVALID_TOPIC_EXCEPTION");
    },
  );

  test("[K18] a name of 249 characters is one, with dots, dashes and underscores", async ({
    cluster,
  }) => {
    const name = cluster.unusedName("a.b_c-").padEnd(249, "z");
    expect(await refusal(cluster, newTopic(name))).toBe("NONE");
    await cluster.settled(name);
    const wire = await cluster.wire();
    await wire.call(deleteTopics, 5, { topicNames: [name], timeoutMs: 10_000 });
  });

  test("[K18] two names that differ only in dots and underscores collide", async ({ cluster }) => {
    const dotted = cluster.unusedName("a.b");
    expect(await refusal(cluster, newTopic(dotted))).toBe("NONE");
    const underscored = newTopic(dotted.replaceAll(".", "_"));
    expect(await refusal(cluster, underscored)).toBe("INVALID_TOPIC_EXCEPTION");
  });

  test("[K18] validateOnly answers as if, and creates nothing", async ({ cluster }) => {
    const wire = await cluster.wire();
    const name = cluster.unusedName();
    const request = { topics: [newTopic(name, { numPartitions: 2 })], validateOnly: true };
    for (let count = 0; count < 2; count++) {
      const { topics } = await wire.call(createTopics, 7, request);
      expect(topics).toMatchObject([{ name, errorCode: 0, numPartitions: 2 }]);
    }
    const { topics } = await cluster.metadata([name]);
    expect(errorName(topics[0]!.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });
});

conformance("DeleteTopics", (test) => {
  test("[K66] deletes a topic by its name in every version", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(deleteTopics)) {
      const { name, topicId } = await cluster.newPartition();
      const answer = await wire.call(deleteTopics, version, {
        ...(version < 6 ? { topicNames: [name] } : { topics: [{ name, topicId: ZERO_UUID }] }),
        timeoutMs: 10_000,
      });
      expect(answer.responses).toMatchObject([{ name, errorCode: 0 }]);
      if (version >= 6) expect(answer.responses).toMatchObject([{ topicId }]);
      await expect
        .poll(async () => (await cluster.metadata([name])).topics[0]!.errorCode)
        .not.toBe(0);
    }
  });

  test("[K66] deletes a topic by its id from version 6 on", async ({ cluster }) => {
    const { name, topicId } = await cluster.newPartition();
    const wire = await cluster.wire();
    const request = { topics: [{ name: null, topicId }], timeoutMs: 10_000 };
    const { responses } = await wire.call(deleteTopics, 6, request);
    expect(responses).toMatchObject([{ name, topicId, errorCode: 0 }]);
  });

  test("[K17] a topic that is not there is unknown by its name or by its id", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const name = cluster.unusedName();
    const topics = [
      { name, topicId: ZERO_UUID },
      { name: null, topicId: UNKNOWN_TOPIC_ID },
    ];
    const { responses } = await wire.call(deleteTopics, 6, { topics, timeoutMs: 10_000 });
    const errorOf = (wanted: string | null) =>
      errorName(responses.find((response) => response.name === wanted)!.errorCode);
    expect(errorOf(name)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(errorOf(null)).toBe("UNKNOWN_TOPIC_ID");
  });

  test("[K66] a topic that is named by both or by neither, or twice, is an invalid request", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { name, topicId } = await cluster.newPartition();
    const byName = { name, topicId: ZERO_UUID };
    const byId = { name: null, topicId };
    const byBoth = { name, topicId };
    const byNeither = { name: null, topicId: ZERO_UUID };
    for (const topics of [[byBoth], [byNeither], [byName, byName], [byId, byId], [byName, byId]]) {
      const { responses } = await wire.call(deleteTopics, 6, { topics, timeoutMs: 10_000 });
      const errors = responses.map(({ errorCode }) => errorName(errorCode));
      expect(errors).toEqual(["INVALID_REQUEST"]);
    }
    expect((await cluster.metadata([name])).topics).toMatchObject([{ errorCode: 0, topicId }]);
  });

  test("[K17] a name that is used again is another topic: a new id, and none of the old records", async ({
    cluster,
  }) => {
    const old = await cluster.newPartition();
    const { name } = old;
    await old.produce(batch("old", "older"));
    const wire = await cluster.wire();
    await wire.call(deleteTopics, 5, { topicNames: [name], timeoutMs: 10_000 });
    const created = async () => (await create(cluster, newTopic(name)))[0]!.error;
    await expect.poll(created, { timeout: 10_000 }).toBe("NONE");

    const [young] = await cluster.settled(name);
    expect(young!.topicId).not.toBe(old.topicId);
    expect((await young!.fetch()).highWatermark).toBe(0);
    expect(await young!.produce(batch("new"))).toMatchObject({ error: "NONE", baseOffset: 0 });
    expect(valuesIn((await young!.fetch()).records)).toEqual(["new"]);

    expect((await old.produce(batch("late"))).error).toBe("UNKNOWN_TOPIC_ID");
    expect((await old.fetch()).error).toBe("UNKNOWN_TOPIC_ID");
    const oldTopic = { name: null, topicId: old.topicId };
    const { topics } = await wire.call(metadata, 13, { topics: [oldTopic] });
    expect(errorName(topics[0]!.errorCode)).toBe("UNKNOWN_TOPIC_ID");
  });

  test("[K17, K66] a partition of a deleted topic is unknown to Produce and Fetch", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("gone soon"));
    const wire = await cluster.wire();
    await wire.call(deleteTopics, 5, { topicNames: [partition.name], timeoutMs: 10_000 });
    const settle = { timeout: 10_000 };
    const produced = async (version: number) =>
      (await partition.produce(batch("late"), { version })).error;
    const fetched = async (version: number) => (await partition.fetch({ version })).error;
    await expect.poll(() => produced(12), settle).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    await expect.poll(() => fetched(12), settle).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    await expect.poll(() => produced(13), settle).toBe("UNKNOWN_TOPIC_ID");
    await expect.poll(() => fetched(13), settle).toBe("UNKNOWN_TOPIC_ID");
  });
});
