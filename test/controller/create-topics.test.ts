/** CreateTopics: who is refused and why, and what comes of the others. */
import { describe, expect, test } from "vitest";

import { MAX_PARTITIONS_PER_REQUEST, type NewTopic } from "../../src/controller/create-topics.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { TestCluster, topic } from "./test-cluster.ts";

const configs = (entries: Record<string, string | null>) =>
  Object.entries(entries).map(([name, value]) => ({ name, value }));

const assigned = (...replicas: number[][]) =>
  replicas.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }));

/** What a request for this topic alone is answered with, in a cluster that has topic `taken`. */
function answerTo(asked: NewTopic): { error: ErrorName | null; message?: string } {
  const cluster = new TestCluster();
  cluster.created(topic("taken"));
  const stored = cluster.records.length;
  const [answer] = cluster.create([asked]);
  if (answer!.error !== null) expect(cluster.records).toHaveLength(stored);
  return answer!;
}

describe("a topic is refused", () => {
  const wrongConfig = configs({ "retention.ms": "soon" });
  const cases: [string, NewTopic, ErrorName][] = [
    ["without a name", topic(""), "INVALID_TOPIC_EXCEPTION"],
    ["named ..", topic(".."), "INVALID_TOPIC_EXCEPTION"],
    ["with a slash in its name", topic("a/b"), "INVALID_TOPIC_EXCEPTION"],
    ["with a name of 250 characters", topic("x".repeat(250)), "INVALID_TOPIC_EXCEPTION"],
    ["that exists", topic("taken", { configs: wrongConfig }), "TOPIC_ALREADY_EXISTS"],
    ["with an invalid config", topic("new", { configs: wrongConfig }), "INVALID_CONFIG"],
    ["with an unknown config", topic("new", { configs: configs({ x: "1" }) }), "INVALID_CONFIG"],
    ["with a null", topic("new", { configs: configs({ "retention.ms": null }) }), "INVALID_CONFIG"],
    ["with no partitions", topic("new", { numPartitions: 0 }), "INVALID_PARTITIONS"],
    ["with a negative number of them", topic("new", { numPartitions: -2 }), "INVALID_PARTITIONS"],
    ["with no replicas", topic("new", { replicationFactor: 0 }), "INVALID_REPLICATION_FACTOR"],
    [
      "with more replicas than brokers",
      topic("new", { replicationFactor: 4 }),
      "INVALID_REPLICATION_FACTOR",
    ],
  ];
  test.each(cases)("[CTL1] %s", (_, asked, error) => {
    expect(answerTo(asked).error).toBe(error);
  });

  test("[CTL1] for its config before its numbers", () => {
    const asked = topic("new", { configs: wrongConfig, numPartitions: 0, replicationFactor: 0 });
    expect(answerTo(asked).error).toBe("INVALID_CONFIG");
  });

  test("[CTL1] for its replication factor before its partitions", () => {
    const asked = topic("new", { numPartitions: 0, replicationFactor: 0 });
    expect(answerTo(asked).error).toBe("INVALID_REPLICATION_FACTOR");
  });

  test("[CTL1] when it is named twice, once and before all else, and the others are not", () => {
    const cluster = new TestCluster();
    const asked = [topic("twice"), topic("once"), topic("twice", { numPartitions: 0 })];
    const answers = cluster.create(asked);
    expect(answers.map(({ name, error }) => [name, error])).toEqual([
      ["twice", "INVALID_REQUEST"],
      ["once", null],
    ]);
    expect(cluster.image.topics().map(({ name }) => name)).toEqual(["once"]);
  });

  test("[CTL1] in Kafka's words", () => {
    expect(answerTo(topic("taken")).message).toBe("Topic 'taken' already exists.");
    const nobody = topic("new", { replicationFactor: 9 });
    expect(answerTo(nobody).message).toBe(
      "Unable to replicate the partition 9 time(s): The target replication factor of 9 cannot be " +
        "reached because only 3 broker(s) are registered or some brokers have all their log " +
        "directories cordoned.",
    );
  });

  test("[CTL2] when its name collides with a topic's", () => {
    const cluster = new TestCluster();
    cluster.created(topic("a.b_c"));
    for (const name of ["a_b_c", "a.b.c", "a_b.c"]) {
      expect(cluster.create([topic(name)])).toMatchObject([{ error: "INVALID_TOPIC_EXCEPTION" }]);
    }
    expect(cluster.create([topic("a.b-c")])).toMatchObject([{ error: null }]);
  });

  test("[CTL2] when its name collides with that of another new one", () => {
    const answers = new TestCluster().create([topic("a.b"), topic("a_b"), topic("ab")]);
    expect(answers.map(({ error }) => error)).toEqual([null, "INVALID_TOPIC_EXCEPTION", null]);
  });

  test("[CTL1] with the name of the controller's own log", () => {
    expect(answerTo(topic("__cluster_metadata"))).toMatchObject({
      error: "INVALID_REQUEST",
      message: "Creation of internal topic __cluster_metadata is prohibited.",
    });
  });

  test("[CTL5] with as many partitions as no request may ask for", () => {
    const error = "POLICY_VIOLATION";
    const partitions = "Excessively large number of partitions per request.";
    const records = "Unable to perform excessively large batch operation.";
    const most = MAX_PARTITIONS_PER_REQUEST - 1;
    expect(answerTo(topic("most", { numPartitions: most })).error).toBeNull();
    // With its own record, the topic is one too many.
    const full = answerTo(topic("full", { numPartitions: most + 1 }));
    expect(full).toMatchObject({ error, message: records });
    for (const numPartitions of [most + 2, 2_147_483_647]) {
      const more = answerTo(topic("more", { numPartitions }));
      expect(more).toMatchObject({ error, message: partitions });
    }
  });

  test("[CTL5] together with topics that have too many partitions with it", () => {
    const cluster = new TestCluster();
    const half = { numPartitions: MAX_PARTITIONS_PER_REQUEST / 2 };
    const answers = cluster.create([topic("a", half), topic("b"), topic("c", half)]);
    expect(answers.map(({ name, error }) => [name, error])).toEqual([
      ["a", "POLICY_VIOLATION"],
      ["b", "POLICY_VIOLATION"],
      ["c", "POLICY_VIOLATION"],
    ]);
    expect(cluster.create([topic("b")])).toMatchObject([{ error: null }]);
  });

  test("[CTL1] not for a value of a config that another one takes the place of", () => {
    const values = ["1.1", "0.5"].map((value) => ({ name: "min.cleanable.dirty.ratio", value }));
    const [answer] = new TestCluster().create([topic("new", { configs: values })]);
    expect(answer).toMatchObject({ error: null, configs: { "min.cleanable.dirty.ratio": "0.5" } });
    const turned = topic("other", { configs: values.toReversed() });
    expect(answerTo(turned).error).toBe("INVALID_CONFIG");
  });

  test("[CTL5] not for partitions of a topic that is named twice", () => {
    const many = topic("twice", { numPartitions: MAX_PARTITIONS_PER_REQUEST });
    const answers = new TestCluster().create([many, topic("once"), many]);
    expect(answers.map(({ name, error }) => [name, error])).toEqual([
      ["twice", "INVALID_REQUEST"],
      ["once", null],
    ]);
  });

  test("[CTL5] with more than one replica, and is told why", () => {
    const error = "INVALID_REPLICATION_FACTOR";
    const message = expect.stringContaining("ask for 1");
    expect(answerTo(topic("new", { replicationFactor: 2 }))).toMatchObject({ error, message });
    const assignments = assigned([1, 2]);
    expect(answerTo(topic("new", { assignments }))).toMatchObject({ error, message });
  });
});

