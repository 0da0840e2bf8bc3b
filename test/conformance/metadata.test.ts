/** Metadata, and what else describes the cluster: who its brokers are, and who leads what. */
import { expect } from "vitest";

import { ZERO_UUID, isUuid } from "../../src/base/uuid.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { describeCluster } from "../../src/protocol/messages/60-describe-cluster.ts";
import { UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NOT_ASKED_FOR = -2147483648;
const BROKERS = 1;
const CONTROLLERS = 2;

conformance("Metadata", (test) => {
  test("[K15] describes a topic in every version", async ({ cluster }) => {
    const partitions = await cluster.newTopic({ partitions: 3 });
    const { name, topicId } = partitions[0]!;
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata)) {
      const { brokers, topics } = await wire.call(metadata, version, { topics: [{ name }] });
      expect(topics).toHaveLength(1);
      const topic = topics[0]!;
      expect(topic).toMatchObject({ errorCode: 0, name, isInternal: false });
      expect(topic.topicId).toBe(version < 10 ? ZERO_UUID : topicId);
      const nodeIds = brokers.map(({ nodeId }) => nodeId);
      const described = topic.partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
      expect(described).toHaveLength(3);
      for (const [index, { leader }] of partitions.entries()) {
        expect(described[index]).toMatchObject({
          errorCode: 0,
          partitionIndex: index,
          leaderId: leader.nodeId,
          leaderEpoch: version < 7 ? -1 : leader.leaderEpoch,
          replicaNodes: [leader.nodeId],
          isrNodes: [leader.nodeId],
          offlineReplicas: [],
        });
        expect(nodeIds).toContain(leader.nodeId);
      }
    }
  });

  test("[K12] all topics are an empty list in version 0 and null in all others", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata)) {
      const all = await wire.call(metadata, version, { topics: version === 0 ? [] : null });
      expect(all.topics.filter((topic) => topic.name === name)).toHaveLength(1);
    }
  });

  test("[K16] what may be done with a topic is told of one that there is not, too", async ({
    cluster,
  }) => {
    const topics = [{ name: cluster.unusedName() }];
    const answer = await (
      await cluster.wire()
    ).call(metadata, 8, {
      topics,
      allowAutoTopicCreation: false,
      includeTopicAuthorizedOperations: true,
    });
    expect(answer.topics[0]!.topicAuthorizedOperations).toBeGreaterThan(0);
    const byId = await (
      await cluster.wire()
    ).call(metadata, 12, {
      topics: [{ name: null, topicId: UNKNOWN_TOPIC_ID }],
      includeTopicAuthorizedOperations: true,
    });
    expect(byId.topics[0]!.topicAuthorizedOperations).toBe(NOT_ASKED_FOR);
  });

  test("[K12] an empty list is no topic from version 1 on", async ({ cluster }) => {
    await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata).slice(1)) {
      const { brokers, topics } = await wire.call(metadata, version, { topics: [] });
      expect(topics).toEqual([]);
      expect(brokers).not.toEqual([]);
    }
  });

  test("[K12] a topic may be asked for by its id from version 12 on", async ({ cluster }) => {
    const { name, topicId } = await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of [12, 13]) {
      const answer = await wire.call(metadata, version, { topics: [{ name: null, topicId }] });
      expect(answer.topics).toMatchObject([{ errorCode: 0, name, topicId }]);
    }
  });

  test("[K12] in versions 10 and 11 an id in place of a name is an invalid request", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of [10, 11]) {
      for (const topic of [
        { name: null, topicId },
        { name, topicId },
      ]) {
        const answer = await wire.call(metadata, version, { topics: [topic, { name }] });
        const errors = answer.topics.map(({ errorCode }) => errorName(errorCode));
        expect(new Set(errors)).toEqual(new Set(["INVALID_REQUEST"]));
      }
    }
  });

  test("[K12] where there are ids names count for nothing, and what is named twice is told once", async ({
    cluster,
  }) => {
    const [{ name, topicId }, other] = [await cluster.newPartition(), await cluster.newPartition()];
    const wire = await cluster.wire();
    const named = { name, topicId: ZERO_UUID };
    const withAnothersId = { name, topicId: other.topicId };
    for (const version of [12, 13]) {
      for (const [topics, expected] of [
        [[named, named], [name]],
        [
          [
            { name: null, topicId },
            { name, topicId },
          ],
          [name],
        ],
        [[named, withAnothersId], [other.name]],
      ] as const) {
        const answer = await wire.call(metadata, version, { topics });
        expect(answer.topics.map((topic) => [topic.name, errorName(topic.errorCode)])).toEqual(
          expected.map((each) => [each, "NONE"]),
        );
      }
    }
  });

  test("[K13] a missing topic is created, while the very answer calls it unknown", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    for (const version of [0, 3, 4, 9, 13]) {
      const topics = [{ name: cluster.unusedName() }];
      const { name } = topics[0]!;
      const answer = await wire.call(metadata, version, { topics });
      expect(answer.topics.map(({ errorCode }) => errorName(errorCode))).toEqual([
        "UNKNOWN_TOPIC_OR_PARTITION",
      ]);
      expect(answer.topics).toMatchObject([{ name, partitions: [] }]);
      const [partition] = await cluster.settled(name);
      expect((await partition!.fetch()).error).toBe("NONE");
    }
  });

  test("[K13] no topic is created for a client that does not allow it", async ({ cluster }) => {
    const name = cluster.unusedName();
    for (let count = 0; count < 3; count++) {
      const { topics } = await cluster.metadata([name]);
      expect(topics).toMatchObject([{ name, topicId: ZERO_UUID, partitions: [] }]);
      expect(errorName(topics[0]!.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    }
  });

  test.for([".", "..", "a/b", "a b", "ä", "n".repeat(250)])(
    "[K13] %j is no name for a topic",
    async (name, { cluster }) => {
      const wire = await cluster.wire();
      for (const allowAutoTopicCreation of [true, false]) {
        const request = { topics: [{ name }], allowAutoTopicCreation };
        const { topics } = await wire.call(metadata, 13, request);
        expect(topics.map(({ errorCode }) => errorName(errorCode))).toEqual([
          "INVALID_TOPIC_EXCEPTION",
        ]);
      }
    },
  );

  test("[K14] the controller is one of the brokers that are named", async ({ cluster }) => {
    for (const { wire } of await cluster.brokers()) {
      const { brokers, controllerId } = await cluster.metadata([], wire);
      expect(brokers.map(({ nodeId }) => nodeId)).toContain(controllerId);
    }
  });

  test("[K15] all brokers name the same brokers, the same id and the same leaders", async ({
    cluster,
  }) => {
    const { name } = (await cluster.newTopic({ partitions: 4 }))[0]!;
    const views = (await cluster.brokers()).map(async ({ wire }) => {
      const { brokers, clusterId, topics } = await cluster.metadata([name], wire);
      const byId = brokers.toSorted((a, b) => a.nodeId - b.nodeId);
      const { partitions } = topics[0]!;
      const byIndex = partitions.toSorted((a, b) => a.partitionIndex - b.partitionIndex);
      return { brokers: byId, clusterId, partitions: byIndex };
    });
    const [first, ...others] = await Promise.all(views);
    expect(first!.clusterId).toMatch(/^.{22}$/);
    for (const other of others) expect(other).toEqual(first);
  });

  test("[K16] operations that were not asked for are the smallest int32, and others are not", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata).slice(8)) {
      const plain = await wire.call(metadata, version, { topics: [{ name }] });
      expect(plain.clusterAuthorizedOperations).toBe(NOT_ASKED_FOR);
      expect(plain.topics[0]!.topicAuthorizedOperations).toBe(NOT_ASKED_FOR);

      const asked = await wire.call(metadata, version, {
        topics: [{ name }],
        ...(version <= 10 && { includeClusterAuthorizedOperations: true }),
        includeTopicAuthorizedOperations: true,
      });
      if (version <= 10) expect(asked.clusterAuthorizedOperations).not.toBe(NOT_ASKED_FOR);
      expect(asked.topics[0]!.topicAuthorizedOperations).not.toBe(NOT_ASKED_FOR);
    }
  });

  test("[K17] a topic that is not there is unknown by its id or by its name", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const name = cluster.unusedName();
    for (const version of [12, 13]) {
      for (const [topic, error] of [
        [{ name: null, topicId: UNKNOWN_TOPIC_ID }, "UNKNOWN_TOPIC_ID"],
        [{ name, topicId: ZERO_UUID }, "UNKNOWN_TOPIC_OR_PARTITION"],
      ] as const) {
        const request = { topics: [topic], allowAutoTopicCreation: false };
        const { topics } = await wire.call(metadata, version, request);
        expect(topics).toMatchObject([{ ...topic, partitions: [] }]);
        expect(errorName(topics[0]!.errorCode)).toBe(error);
      }
    }
  });

  test("[K17] every topic has an id, its own, which stays", async ({ cluster }) => {
    const [one, other] = [await cluster.newPartition(), await cluster.newPartition()];
    expect(isUuid(one.topicId)).toBe(true);
    expect(one.topicId).not.toBe(ZERO_UUID);
    expect(other.topicId).not.toBe(one.topicId);
    const { topics } = await cluster.metadata([one.name]);
    expect(topics[0]!.topicId).toBe(one.topicId);
  });
});

