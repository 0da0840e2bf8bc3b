/** Topics as admin clients of three projects see them, and what else tools ask of a cluster. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Admin } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { batchesIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { needs } from "../support/needs.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import {
  consumeByJava,
  javaTool,
  needsJavaTools,
  produceByJava,
  tryJavaTool,
} from "./java-tools.ts";
import { runKcat } from "./kcat.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

let odradek: Odradek;
let bootstrap: string;
beforeAll(async () => {
  odradek = await startOdradek();
  ({ bootstrap } = odradek);
});
afterAll(() => odradek.stop());

describe("kafkajs", () => {
  test("[B1] creates, lists, describes and deletes topics", async () => {
    const admin = newKafkajs(bootstrap).admin({ retry: { retries: 2 } });
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 2, 3]);
    expect([1, 2, 3]).toContain(controller);

    const replicaAssignment = [
      { partition: 0, replicas: [3] },
      { partition: 1, replicas: [1] },
    ];
    const configEntries = [{ name: "retention.ms", value: "60000" }];
    const assigned = { topic: "assigned", replicaAssignment, configEntries };
    const topics = [{ topic: "spread", numPartitions: 3 }, assigned];
    expect(await admin.createTopics({ topics })).toBe(true);
    expect(await admin.createTopics({ topics })).toBe(false);
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(["assigned", "spread"]));
    const described = await admin.fetchTopicMetadata({ topics: ["assigned", "spread"] });
    const leaders = described.topics.map(({ name, partitions }) => {
      const inOrder = partitions.toSorted((a, b) => a.partitionId - b.partitionId);
      return [name, inOrder.map(({ leader, replicas, isr }) => ({ leader, replicas, isr }))];
    });
    expect(Object.fromEntries(leaders)).toMatchObject({
      assigned: [3, 1].map((leader) => ({ leader, replicas: [leader], isr: [leader] })),
      spread: [{}, {}, {}],
    });

    await admin.deleteTopics({ topics: ["assigned", "spread"] });
    const left = await admin.listTopics();
    expect(left).not.toContain("assigned");
    expect(left).not.toContain("spread");
    const gone = admin.deleteTopics({ topics: ["spread"] });
    const cause = { type: "UNKNOWN_TOPIC_OR_PARTITION" };
    await expect(gone).rejects.toMatchObject({ cause });
    await admin.disconnect();
  });
});

describe("@platformatic/kafka", () => {
  test("[B1] creates, lists, describes and deletes topics", async () => {
    const admin = new Admin({ clientId: "tests", bootstrapBrokers: bootstrap.split(",") });
    const topics = ["one", "two"];
    const created = await admin.createTopics({ topics, partitions: 3, replicas: 1 });
    expect(created).toMatchObject(topics.map((name) => ({ name, partitions: 3, replicas: 1 })));
    const again = admin.createTopics({ topics, partitions: 3, replicas: 1 });
    await expect(again).rejects.toThrow();
    expect(await admin.listTopics()).toEqual(expect.arrayContaining(topics));

    const metadata = await admin.metadata({ topics: ["one"] });
    const { id, partitions } = metadata.topics.get("one")!;
    expect(id).toBe(created[0]!.id);
    expect(new Set(partitions.map(({ leader }) => leader))).toEqual(new Set([1, 2, 3]));
    expect(metadata.brokers.size).toBe(3);
    const latest = [{ partitionIndex: 0, timestamp: -1n }];
    const offsets = await admin.listOffsets({ topics: [{ name: "one", partitions: latest }] });
    expect(offsets).toMatchObject([{ name: "one", partitions: [{ offset: 0n }] }]);

    await admin.deleteTopics({ topics });
    expect(await admin.listTopics()).not.toEqual(expect.arrayContaining(["one"]));
    await admin.close();
  });
});

describe("Kafka's own tools", () => {
  needsJavaTools(
    "[B1] kafka-topics creates, lists and deletes, and says what is wrong",
    async () => {
      const topics = (...args: string[]) => tryJavaTool("topics", bootstrap, args);
      const create = ["--create", "--topic", "by-tool", "--partitions", "4"];
      const config = ["--config", "retention.ms=60000"];
      expect(await topics(...create, ...config)).toMatchObject({
        code: 0,
        stdout: "Created topic by-tool.\n",
      });
      const again = await topics(...create);
      expect(again).toMatchObject({ code: 1 });
      expect(again.stdout).toContain("Topic 'by-tool' already exists.");
      const list = await topics("--list");
      expect(list.stdout.split("\n")).toContain("by-tool");
      const replicated = await topics("--create", "--topic", "rf", "--replication-factor", "4");
      expect(replicated.code).toBe(1);
      expect(replicated.stderr).toContain("InvalidReplicationFactorException");
      expect(await topics("--delete", "--topic", "by-tool")).toMatchObject({ code: 0 });
      expect((await topics("--list")).stdout.split("\n")).not.toContain("by-tool");
    },
  );

  needsJavaTools("[C2] kafka-get-offsets finds the end, the start and a time", async () => {
    const now = Date.now();
    const producer = newKafkajsProducer(bootstrap);
    await producer.connect();
    for (const agoMs of [60_000, 40_000, 20_000]) {
      const messages = [{ value: `${agoMs} ms ago`, timestamp: `${now - agoMs}` }];
      await producer.send({ topic: "timed", messages });
    }
    await producer.disconnect();
    const offsetAt = (time: string) =>
      javaTool("get-offsets", bootstrap, ["--topic", "timed", "--time", time]);
    expect(await offsetAt("-1")).toBe("timed:0:3\n");
    expect(await offsetAt("-2")).toBe("timed:0:0\n");
    expect(await offsetAt(`${now - 40_000}`)).toBe("timed:0:1\n");
    expect(await offsetAt(`${now - 39_999}`)).toBe("timed:0:2\n");
  });

  needsJavaTools("[A1] kafka-broker-api-versions hears of each broker what it serves", async () => {
    const said = await javaTool("broker-api-versions", bootstrap, []);
    const brokers = [...said.matchAll(/^127\.0\.0\.1:(\d+) \(id: (\d+) rack: null/gm)];
    expect(Object.fromEntries(brokers.map(([, port, id]) => [id, Number(port)]))).toEqual(
      Object.fromEntries(odradek.ports.map((port, index) => [index + 1, port])),
    );
    expect(said.match(/\bProduce\(0\): 0 to 13 \[usable: 13\]/g)).toHaveLength(3);
  });

  needsJavaTools("[A1] kafka-cluster tells the id that the first start chose", async () => {
    const properties = readFileSync(join(odradek.dataDirectory, "meta.properties"), "utf8");
    const clusterId = /^cluster\.id=(.+)$/m.exec(properties)![1];
    const said = await javaTool("cluster cluster-id", bootstrap, []);
    expect(said).toBe(`Cluster ID: ${clusterId}\n`);
  });

  needsJavaTools("[P2] the console producer is idempotent, as it is by default", async () => {
    await produceByJava(bootstrap, "idempotent", "one\ntwo\nthree\n");
    expect(await consumeByJava(bootstrap, "idempotent", 3)).toBe("one\ntwo\nthree\n");
    const cluster = new Cluster(bootstrap);
    const [partition] = await cluster.settled("idempotent");
    const [batch] = batchesIn((await partition!.fetch()).records);
    await cluster.close();
    expect(batch!.producerId).toBeGreaterThanOrEqual(0);
    expect(batch).toMatchObject({ producerEpoch: 0, baseSequence: 0 });
  });
});

describe("kcat", () => {
  needs("kcat")("[B2] lists three brokers, each at its own port, and what they lead", async () => {
    const admin = newKafkajs(bootstrap).admin();
    await admin.createTopics({ topics: [{ topic: "listed", numPartitions: 3 }] });
    await admin.disconnect();
    const { code, stdout } = await runKcat(bootstrap, ["-L", "-J", "-t", "listed"]);
    expect(code).toBe(0);
    const { brokers, topics } = JSON.parse(stdout) as {
      brokers: { id: number; name: string }[];
      topics: { topic: string; partitions: { leader: number }[] }[];
    };
    expect(brokers.toSorted((a, b) => a.id - b.id)).toEqual(
      odradek.ports.map((port, index) => ({ id: index + 1, name: `127.0.0.1:${port}` })),
    );
    const [listed] = topics;
    const leaders = listed!.partitions.map(({ leader }) => leader);
    expect(new Set(leaders)).toEqual(new Set([1, 2, 3]));
  });
});