describe("an assignment", () => {
  const invalid: [string, NewTopic["assignments"]][] = [
    ["with a gap", [{ partitionIndex: 1, brokerIds: [1] }]],
    ["with a negative partition", [{ partitionIndex: -1, brokerIds: [1] }]],
    ["of one partition twice", [...assigned([1]), ...assigned([2])]],
    ["without brokers", assigned([])],
    ["to an unknown broker", assigned([1], [7])],
    ["to one broker twice", assigned([1, 1])],
  ];
  test.each(invalid)("[CTL4] %s is refused", (_, assignments) => {
    expect(answerTo(topic("new", { assignments })).error).toBe("INVALID_REPLICA_ASSIGNMENT");
  });

  test("[CTL4] is followed, in whatever order it comes", () => {
    const cluster = new TestCluster();
    const assignments = assigned([3], [1], [3]).toReversed();
    const { topicId } = cluster.created(topic("placed", { assignments }));
    const leaders = cluster.image.partitions(topicId).map(({ leader }) => leader);
    expect(leaders).toEqual([3, 1, 3]);
  });

  test("[CTL3] excludes a number of partitions and a replication factor", () => {
    const assignments = assigned([1]);
    for (const number of [{ numPartitions: 1 }, { replicationFactor: 1 }]) {
      expect(answerTo(topic("new", { assignments, ...number })).error).toBe("INVALID_REQUEST");
    }
  });
});

