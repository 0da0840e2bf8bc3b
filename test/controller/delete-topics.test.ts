/** DeleteTopics: who is refused and why, and who has to be told. */
import { describe, expect, test } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { activateReplica } from "../../src/controller/activation.ts";
import { TestCluster, topic } from "./test-cluster.ts";

const byName = (name: string) => ({ name, topicId: ZERO_UUID });
const byId = (topicId: string) => ({ name: null, topicId });
const UNKNOWN_ID = "AAAAAAAAAAAAAAAAAAAAAQ";

describe("a deletion", () => {
  test("[CTL10] is refused where deletion is disabled, before anything else is looked at", () => {
    const cluster = new TestCluster();
    cluster.created(topic("kept"));
    const asked = [byName("kept"), byName("unknown"), byId(ZERO_UUID)];
    const { response } = cluster.delete(asked, { "delete.topic.enable": "false" });
    expect(new Set(response.map(({ error }) => error))).toEqual(
      new Set(["TOPIC_DELETION_DISABLED"]),
    );
    expect(cluster.image.topicByName("kept")).toBeDefined();
  });

  test("[CTL10] of a topic that is not there is refused by what it was called", () => {
    const { response } = new TestCluster().delete([byName("nobody"), byId(UNKNOWN_ID)]);
    expect(response).toMatchObject([
      { name: null, topicId: UNKNOWN_ID, error: "UNKNOWN_TOPIC_ID" },
      { name: "nobody", topicId: ZERO_UUID, error: "UNKNOWN_TOPIC_OR_PARTITION" },
    ]);
  });

  test("[CTL10] with a name and an id, or with neither, is an invalid request", () => {
    const cluster = new TestCluster();
    const { name, topicId } = cluster.created(topic("kept"));
    const { response } = cluster.delete([{ name, topicId }, byId(ZERO_UUID)]);
    expect(response.map(({ error }) => error)).toEqual(["INVALID_REQUEST", "INVALID_REQUEST"]);
    expect(cluster.image.topicByName("kept")).toBeDefined();
  });

  test("[CTL10] of a topic that is meant twice is refused once, and the others are not", () => {
    const cluster = new TestCluster();
    const { topicId } = cluster.created(topic("twice"));
    cluster.created(topic("once"));
    const asked = [byName("twice"), byName("once"), byId(topicId)];
    expect(cluster.delete(asked).response).toMatchObject([
      { name: "twice", topicId, error: "INVALID_REQUEST" },
      { name: "once", error: null },
    ]);
    const again = [byName("twice"), byId(topicId), byName("twice"), byId(topicId)];
    expect(cluster.delete(again).response).toMatchObject([
      { name: "twice", topicId: ZERO_UUID, message: "Duplicate topic name." },
      { name: null, topicId, message: "Duplicate topic id." },
    ]);
    expect(cluster.image.topics().map(({ name }) => name)).toEqual(["twice"]);
  });

  test("[CTL11] frees the name and leaves nothing of the topic", () => {
    const cluster = new TestCluster();
    const configs = [{ name: "retention.ms", value: "1" }];
    const { topicId } = cluster.created(topic("a.b", { numPartitions: 4, configs }));
    const { response } = cluster.delete([byName("a.b")]);
    expect(response).toEqual([{ name: "a.b", topicId, error: null, message: null }]);
    const { image } = cluster;
    expect([image.topicById(topicId), image.topicByName("a.b")]).toEqual([undefined, undefined]);
    expect([image.partitions(topicId), image.topicConfigs(topicId)]).toEqual([[], {}]);
    cluster.created(topic("a_b"));
  });

  test("[CTL12] lists the activated replicas until each has confirmed", () => {
    const cluster = new TestCluster();
    const { image } = cluster;
    const { topicId } = cluster.created(topic("used", { numPartitions: 40 }));
    const keys = image.partitions(topicId).map(({ leader }, partition) => {
      return { topicId, partition, nodeId: leader };
    });
    const activated = keys.filter((_, index) => index % 2 === 0);
    for (const key of activated) cluster.take(activateReplica(image, key, "incarnation"));

    const { effects } = cluster.delete([byName("used")]);
    expect(effects.map((effect) => effect.type === "eraseReplica" && effect.replica)).toEqual(
      activated,
    );
    expect(image.replicasToErase(100)).toEqual(activated);
    const [first, ...others] = activated;
    cluster.take({
      records: [{ type: "ReplicaErased", ...first! }],
      response: null,
      effects: [],
    });
    expect(image.replicasToErase(100)).toEqual(others);
  });

  test("[CTL12] lists them in pages that pass over those that do not confirm", () => {
    const cluster = new TestCluster();
    const { image } = cluster;
    for (const name of ["one", "two", "three"]) {
      const { topicId } = cluster.created(topic(name, { numPartitions: 5 }));
      image.partitions(topicId).forEach(({ leader }, partition) => {
        const key = { topicId, partition, nodeId: leader };
        cluster.take(activateReplica(image, key, "incarnation"));
      });
      cluster.delete([byName(name)]);
    }
    const all = image.replicasToErase(100);
    expect(all).toHaveLength(15);
    const paged = [];
    for (let page = image.replicasToErase(4); page.length > 0;) {
      paged.push(...page);
      page = image.replicasToErase(4, page.at(-1));
    }
    expect(paged).toEqual(all);
  });

  test("[CTL12] tells nobody when no replica was ever touched", () => {
    const cluster = new TestCluster();
    cluster.created(topic("unused", { numPartitions: 10 }));
    expect(cluster.delete([byName("unused")]).effects).toEqual([]);
  });
});
