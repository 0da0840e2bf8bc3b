/** ListOffsets, and OffsetForLeaderEpoch: where in the log a time or an epoch is. */
import { expect } from "vitest";

import { errorName } from "../../src/protocol/errors.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { offsetForLeaderEpoch } from "../../src/protocol/messages/23-offset-for-leader-epoch.ts";
import { COMPRESSION_TYPES } from "../../src/protocol/records/attributes.ts";
import { NOW, batch, batchAt } from "./batches.ts";
import {
  EARLIEST,
  EARLIEST_LOCAL,
  EARLIEST_PENDING_UPLOAD,
  LATEST,
  LATEST_TIERED,
  MAX_TIMESTAMP,
  Partition,
  READ_COMMITTED,
} from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

const NOWHERE = { error: "NONE", offset: -1, timestamp: -1 };

/** What is not a time, and the first version that knows it. */
const SPECIAL_TIMESTAMPS = [
  [MAX_TIMESTAMP, 7],
  [EARLIEST_LOCAL, 8],
  [LATEST_TIERED, 9],
  [EARLIEST_PENDING_UPLOAD, 11],
] as const;

conformance("ListOffsets", (test) => {
  test("[K37] finds the log's start and its end in every version", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b", "c"));
    const { leaderEpoch } = partition.leader;
    for (const version of servedVersions(listOffsets)) {
      const epoch = version < 4 ? -1 : leaderEpoch;
      const start = { error: "NONE", offset: 0, timestamp: -1, leaderEpoch: epoch };
      expect(await partition.listOffset(EARLIEST, { version })).toMatchObject(start);
      expect(await partition.listOffset(LATEST, { version })).toMatchObject({
        ...start,
        offset: 3,
      });
    }
  });

  test("[K37] an empty log starts and ends at 0", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (const timestamp of [EARLIEST, LATEST]) {
      const found = await partition.listOffset(timestamp);
      expect(found).toMatchObject({ error: "NONE", offset: 0, timestamp: -1 });
    }
  });

  test("[K37] without transactions the last stable offset is the high watermark", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    for (const version of servedVersions(listOffsets).slice(1)) {
      const committed = { version, isolationLevel: READ_COMMITTED };
      expect((await partition.listOffset(LATEST, committed)).offset).toBe(2);
    }
  });

  test("[K37] -3 is the first record of those with the largest timestamp", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    expect(await partition.listOffset(MAX_TIMESTAMP)).toMatchObject(NOWHERE);
    await partition.produce(batchAt([NOW - 5000, NOW - 1000, NOW - 3000]));
    const inside = { error: "NONE", offset: 1, timestamp: NOW - 1000 };
    expect(await partition.listOffset(MAX_TIMESTAMP)).toMatchObject(inside);
    await partition.produce(batchAt([NOW - 2000]));
    expect(await partition.listOffset(MAX_TIMESTAMP)).toMatchObject(inside);
    await partition.produce(batchAt([NOW, NOW]));
    await partition.produce(batchAt([NOW]));
    for (const version of [7, 11]) {
      const last = { error: "NONE", offset: 4, timestamp: NOW };
      expect(await partition.listOffset(MAX_TIMESTAMP, { version })).toMatchObject(last);
    }
  });

  test("[K37] without tiers, -4 is the log's start, and nothing is tiered or to be uploaded", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    const local = await partition.listOffset(EARLIEST_LOCAL);
    expect(local).toMatchObject({ error: "NONE", offset: 0, timestamp: -1 });
    expect(await partition.listOffset(LATEST_TIERED)).toMatchObject(NOWHERE);
    expect(await partition.listOffset(EARLIEST_PENDING_UPLOAD)).toMatchObject(NOWHERE);
  });

  test("[K37] a special timestamp that the version does not know is unsupported", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    for (const version of servedVersions(listOffsets)) {
      for (const [timestamp, firstVersion] of SPECIAL_TIMESTAMPS) {
        const { error, offset } = await partition.listOffset(timestamp, { version });
        expect(error).toBe(version < firstVersion ? "UNSUPPORTED_VERSION" : "NONE");
        if (version < firstVersion) expect(offset).toBe(-1);
      }
    }
    for (const timestamp of [-7, -1000]) {
      expect((await partition.listOffset(timestamp)).error).toBe("UNSUPPORTED_VERSION");
    }
  });

  test("[K37] a partition named twice is an invalid request, and answered once", async ({
    cluster,
  }) => {
    const { name, leader } = await cluster.newPartition();
    const partition = { partitionIndex: 0, timestamp: LATEST };
    const request = { replicaId: -1, topics: [{ name, partitions: [partition, partition] }] };
    for (const version of servedVersions(listOffsets)) {
      const { topics } = await leader.wire.call(listOffsets, version, request);
      const errors = topics.flatMap(({ partitions }) =>
        partitions.map(({ errorCode }) => errorName(errorCode)),
      );
      expect(errors).toEqual(["INVALID_REQUEST"]);
    }
  });

  test("[K38] a time finds the first record that is not older", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batchAt([NOW - 9000]));
    await partition.produce(batchAt([NOW - 8000, NOW - 7000, NOW - 7000]));
    await partition.produce(batchAt([NOW - 6000]));
    for (const version of servedVersions(listOffsets)) {
      for (const [time, offset, timestamp] of [
        [0, 0, NOW - 9000],
        [NOW - 9000, 0, NOW - 9000],
        [NOW - 8999, 1, NOW - 8000],
        [NOW - 7500, 2, NOW - 7000],
        [NOW - 7000, 2, NOW - 7000],
        [NOW - 6000, 4, NOW - 6000],
      ] as const) {
        const found = await partition.listOffset(time, { version });
        const leaderEpoch = version < 4 ? -1 : partition.leader.leaderEpoch;
        expect(found).toMatchObject({ error: "NONE", offset, timestamp, leaderEpoch });
      }
      expect(await partition.listOffset(NOW - 5999, { version })).toMatchObject(NOWHERE);
    }
  });

  test("[K38] times may go back, and the first offset still wins", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (const time of [3000, 9000, 1000, 8000, 5000]) {
      await partition.produce(batchAt([NOW - time]));
    }
    for (const [time, offset, found] of [
      [9000, 0, 3000],
      [3000, 0, 3000],
      [2999, 2, 1000],
      [1000, 2, 1000],
    ] as const) {
      const expected = { error: "NONE", offset, timestamp: NOW - found };
      expect(await partition.listOffset(NOW - time)).toMatchObject(expected);
    }
  });

  test("[K38] an empty log has no time in it", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    for (const time of [0, NOW]) expect(await partition.listOffset(time)).toMatchObject(NOWHERE);
  });

  test.for(COMPRESSION_TYPES)(
    "[K38] a time finds a record inside a batch (%s)",
    async (compression, { cluster }) => {
      const partition = await cluster.newPartition();
      const times = Array.from({ length: 50 }, (_, index) => NOW - 50_000 + 1000 * index);
      await partition.produce(batchAt([NOW - 90_000]));
      const { error } = await partition.produce(batchAt(times, { compression }));
      expect(error).toBe("NONE");
      for (const index of [0, 17, 49]) {
        const timestamp = times[index]!;
        const found = await partition.listOffset(timestamp - 500);
        expect(found).toMatchObject({ error: "NONE", offset: index + 1, timestamp });
      }
      const max = { error: "NONE", offset: 50, timestamp: times[49]! };
      expect(await partition.listOffset(MAX_TIMESTAMP)).toMatchObject(max);
    },
  );

  test("[K33] the leader's epoch is compared when the client knows one", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { leaderEpoch } = partition.leader;
    for (const version of servedVersions(listOffsets).filter((served) => served >= 4)) {
      for (const timestamp of [EARLIEST, LATEST, NOW]) {
        for (const [currentLeaderEpoch, error] of [
          [-1, "NONE"],
          [leaderEpoch, "NONE"],
          [-2, "FENCED_LEADER_EPOCH"],
          [leaderEpoch + 1, "UNKNOWN_LEADER_EPOCH"],
        ] as const) {
          const found = await partition.listOffset(timestamp, { version, currentLeaderEpoch });
          expect(found.error).toBe(error);
        }
      }
    }
  });

  test("[K17, K26] a partition that is not there is unknown, and one led elsewhere has another leader", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const { name, topicId, leader } = partition;
    const others = (await cluster.brokers()).filter(({ nodeId }) => nodeId !== leader.nodeId);
    for (const version of servedVersions(listOffsets)) {
      for (const absent of [
        new Partition({ name, topicId }, 1, leader),
        new Partition({ name: cluster.unusedName(), topicId }, 0, leader),
      ]) {
        const { error } = await absent.listOffset(LATEST, { version });
        expect(error).toBe("UNKNOWN_TOPIC_OR_PARTITION");
      }
      for (const { nodeId, wire } of others) {
        const elsewhere = new Partition({ name, topicId }, 0, { ...leader, nodeId, wire });
        const { error } = await elsewhere.listOffset(LATEST, { version });
        expect(error).toBe("NOT_LEADER_OR_FOLLOWER");
      }
    }
  });
});

