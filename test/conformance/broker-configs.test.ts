/** What brokers do otherwise where their configs say so. */
import { expect } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { batchOfSize } from "./batches.ts";
import { consumerOf } from "./classic-member.ts";
import { at } from "./group-offsets.ts";
import { Group, isPending, until } from "./group.ts";
import { fetchRequest, produceRequest, UNKNOWN_TOPIC_ID } from "./partition.ts";
import { servedVersions } from "./served-apis.ts";
import { conformanceWith } from "./suite.ts";

const MESSAGE_MAX_BYTES = 2000;
const REQUEST_MAX_BYTES = 100_000;
const SESSION_SLOTS = 8;
const [SESSION_MS, HEARTBEAT_MS] = [3000, 700];

const CONFIG = {
  "auto.create.topics.enable": "false",
  "delete.topic.enable": "false",
  "num.partitions": "3",
  "message.max.bytes": `${MESSAGE_MAX_BYTES}`,
  "socket.request.max.bytes": `${REQUEST_MAX_BYTES}`,
  "max.incremental.fetch.session.cache.slots": `${SESSION_SLOTS}`,
  "offset.metadata.max.bytes": "10",
  "offsets.topic.num.partitions": "5",
  "group.initial.rebalance.delay.ms": "1000",
  "group.consumer.assignors": "range",
  "group.consumer.migration.policy": "disabled",
  "group.consumer.min.session.timeout.ms": `${SESSION_MS}`,
  "group.consumer.session.timeout.ms": `${SESSION_MS}`,
  "group.consumer.min.heartbeat.interval.ms": `${HEARTBEAT_MS}`,
  "group.consumer.heartbeat.interval.ms": `${HEARTBEAT_MS}`,
  "offsets.retention.check.interval.ms": "500",
};

