/**
 * A Kafka Streams application: it makes topics of its own for what passes between its steps and for
 * the changes of its tables, divides its work in a group, and finds its tables again in Kafka.
 * `CLIENTS_TARGET=kafka` runs it against Apache Kafka.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect } from "vitest";

import { recordsIn } from "../conformance/batches.ts";
import { Cluster } from "../conformance/cluster.ts";
import { kafkaClassPath } from "../oracle/kafka-jars.ts";
import { SHORT_LIVED_JVM } from "../oracle/tool.ts";
import { needsJavaTools } from "./java-tools.ts";
import { odradekTool } from "./odradek-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { createTopic } from "./steady-producer.ts";
import { until } from "./until.ts";

const WORD_COUNT = join(import.meta.dirname, "programs/java/WordCount.java");
const PARTITIONS = 3;
const PATIENCE_MS = 300_000;
/** A JVM compiles the program, joins a group, makes topics, and is divided again. */
const COUNTING_MS = 120_000;
/** How a program that SIGTERM ends says so. */
const TERMINATED = 143;

let cluster: RestartableCluster;
beforeAll(async () => {
  cluster = await startCluster(IMPATIENT);
});
afterAll(() => cluster?.stop());

needsJavaTools(
  "[A1, C3] Kafka Streams counts words, and goes on from its changelog when all else is lost",
  async () => {
    await createTopic(cluster.bootstrap, "lines", PARTITIONS);
    await createTopic(cluster.bootstrap, "counts", PARTITIONS);
    const first = ["a log is a spool", "a spool of thread", "a thread of a log"];
    await count(first, counted(first));
    // Its tables were in a directory that is gone now; a second life begins where the first ended.
    const second = ["the thread of the spool", "a log"];
    await count(second, counted([...first, ...second]));
    const topics = await odradekTool("topics", cluster.bootstrap, ["--list", "--topic", "word.*"]);
    const application = "word-count-of-lines-counts";
    expect(topics).toBe(`${application}-changelog\n${application}-repartition\n`);
  },
  PATIENCE_MS,
);

/** Has the application count these lines until all counts are as they should be. */
async function count(lines: readonly string[], expected: Counts): Promise<void> {
  const { bootstrap } = cluster;
  const state = mkdtempSync(join(tmpdir(), "odradek-streams-"));
  const jvm = [...SHORT_LIVED_JVM, "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"];
  const args = [...jvm, "-cp", await kafkaClassPath(), WORD_COUNT];
  const application = spawn("java", [...args, bootstrap, "lines", "counts", state]);
  let said = "";
  for (const stream of [application.stdout, application.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  }
  const ended = once(application, "close");
  try {
    const input = lines.map((line) => `${line}\n`).join("");
    await odradekTool("console-producer", bootstrap, ["--topic", "lines"], input);
    let found: Counts = {};
    const isCounted = async () => {
      found = await lastCounts(bootstrap);
      return JSON.stringify(found) === JSON.stringify(expected);
    };
    const wanted = () => `the words are counted, but ${JSON.stringify(found)}. It said:\n${said}`;
    await until(wanted, isCounted, COUNTING_MS);
  } finally {
    application.kill("SIGTERM");
    const [code] = (await ended) as [number];
    rmSync(state, { recursive: true, force: true });
    expect(code, said).toBe(TERMINATED);
  }
}

/** How often each word was there, by the word. */
type Counts = Readonly<Record<string, number>>;

function counted(lines: readonly string[]): Counts {
  const words = lines.flatMap((line) => line.split(" "));
  const found = Map.groupBy(words, (word) => word);
  return sorted([...found].map(([word, all]) => [word, all.length]));
}

/** The newest count of each word. */
async function lastCounts(bootstrap: string): Promise<Counts> {
  const client = new Cluster(bootstrap);
  try {
    const partitions = await client.settled("counts");
    const fetched = await Promise.all(partitions.map((partition) => partition.fetch()));
    const records = fetched.flatMap((answer) => recordsIn(answer.records));
    const newest = new Map(
      records.map(({ key, value }) => {
        return [Buffer.from(key!).toString(), Number(Buffer.from(value!).readBigInt64BE())];
      }),
    );
    return sorted([...newest]);
  } finally {
    await client.close();
  }
}

function sorted(counts: readonly (readonly [string, number])[]): Counts {
  return Object.fromEntries(counts.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