conformance("OffsetForLeaderEpoch", (test) => {
  const ask = async (
    { name, index, leader }: Partition,
    epochs: { leaderEpoch: number; currentLeaderEpoch?: number },
    version: number,
  ) => {
    const topics = [{ topic: name, partitions: [{ partition: index, ...epochs }] }];
    const answer = await leader.wire.call(offsetForLeaderEpoch, version, { topics });
    const { errorCode, leaderEpoch, endOffset } = answer.topics[0]!.partitions[0]!;
    return [errorName(errorCode), leaderEpoch, endOffset];
  };

  test("[K34] the newest epoch ends where the log does", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { leaderEpoch } = partition.leader;
    for (const version of servedVersions(offsetForLeaderEpoch)) {
      expect(await ask(partition, { leaderEpoch }, version)).toEqual([
        "NONE",
        leaderEpoch,
        3 * (version - 2),
      ]);
      await partition.produce(batch("a", "b", "c"));
    }
  });

  test("[K34] whoever asks is told the same, client or replica", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a", "b"));
    const { name, leader } = partition;
    const topics = [
      { topic: name, partitions: [{ partition: 0, leaderEpoch: leader.leaderEpoch }] },
    ];
    for (const version of [3, 4]) {
      for (const replicaId of [-2, -1, leader.nodeId, 99]) {
        const answer = await leader.wire.call(offsetForLeaderEpoch, version, { replicaId, topics });
        const { errorCode, endOffset } = answer.topics[0]!.partitions[0]!;
        expect([errorName(errorCode), endOffset]).toEqual(["NONE", 2]);
      }
    }
  });

  test("[K34] an epoch that is yet to come has no end", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batch("a"));
    const future = { leaderEpoch: partition.leader.leaderEpoch + 1 };
    for (const version of servedVersions(offsetForLeaderEpoch)) {
      expect(await ask(partition, future, version)).toEqual(["NONE", -1, -1]);
      expect(await ask(partition, { leaderEpoch: -1 }, version)).toEqual(["NONE", -1, -1]);
    }
  });

  test("[K33] the leader's epoch is compared when the client knows one", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { leaderEpoch } = partition.leader;
    for (const version of servedVersions(offsetForLeaderEpoch)) {
      const known = { leaderEpoch, currentLeaderEpoch: leaderEpoch };
      expect(await ask(partition, known, version)).toEqual(["NONE", leaderEpoch, 0]);
      const unknown = { leaderEpoch, currentLeaderEpoch: leaderEpoch + 1 };
      expect(await ask(partition, unknown, version)).toEqual(["UNKNOWN_LEADER_EPOCH", -1, -1]);
      const fenced = { leaderEpoch, currentLeaderEpoch: -2 };
      expect(await ask(partition, fenced, version)).toEqual(["FENCED_LEADER_EPOCH", -1, -1]);
    }
  });

  test("[K26] a broker that does not lead the partition says so", async ({ cluster }) => {
    const { name, topicId, leader } = await cluster.newPartition();
    const others = (await cluster.brokers()).filter(({ nodeId }) => nodeId !== leader.nodeId);
    for (const { nodeId, wire } of others) {
      const elsewhere = new Partition({ name, topicId }, 0, { ...leader, nodeId, wire });
      for (const version of servedVersions(offsetForLeaderEpoch)) {
        const refused = ["NOT_LEADER_OR_FOLLOWER", -1, -1];
        expect(await ask(elsewhere, { leaderEpoch: 0 }, version)).toEqual(refused);
      }
    }
  });

  test("[K17] a partition that is not there is unknown", async ({ cluster }) => {
    const { name, topicId, leader } = await cluster.newPartition();
    for (const version of servedVersions(offsetForLeaderEpoch)) {
      for (const absent of [
        new Partition({ name, topicId }, 1, leader),
        new Partition({ name: cluster.unusedName(), topicId }, 0, leader),
      ]) {
        const unknown = ["UNKNOWN_TOPIC_OR_PARTITION", -1, -1];
        expect(await ask(absent, { leaderEpoch: 0 }, version)).toEqual(unknown);
      }
    }
  });
});
