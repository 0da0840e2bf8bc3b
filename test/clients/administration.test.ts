/** How operators change and look at what is there: topics grow, logs are cut, sizes are told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Admin } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { NOW, sequenced } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { needs } from "../support/needs.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { javaTool, needsJavaTools, tryJavaTool } from "./java-tools.ts";
import { consumeByKcat, produceByKcat, runKcat } from "./kcat.ts";
import { newKafkajs, newKafkajsProducer } from "./writers.ts";

let odradek: Odradek;
let bootstrap: string;
let directory: string;
beforeAll(async () => {
  odradek = await startOdradek();
  ({ bootstrap } = odradek);
  directory = mkdtempSync(join(tmpdir(), "odradek-administration-"));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await odradek.stop();
});

/** Makes a topic, and its partition 0 hold these values, each a batch. */
async function newTopic(topic: string, values: readonly string[] = []): Promise<void> {
  const admin = newKafkajs(bootstrap).admin();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  const producer = newKafkajsProducer(bootstrap);
  await producer.connect();
  for (const value of values) await producer.send({ topic, messages: [{ value, partition: 0 }] });
  await producer.disconnect();
}

async function startOffset(topic: string): Promise<string> {
  return javaTool("get-offsets", bootstrap, ["--topic", topic, "--time", "-2"]);
}

describe("kafkajs", () => {
  test("[B1] adds partitions, and producers that knew the topic find them", async () => {
    await newTopic("grown-by-kafkajs", ["0"]);
    const admin = newKafkajs(bootstrap).admin({ retry: { retries: 2 } });
    await admin.connect();
    const grow = (count: number, assignments?: number[][]) =>
      admin.createPartitions({
        topicPartitions: [
          { topic: "grown-by-kafkajs", count, ...(assignments && { assignments }) },
        ],
      });
    await grow(3);
    await grow(4, [[2]]);
    await expect(grow(4)).rejects.toMatchObject({ type: "INVALID_PARTITIONS" });
    const [topic] = (await admin.fetchTopicMetadata({ topics: ["grown-by-kafkajs"] })).topics;
    const partitions = topic!.partitions.toSorted((a, b) => a.partitionId - b.partitionId);
    expect(partitions.map(({ partitionId }) => partitionId)).toEqual([0, 1, 2, 3]);
    expect(partitions[3]).toMatchObject({ leader: 2, replicas: [2] });
    const producer = newKafkajsProducer(bootstrap);
    await producer.connect();
    for (const partition of [3, 2, 1]) {
      const messages = [{ value: `${partition}`, partition }];
      expect(await producer.send({ topic: "grown-by-kafkajs", messages })).toMatchObject([
        { partition, baseOffset: "0", errorCode: 0 },
      ]);
    }
    await producer.disconnect();
    await admin.disconnect();
  });

  test("[L5] deletes records, and readers begin behind them", async () => {
    await newTopic("cut-by-kafkajs", ["a", "b", "c", "d"]);
    const admin = newKafkajs(bootstrap).admin({ retry: { retries: 1 } });
    await admin.connect();
    const topic = "cut-by-kafkajs";
    // It does not look for a leader that it does not know.
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "0", high: "4" }]);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "3" }] });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "3", high: "4" }]);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "-1" }] });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "4", high: "4" }]);
    await admin.disconnect();
  });
});

describe("@platformatic/kafka", () => {
  test("[B1, L5] adds partitions, deletes records and hears of sizes", async () => {
    await newTopic("by-platformatic", ["a", "b", "c", "d"]);
    const admin = new Admin({ clientId: "tests", bootstrapBrokers: bootstrap.split(",") });
    const name = "by-platformatic";
    await admin.createPartitions({ topics: [{ name, count: 6, assignments: null }] });
    const metadata = await admin.metadata({ topics: [name], forceUpdate: true });
    expect(metadata.topics.get(name)!.partitions).toHaveLength(6);
    const all = [{ name, partitions: [0, 1, 2, 3, 4, 5] }];
    const sizes = async () => {
      const brokers = await admin.describeLogDirs({ topics: all });
      const logs = brokers.flatMap(({ results }) => results.flatMap((result) => result.topics));
      const partitions = logs.flatMap((topic) => topic.partitions);
      return new Map(partitions.map((each) => [each.partitionIndex, Number(each.partitionSize)]));
    };
    const before = await sizes();
    expect(new Set(before.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect([before.get(0)! > 4 * 61, before.get(5)]).toEqual([true, 0]);
    const deleted = await admin.deleteRecords({
      topics: [{ name, partitions: [{ partition: 0, offset: -1n }] }],
    });
    expect(deleted).toMatchObject([{ name, partitions: [{ partition: 0, lowWatermark: 4n }] }]);
    expect((await sizes()).get(0)).toBe(0);
    await admin.close();
  });
});

describe("kcat", () => {
  needs("kcat")("[B1, L5] finds new partitions and the new start of a log", async () => {
    await newTopic("for-kcat", ["a", "b", "c"]);
    const admin = newKafkajs(bootstrap).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: "for-kcat", count: 5 }] });
    await produceByKcat(bootstrap, "for-kcat", "in the last\n", { partition: 4 });
    expect(await consumeByKcat(bootstrap, "for-kcat", 4)).toBe("in the last\n");
    const partitions = [{ partition: 0, offset: "2" }];
    await admin.deleteTopicRecords({ topic: "for-kcat", partitions });
    await admin.disconnect();
    expect(await consumeByKcat(bootstrap, "for-kcat")).toBe("c\n");
    // Who asks for what is gone is sent to where the log starts (auto.offset.reset).
    const from = ["-C", "-t", "for-kcat", "-p", "0", "-o", "0", "-e", "-q"];
    const earliest = ["-X", "topic.auto.offset.reset=earliest"];
    expect((await runKcat(bootstrap, [...from, ...earliest])).stdout).toBe("c\n");
  });
});