conformanceWith(CONFIG, "brokers with configs of their own", (test) => {
  test("[K13] where topics do not create themselves a missing one stays missing", async ({
    cluster,
  }) => {
    const wire = await cluster.wire();
    for (const version of servedVersions(metadata)) {
      const topics = [{ name: cluster.unusedName() }];
      for (let count = 0; count < 2; count++) {
        const answer = await wire.call(metadata, version, { topics });
        const errors = answer.topics.map(({ errorCode }) => errorName(errorCode));
        expect(errors).toEqual(["UNKNOWN_TOPIC_OR_PARTITION"]);
      }
    }
  });

  test("[K18] -1 is num.partitions", async ({ cluster }) => {
    const topic = { numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
    const topics = [{ name: cluster.unusedName(), ...topic }];
    const answer = await (await cluster.wire()).call(createTopics, 7, { topics });
    expect(answer.topics).toMatchObject([{ errorCode: 0, numPartitions: 3 }]);
    expect(await cluster.settled(topics[0]!.name)).toHaveLength(3);
  });

  test("[K66] where topics are not deleted none is, whether it is there or not", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const wire = await cluster.wire();
    for (const version of servedVersions(deleteTopics)) {
      const asked =
        version < 6
          ? { topicNames: [name, "none", "none"] }
          : {
              topics: [
                { name, topicId: ZERO_UUID },
                { name: null, topicId: UNKNOWN_TOPIC_ID },
                { name: null, topicId: ZERO_UUID },
              ],
            };
      const { responses } = await wire.call(deleteTopics, version, { ...asked, timeoutMs: 10_000 });
      const error = version < 3 ? "INVALID_REQUEST" : "TOPIC_DELETION_DISABLED";
      expect(responses.map(({ errorCode }) => errorName(errorCode))).toEqual(
        Array.from({ length: 3 }, () => error),
      );
    }
    expect((await cluster.metadata([name])).topics).toMatchObject([{ errorCode: 0, topicId }]);
  });

  test("[K22] message.max.bytes bounds the batches of topics that set no bound", async ({
    cluster,
  }) => {
    const bounded = await cluster.newPartition();
    expect((await bounded.produce(batchOfSize(MESSAGE_MAX_BYTES))).error).toBe("NONE");
    const larger = batchOfSize(MESSAGE_MAX_BYTES + 1);
    expect((await bounded.produce(larger)).error).toBe("MESSAGE_TOO_LARGE");
    const other = await cluster.newPartition({ "max.message.bytes": "10000" });
    expect((await other.produce(larger)).error).toBe("NONE");
  });

  test("[K63] socket.request.max.bytes bounds a frame", async ({ cluster }) => {
    const partition = await cluster.newPartition({ "max.message.bytes": "200000" });
    const wire = await cluster.openLeader(partition);
    const small = produceRequest([{ partition, records: batchOfSize(REQUEST_MAX_BYTES - 200) }]);
    const { responses } = await wire.call(produce, 12, small);
    expect(responses[0]!.partitionResponses).toMatchObject([{ errorCode: 0 }]);
    const large = produceRequest([{ partition, records: batchOfSize(REQUEST_MAX_BYTES) }]);
    wire.send(produce, 12, large);
    await wire.closed();
  });

  test("[K32] there are no more sessions than slots, and who gets none is answered without", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    await partition.produce(batchOfSize(100));
    const ids: number[] = [];
    for (let count = 0; count < 20 * SESSION_SLOTS; count++) {
      const request = fetchRequest([partition], { sessionId: 0, sessionEpoch: 0 });
      const { sessionId, errorCode, responses } = await partition.leader.wire.call(
        fetch,
        17,
        request,
      );
      expect([errorCode, responses[0]!.partitions[0]!.records!.length]).toEqual([0, 100]);
      if (sessionId !== 0) ids.push(sessionId);
    }
    expect(new Set(ids).size).toBe(SESSION_SLOTS);
    expect(ids).toHaveLength(SESSION_SLOTS);
    // One that ends leaves its place to another.
    const ending = fetchRequest([partition], { sessionId: ids[0]!, sessionEpoch: -1 });
    await partition.leader.wire.call(fetch, 17, ending);
    const beginning = fetchRequest([partition], { sessionId: 0, sessionEpoch: 0 });
    const begun = [];
    for (let count = 0; count < 20 * SESSION_SLOTS; count++) {
      begun.push((await partition.leader.wire.call(fetch, 17, beginning)).sessionId);
    }
    expect(begun.filter((id) => id !== 0)).toHaveLength(1);
    for (const sessionId of [...ids.slice(1), ...begun.filter((id) => id !== 0)]) {
      const closing = fetchRequest([partition], { sessionId, sessionEpoch: -1 });
      await partition.leader.wire.call(fetch, 17, closing);
    }
  });

  test("[K47] offset.metadata.max.bytes bounds what is committed with an offset", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const group = await Group.unused(cluster);
    const commit = (metadata: string) => group.commit([at(partition, 1, { metadata })]);
    expect(await commit("z".repeat(11))).toEqual(["OFFSET_METADATA_TOO_LARGE"]);
    expect(await commit("z".repeat(10))).toEqual(["NONE"]);
  });

  test("[K47] below version 5 an offset may be committed for a while, or for as long as the broker says", async ({
    cluster,
  }) => {
    const partition = await cluster.newPartition();
    const [brief, lasting] = [await Group.unused(cluster), await Group.unused(cluster)];
    for (const version of [2, 3, 4]) {
      const commit = (group: Group, retentionTimeMs: number) =>
        group.commit([at(partition, version)], { version, retentionTimeMs });
      expect(await commit(lasting, -1)).toEqual(["NONE"]);
      expect(await commit(brief, 1)).toEqual(["NONE"]);
      // With its last offset the group goes, which nobody else needs.
      await until(async () => (await brief.describe()).error === "GROUP_ID_NOT_FOUND");
      const kept = await lasting.fetchOffsets([partition]);
      expect(kept.offsets).toMatchObject([{ offset: version }]);
      const gone = await brief.fetchOffsets([partition]);
      expect(gone.offsets).toMatchObject([{ offset: -1 }]);
    }
  });

  test("[K14] there are as many partitions of groups as offsets.topic.num.partitions", async ({
    cluster,
  }) => {
    await Group.unused(cluster);
    expect(await cluster.settled("__consumer_offsets")).toHaveLength(5);
  });

  test("[K42] a group that begins waits for others to join, and then is one generation", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [first, second] = [await group.classicMember(), await group.classicMember()];
    const joined = first.join();
    expect(await isPending(joined)).toBe(true);
    const answers = await Promise.all([joined, second.join()]);
    expect(answers).toMatchObject([
      { error: "NONE", generationId: 1 },
      { error: "NONE", generationId: 1 },
    ]);
    expect(answers[0]!.members).toHaveLength(2);
  });

  test("[K50] members are told how often to send heartbeats, and who sends none is out", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    const joined = await member.join([]);
    expect(joined).toMatchObject({ error: "NONE", heartbeatIntervalMs: HEARTBEAT_MS });
    await until(async () => (await group.describeConsumer()).members.length === 0);
    expect((await member.beat()).error).toBe("UNKNOWN_MEMBER_ID");
    expect((await member.join([])).error).toBe("NONE");
  });

  test("[K50] an assignor that the broker does not have is unsupported", async ({ cluster }) => {
    const group = await Group.unused(cluster);
    const member = group.consumerMember();
    const refused = await member.join([], { serverAssignor: "uniform" });
    expect(refused).toMatchObject({ error: "UNSUPPORTED_ASSIGNOR" });
    expect(refused.errorMessage).toBe(
      "ServerAssignor uniform is not supported. Supported assignors: range.",
    );
    expect((await member.join([], { serverAssignor: "range" })).error).toBe("NONE");
    expect(await group.describeConsumer()).toMatchObject({ assignorName: "range" });
  });

  test("[K50] where groups do not migrate a consumer does not join classic members", async ({
    cluster,
  }) => {
    const group = await Group.unused(cluster);
    const [classic] = await group.stable(1, consumerOf([]));
    const refused = await group.consumerMember().join([]);
    expect(refused.error).toBe("GROUP_ID_NOT_FOUND");
    expect(await classic!.heartbeat()).toBe("NONE");
    await classic!.leave();
    expect((await group.consumerMember().join([])).error).toBe("NONE");
    expect(await group.describeConsumer()).toMatchObject({ error: "NONE" });
  });
});

conformanceWith(
  { "offsets.topic.replication.factor": "2" },
  "brokers without coordinators",
  (test) => {
    test("[K14] while there is no coordinator none is found", async ({ cluster }) => {
      const wire = await cluster.wire();
      for (const version of servedVersions(findCoordinator)) {
        const asked = version < 4 ? { key: "group" } : { coordinatorKeys: ["group", ""] };
        const answer = await wire.call(findCoordinator, version, asked);
        const found = version < 4 ? [answer] : answer.coordinators;
        for (const { errorCode, nodeId, host, port } of found) {
          expect(errorName(errorCode)).toBe("COORDINATOR_NOT_AVAILABLE");
          expect([nodeId, host, port]).toEqual([-1, "", -1]);
        }
      }
    });
  },
);
