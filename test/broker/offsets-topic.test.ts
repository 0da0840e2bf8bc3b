/** `__consumer_offsets`: how it comes into being, and for whom. */
import { describe, expect, test } from "vitest";

import { metadataHandler } from "../../src/broker/handlers/03-metadata.ts";
import { findOffsetsTopic, OFFSETS_TOPIC, offsetsTopic } from "../../src/broker/offsets-topic.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { topic } from "../controller/test-cluster.ts";
import { groupCluster } from "./group-cluster.ts";

const CONFIGS = {
  "offsets.topic.num.partitions": "5",
  "offsets.topic.segment.bytes": "2097152",
  "num.partitions": "2",
};

/** A cluster whose controller counts what it is asked. */
function counting(configs: Readonly<Record<string, string>> = CONFIGS) {
  const { broker, cluster, ...rest } = groupCluster(configs);
  const { controller, config } = broker.ports;
  const calls: string[] = [];
  const counted = {
    describeCluster: (query: Parameters<typeof controller.describeCluster>[0]) => {
      calls.push("describeCluster");
      return controller.describeCluster(query);
    },
    createTopics: (...args: Parameters<typeof controller.createTopics>) => {
      calls.push("createTopics");
      return controller.createTopics(...args);
    },
  };
  return { ...rest, cluster, broker, controller: counted, config, calls };
}

/** Kafka's configs for the topic. */
const TOPIC_CONFIGS = {
  "cleanup.policy": "compact",
  "compression.type": "producer",
  "segment.bytes": "2097152",
};

describe("__consumer_offsets", () => {
  test("[BRK40] is made as Kafka makes it, for the first who needs it", async () => {
    const { controller, config, cluster } = counting();
    const made = await offsetsTopic(controller, config);
    expect(made).toMatchObject({ name: OFFSETS_TOPIC });
    const { topicId, partitionCount } = cluster.image.topicByName(OFFSETS_TOPIC)!;
    expect(partitionCount).toBe(5);
    expect(cluster.image.topicConfigs(topicId)).toEqual(TOPIC_CONFIGS);
    expect(await offsetsTopic(controller, config)).toEqual(made);
  });

  test("[BRK40] is made once for all who look at the same time, and found with one call later", async () => {
    const { controller, config, calls } = counting();
    const found = await Promise.all(
      Array.from({ length: 5 }, () => offsetsTopic(controller, config)),
    );
    expect(new Set(found).size).toBe(1);
    expect(calls).toEqual(["describeCluster", "createTopics", "describeCluster"]);
    calls.length = 0;
    await offsetsTopic(controller, config);
    expect(calls).toEqual(["describeCluster"]);
  });

  test("[BRK40] may be made by another broker in between", async () => {
    const { controller, config, cluster } = counting();
    const createTopics: typeof controller.createTopics = async (topics, validateOnly) => {
      cluster.created(topic(OFFSETS_TOPIC, { numPartitions: 7 }));
      return controller.createTopics(topics, validateOnly);
    };
    const found = await offsetsTopic({ ...controller, createTopics }, config);
    expect("partitions" in found && found.partitions).toHaveLength(7);
  });

  test("[BRK40] may be refused, and a broken call breaks the look; the next look begins anew", async () => {
    const tooMany = counting({ "offsets.topic.replication.factor": "4" });
    expect(await offsetsTopic(tooMany.controller, tooMany.config)).toMatchObject({
      error: "INVALID_REPLICATION_FACTOR",
    });
    const { controller, config } = counting();
    let isBroken = true;
    const breaking = {
      ...controller,
      createTopics: async (...args: Parameters<typeof controller.createTopics>) => {
        if (isBroken) throw new Error("broken");
        return controller.createTopics(...args);
      },
    };
    await expect(offsetsTopic(breaking, config)).rejects.toThrow("broken");
    isBroken = false;
    expect(await offsetsTopic(breaking, config)).toMatchObject({ name: OFFSETS_TOPIC });
  });

  test("[BRK40] is made in the same way when Metadata names it", async () => {
    const { call, cluster } = counting();
    const topics = [{ name: OFFSETS_TOPIC }, { name: "another" }];
    const answer = await call(metadataHandler, 9, { topics, allowAutoTopicCreation: true });
    expect(answer.topics.map(({ errorCode }) => errorCode)).toEqual([
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
      ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    ]);
    const made = cluster.image.topicByName(OFFSETS_TOPIC)!;
    expect(made.partitionCount).toBe(5);
    expect(cluster.image.topicConfigs(made.topicId)).toEqual(TOPIC_CONFIGS);
    const another = cluster.image.topicByName("another")!;
    expect(another.partitionCount).toBe(2);
    expect(cluster.image.topicConfigs(another.topicId)).toEqual({});
  });

  test("[BRK40] is not made by who only wants to know", async () => {
    const { controller, calls } = counting();
    expect(await findOffsetsTopic(controller)).toBeUndefined();
    expect(calls).toEqual(["describeCluster"]);
  });
});