describe("Kafka's own tools", () => {
  needsJavaTools("[B1] kafka-topics --alter adds partitions, and says what is wrong", async () => {
    await newTopic("grown-by-tool");
    const alter = (...args: string[]) =>
      tryJavaTool("topics", bootstrap, ["--alter", "--topic", "grown-by-tool", ...args]);
    expect(await alter("--partitions", "3")).toMatchObject({ code: 0 });
    const assigned = ["--partitions", "4", "--replica-assignment", "1,2,3,3"];
    expect(await alter(...assigned)).toMatchObject({ code: 0 });
    const again = await alter("--partitions", "4");
    expect(again.code).toBe(1);
    expect(again.stdout).toContain("Topic already has 4 partition(s).");
    const ends = await javaTool("get-offsets", bootstrap, ["--topic", "grown-by-tool"]);
    expect(ends.trim().split("\n")).toHaveLength(4);
  });

  needsJavaTools("[L5] kafka-delete-records cuts logs, and says which it could not", async () => {
    await newTopic("cut-by-tool", ["a", "b", "c"]);
    const file = join(directory, "offsets.json");
    const deleteBelow = async (offset: number) => {
      const partitions = [{ topic: "cut-by-tool", partition: 0, offset }];
      writeFileSync(file, JSON.stringify({ version: 1, partitions }));
      return javaTool("delete-records", bootstrap, ["--offset-json-file", file]);
    };
    expect(await deleteBelow(2)).toContain("partition: cut-by-tool-0\tlow_watermark: 2");
    expect(await startOffset("cut-by-tool")).toBe("cut-by-tool:0:2\n");
    expect(await deleteBelow(9)).toContain("OffsetOutOfRangeException");
    expect(await deleteBelow(-1)).toContain("partition: cut-by-tool-0\tlow_watermark: 3");
    expect(await startOffset("cut-by-tool")).toBe("cut-by-tool:0:3\n");
  });

  needsJavaTools("kafka-log-dirs tells of every broker's logs", async () => {
    await newTopic("sized", ["a", "b", "c"]);
    const said = await javaTool("log-dirs", bootstrap, ["--describe", "--topic-list", "sized"]);
    const { brokers } = JSON.parse(said.trim().split("\n").at(-1)!) as {
      brokers: {
        broker: number;
        logDirs: { error: string | null; partitions: { partition: string; size: number }[] }[];
      }[];
    };
    expect(new Set(brokers.map(({ broker }) => broker))).toEqual(new Set([1, 2, 3]));
    const directories = brokers.flatMap(({ logDirs }) => logDirs);
    expect(directories.map(({ error }) => error)).toEqual([null, null, null]);
    const logs = directories.flatMap(({ partitions }) => partitions);
    expect(logs).toMatchObject([{ partition: "sized-0" }]);
    expect(logs[0]!.size).toBeGreaterThan(3 * 61);
  });

  needsJavaTools("[X3] kafka-transactions tells of a partition's producers", async () => {
    const cluster = new Cluster(bootstrap);
    await newTopic("produced");
    const [partition] = await cluster.settled("produced");
    await partition!.produce(sequenced([77, 3], 0, 5));
    await cluster.close();
    const of = ["--topic", "produced", "--partition", "0"];
    const { code, stdout } = await tryJavaTool("transactions", bootstrap, [
      "describe-producers",
      ...of,
    ]);
    expect(code).toBe(0);
    const [, producer] = stdout.trim().split("\n");
    expect(producer!.trim().split(/\s+/)).toEqual(["77", "3", "-1", "4", `${NOW}`, "None"]);
  });

  needsJavaTools("[B3] kafka-metadata-quorum tells who is controller", async () => {
    const status = await tryJavaTool("metadata-quorum", bootstrap, ["describe", "--status"]);
    expect(status).toMatchObject({ code: 0 });
    expect(status.stdout).toMatch(/^LeaderId: +1$/m);
    expect(status.stdout).toMatch(/^CurrentVoters: +\[\{"id": 1\}\]$/m);
    const args = ["describe", "--replication"];
    const replication = await tryJavaTool("metadata-quorum", bootstrap, args);
    expect(replication).toMatchObject({ code: 0 });
    expect(replication.stdout.trim().split("\n").at(-1)).toMatch(/^1\s.*\sLeader$/);
  });

  needsJavaTools("kafka-features tells what is supported, and updates nothing", async () => {
    const features = (...args: string[]) => tryJavaTool("features", bootstrap, args);
    const { code, stdout } = await features("describe");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Feature: group\.version\s.*FinalizedVersionLevel: 1\s/m);
    expect(stdout).toMatch(/^Feature: metadata\.version\s.*FinalizedVersionLevel: 4\.3-IV0\s/m);
    expect(stdout).not.toContain("transaction.version");
    expect(await features("upgrade", "--feature", "group.version=1")).toMatchObject({ code: 0 });
    const refused = await features("upgrade", "--feature", "transaction.version=2");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("does not support this feature");
  });

  needsJavaTools("[B4] kafka-reassign-partitions finds nothing under way", async () => {
    const said = await javaTool("reassign-partitions", bootstrap, ["--list"]);
    expect(said).toBe("No partition reassignments found.\n");
  });
});
