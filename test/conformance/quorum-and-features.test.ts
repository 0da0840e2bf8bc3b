/** DescribeQuorum, UpdateFeatures and ListPartitionReassignments: what tools ask of a cluster. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { listPartitionReassignments } from "../../src/protocol/messages/46-list-partition-reassignments.ts";
import { describeQuorum } from "../../src/protocol/messages/55-describe-quorum.ts";
import { updateFeatures } from "../../src/protocol/messages/57-update-features.ts";
import type { Cluster } from "./cluster.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

const METADATA = "__cluster_metadata";
const CLIENT = { clientSoftwareName: "conformance", clientSoftwareVersion: "1" };
const [UPGRADE, SAFE_DOWNGRADE] = [1, 2];

/** What is told of partitions, each named as `topic/partition`. */
async function quorum(wire: Wire, asked: [string, ...number[]][], version = 2) {
  const topics = asked.map(([topicName, ...indexes]) => ({
    topicName,
    partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
  }));
  const answer = await wire.call(describeQuorum, version, { topics });
  expect(errorName(answer.errorCode)).toBe("NONE");
  return answer.topics.flatMap(({ topicName, partitions }) =>
    partitions.map(({ partitionIndex, errorCode, ...partition }) => ({
      asked: `${topicName}/${partitionIndex}`,
      error: errorName(errorCode),
      ...partition,
    })),
  );
}

async function update(
  cluster: Cluster,
  features: [feature: string, level: number, upgradeType?: number][],
  version = 2,
) {
  const featureUpdates = features.map(([feature, maxVersionLevel, upgradeType]) => ({
    feature,
    maxVersionLevel,
    ...(version > 0 && { upgradeType }),
  }));
  const validateOnly = version > 0 ? { validateOnly: true } : {};
  const request = { featureUpdates, ...validateOnly };
  const answer = await (await cluster.wire()).call(updateFeatures, version, request);
  return { ...answer, error: errorName(answer.errorCode) };
}

conformance("DescribeQuorum", (test) => {
  test("[K60] tells of a leader that is a voter and caught up, in every version", async ({
    cluster,
  }) => {
    for (const { wire } of await cluster.brokers()) {
      for (const version of servedVersions(describeQuorum)) {
        const [metadata, ...others] = await quorum(wire, [[METADATA, 0]], version);
        expect(others).toEqual([]);
        expect(metadata).toMatchObject({ asked: `${METADATA}/0`, error: "NONE" });
        const { leaderId, leaderEpoch, highWatermark, currentVoters, observers } = metadata!;
        expect(leaderEpoch).toBeGreaterThan(0);
        const voter = currentVoters.find(({ replicaId }) => replicaId === leaderId)!;
        expect(voter.logEndOffset).toBeGreaterThanOrEqual(highWatermark);
        expect(observers.filter(({ replicaId }) => replicaId === leaderId)).toEqual([]);
        const times = [voter.lastFetchTimestamp, voter.lastCaughtUpTimestamp];
        if (version === 0) expect(times).toEqual([-1, -1]);
        else expect(times.every((time) => Math.abs(time - Date.now()) < 60_000)).toBe(true);
      }
    }
  });

  test("[K60] all brokers tell of the same leader", async ({ cluster }) => {
    const told = (await cluster.brokers()).map(async ({ wire }) => {
      const [metadata] = await quorum(wire, [[METADATA, 0]]);
      return [metadata!.leaderId, metadata!.leaderEpoch].join(" in epoch ");
    });
    expect(new Set(await Promise.all(told)).size).toBe(1);
  });

  test.for<[string, ...number[]][][]>([
    [[["other", 0, 1]]],
    [[[METADATA, 1]]],
    [[[METADATA, 0, 1]]],
    [
      [
        [METADATA, 0],
        ["other", 0],
      ],
    ],
  ])("[K60] all is unknown to who asks for %j", async ([asked], { cluster }) => {
    const answers = await quorum(await cluster.wire(), asked!);
    const expected = asked!.flatMap(([name, ...indexes]) => indexes.map((i) => `${name}/${i}`));
    expect(answers.map((answer) => answer.asked)).toEqual(expected);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        error: "UNKNOWN_TOPIC_OR_PARTITION",
        errorMessage: "This server does not host this topic-partition.",
        currentVoters: [],
        observers: [],
      });
    }
  });
});