describe("a new topic", () => {
  test("[CTL3] has the broker's number of partitions where it asks for -1", () => {
    const brokerConfigs = { "num.partitions": "7" };
    const [answer] = new TestCluster().create([topic("new")], { configs: brokerConfigs });
    expect(answer).toMatchObject({ error: null, partitionCount: 7, replicationFactor: 1 });
  });

  test("[CTL6] that is only validated is answered as if, and not stored", () => {
    const cluster = new TestCluster();
    const asked = [topic("new", { numPartitions: 5 }), topic("")];
    const stored = cluster.records.length;
    const validated = cluster.create(asked, { validateOnly: true });
    expect(validated.map(({ error }) => error)).toEqual([null, "INVALID_TOPIC_EXCEPTION"]);
    expect(validated[0]).toMatchObject({ partitionCount: 5, replicationFactor: 1 });
    expect(cluster.records).toHaveLength(stored);
  });

  test("[CTL7] begins with all replicas in sync, in the first epochs", () => {
    const cluster = new TestCluster();
    const asked = topic("new", { numPartitions: 2, configs: configs({ "retention.ms": "1000" }) });
    const { topicId } = cluster.created(asked);
    for (const { replicas, ...partition } of cluster.image.partitions(topicId)) {
      const leader = replicas[0];
      expect(partition).toEqual({ isr: replicas, leader, leaderEpoch: 0, partitionEpoch: 0 });
    }
    expect(cluster.image.topicConfigs(topicId)).toEqual({ "retention.ms": "1000" });
  });

  test("[CTL7] has an id of its own, and so has the next one of its name", () => {
    const cluster = new TestCluster();
    const ids = new Set<string>();
    for (let times = 0; times < 50; times++) {
      const { topicId } = cluster.created(topic("again"));
      ids.add(topicId);
      cluster.delete([{ name: null, topicId }]);
    }
    expect(ids.size).toBe(50);
  });
});

describe("leaders", () => {
  /** How many partitions each broker leads. */
  const led = ({ image }: TestCluster) => {
    const leaders = image.topics().flatMap(({ topicId }) => image.partitions(topicId));
    return Object.values(Object.groupBy(leaders, ({ leader }) => leader)).map((of) => of!.length);
  };

  test("[CTL8, B2] of 300 topics with one partition are spread evenly over 3 brokers", () => {
    const cluster = new TestCluster();
    for (let index = 0; index < 300; index++) cluster.created(topic(`t${index}`));
    expect(led(cluster)).toEqual([100, 100, 100]);
  });

  test("[CTL8] of topics that one request creates are spread evenly too", () => {
    const cluster = new TestCluster(5);
    const asked = Array.from({ length: 100 }, (_, i) => topic(`t${i}`, { numPartitions: 3 }));
    cluster.create(asked);
    expect(led(cluster)).toEqual([60, 60, 60, 60, 60]);
  });

  test("[CTL8] are not led astray by topics that were refused or deleted", () => {
    const cluster = new TestCluster();
    for (let index = 0; index < 30; index++) {
      cluster.create([topic(`t${index}`), topic(`bad/${index}`)]);
      cluster.create([topic(`only-validated-${index}`)], { validateOnly: true });
    }
    expect(led(cluster)).toEqual([10, 10, 10]);
  });
});