conformance("DescribeCluster", (test) => {
  test("[K15] names the brokers, the controller and the id that Metadata names", async ({
    cluster,
  }) => {
    const { brokers, clusterId } = await cluster.metadata();
    const named = brokers.map(({ nodeId: brokerId, host, port }) => ({ brokerId, host, port }));
    const wire = await cluster.wire();
    for (const version of servedVersions(describeCluster)) {
      const answer = await wire.call(describeCluster, version, {
        includeClusterAuthorizedOperations: false,
      });
      expect(answer).toMatchObject({ errorCode: 0, clusterId, endpointType: BROKERS });
      const byId = answer.brokers.toSorted((a, b) => a.brokerId - b.brokerId);
      expect(byId).toMatchObject(named.toSorted((a, b) => a.brokerId - b.brokerId));
      expect(named.map(({ brokerId }) => brokerId)).toContain(answer.controllerId);
    }
  });

  test("[K16] operations that were not asked for are the smallest int32, and others are not", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(describeCluster)) {
      for (const includeClusterAuthorizedOperations of [false, true]) {
        const request = { includeClusterAuthorizedOperations };
        const { clusterAuthorizedOperations } = await wire.call(describeCluster, version, request);
        const isThere = clusterAuthorizedOperations !== NOT_ASKED_FOR;
        expect(isThere).toBe(includeClusterAuthorizedOperations);
      }
    }
  });

  test("[K15] brokers do not speak of controllers' endpoints", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const [endpointType, error] of [
      [CONTROLLERS, "MISMATCHED_ENDPOINT_TYPE"],
      [77, "UNSUPPORTED_ENDPOINT_TYPE"],
    ] as const) {
      const request = { includeClusterAuthorizedOperations: false, endpointType };
      const answer = await wire.call(describeCluster, 1, request);
      expect([errorName(answer.errorCode), answer.endpointType]).toEqual([error, BROKERS]);
    }
  });
});