conformance("UpdateFeatures", (test) => {
  test("[K61] what is finalized is supported, and can be updated to what it is", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = await wire.call(
      apiVersions,
      4,
      CLIENT,
    );
    expect(finalizedFeaturesEpoch).toBeGreaterThanOrEqual(0);
    const levels = new Map(finalizedFeatures.map((each) => [each.name, each.maxVersionLevel]));
    // Consumer groups (KIP-848) are what this one stands for.
    expect(levels.get("group.version")).toBe(1);
    for (const [feature, level] of levels) {
      const { minVersion, maxVersion } = supportedFeatures.find(({ name }) => name === feature)!;
      expect(level).toBeGreaterThanOrEqual(minVersion);
      expect(level).toBeLessThanOrEqual(maxVersion);
      for (const version of servedVersions(updateFeatures)) {
        const answer = await update(cluster, [[feature, level]], version);
        const results = version < 2 ? [{ feature, errorCode: 0, errorMessage: "NONE" }] : [];
        expect(answer).toMatchObject({ error: "NONE", errorMessage: null, results });
      }
    }
  });

  test.for<[string, number, number, string]>([
    ["no.such.feature", 1, UPGRADE!, "does not support this feature"],
    ["no.such.feature", 0, UPGRADE!, "Feature no.such.feature not found"],
    ["no.such.feature", 0, SAFE_DOWNGRADE!, "Feature no.such.feature not found"],
    ["group.version", -1, SAFE_DOWNGRADE!, "A feature version cannot be less than 0"],
    ["group.version", 99, UPGRADE!, "only supports versions"],
    ["metadata.version", 1, SAFE_DOWNGRADE!, "only supports versions"],
    ["group.version", 1, 0, "does not support the given upgrade type"],
    ["no.such.feature", 1, 9, "does not support the given upgrade type"],
  ])(
    "[K61] %s cannot be updated to %i by type %i, nor what is asked for with it",
    async ([feature, level, upgradeType, why], { cluster }) => {
      for (const version of [1, 2]) {
        const asked: [string, number, number][] = [[feature, level, upgradeType]];
        const good: [string, number, number] = ["group.version", 1, UPGRADE!];
        if (feature === "no.such.feature") asked.unshift(good);
        const answer = await update(cluster, asked, version);
        expect(answer).toMatchObject({ error: "INVALID_UPDATE_VERSION", results: [] });
        expect(answer.errorMessage).toContain(
          "The update failed for all features since the following feature had an error: " +
            `Invalid update version ${level} for feature ${feature}. `,
        );
        expect(answer.errorMessage).toContain(why);
      }
    },
  );

  test("[K61] nothing to update is no error", async ({ cluster }) => {
    for (const version of servedVersions(updateFeatures)) {
      expect(await update(cluster, [], version)).toMatchObject({ error: "NONE", results: [] });
    }
  });
});

conformance("ListPartitionReassignments", (test) => {
  test("[K62] nothing is being reassigned where nobody has asked for it", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const unknown = cluster.unusedName();
    const wire = await cluster.wire();
    const named = [name, unknown].map((each) => ({ name: each, partitionIndexes: [0, 7] }));
    for (const topics of [named, []]) {
      const answer = await wire.call(listPartitionReassignments, 0, { topics });
      expect(answer).toMatchObject({ errorCode: 0, errorMessage: null, topics: [] });
    }
    const all = await wire.call(listPartitionReassignments, 0, { topics: null });
    expect(all).toMatchObject({ errorCode: 0, errorMessage: null });
    expect(all.topics.filter((topic) => topic.name === name)).toEqual([]);
  });
});
