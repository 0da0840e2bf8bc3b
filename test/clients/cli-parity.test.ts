/**
 * The command line against the tools whose flags it takes: the same cluster, the same flags, the
 * same text. `CLIENTS_TARGET=kafka` runs all of it against Apache Kafka.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestContext } from "vitest";
import { afterAll, beforeAll, describe, expect } from "vitest";

import { needsJavaTools, tryJavaTool } from "./java-tools.ts";
import { odradekTool, startOdradekTool } from "./odradek-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import * as sideBySide from "./side-by-side.ts";
import { until } from "./until.ts";

const PARTITIONS = 3;
const RECORDS = 30;
/** `offsets.topic.num.partitions`, as it is unless configured. */
const OFFSETS_PARTITIONS = 50;
const FORMATTERS = "org.apache.kafka.tools.consumer";

let cluster: RestartableCluster;
let directory: string;
/** The names of the APIs that every broker serves. */
let served: Set<string>;
let member: ChildProcess;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "odradek-cli-"));
  cluster = await startCluster(IMPATIENT);
  const ours = (command: string, ...args: string[]) =>
    odradekTool(command, cluster.bootstrap, args);
  const versions = await ours("api-versions");
  served = new Set([...versions.matchAll(/\t(\w+)\(\d+\): \d/g)].map((match) => match[1]!));
  await ours("topics", "--create", "--topic", "orders", "--partitions", `${PARTITIONS}`);
  await ours("topics", "--create", "--topic", "audit", "--partitions", "1");
  const lines = Array.from({ length: RECORDS }, (_, index) => `h:${index}\tk${index}\tv${index}\n`);
  const keyed = ["--reader-property", "parse.key=true", "--reader-property", "parse.headers=true"];
  const produce = ["--topic", "orders", ...keyed];
  await odradekTool("console-producer", cluster.bootstrap, produce, lines.join(""));
  const read = ["--topic", "orders", "--from-beginning", "--max-messages", "20"];
  await ours("console-consumer", ...read, "--group", "read-some");
  const group = ["--group", "alive", "--command-property", "group.protocol=consumer"];
  const source = ["--topic", "orders", "--from-beginning"];
  member = startOdradekTool("console-consumer", cluster.bootstrap, [...source, ...group]);
  const describeAlive = ["--describe", "--group", "alive", "--members"];
  const state = () => ours("consumer-groups", ...describeAlive);
  let described = "";
  await until(
    () => `the member owns everything:\n${described}`,
    async () => (described = await state()).includes(` ${PARTITIONS} `),
  );
});

afterAll(async () => {
  member?.kill("SIGTERM");
  if (member) await once(member, "close");
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function expectSame(tool: string, ...args: string[]): Promise<string> {
  return sideBySide.expectSame(cluster.bootstrap, tool, args);
}

function expectSameOfTwins(
  tool: string,
  argsWith: (ending: string) => string[],
  input?: string,
): Promise<void> {
  return sideBySide.expectSameOfTwins(cluster.bootstrap, tool, argsWith, input);
}

/** Leaves a test out on a cluster that does not serve what it asks for. */
function needsApis({ skip }: TestContext, ...names: string[]): void {
  const missing = names.filter((name) => !served.has(name));
  skip(missing.length > 0, `the cluster does not serve ${missing.join(" and ")}`);
}

describe("topics:", () => {
  needsJavaTools("the list, and what stands in the way of a new one", async () => {
    await expectSame("topics", "--list");
    await expectSame("topics", "--create", "--topic", "orders");
  });

  needsJavaTools("the description of all of them", async (context) => {
    needsApis(context, "DescribeConfigs");
    await expectSame("topics", "--describe");
    await expectSame("topics", "--describe", "--topics-with-overrides");
  });

  needsJavaTools("the lives of two: created, grown, described and deleted", async () => {
    const topic = (ending: string) => ["--topic", `twin.1${ending}`];
    const configs = ["--config", "retention.ms=60000", "--config", "cleanup.policy=compact"];
    const create = (ending: string) => ["--create", ...topic(ending), "--partitions", "2"];
    await expectSameOfTwins("topics", (ending) => [...create(ending), ...configs]);
    await expectSameOfTwins("topics", (ending) => [...create(ending), "--if-not-exists"]);
    const grow = ["--partitions", "4", "--replica-assignment", "1,1,1,1"];
    await expectSameOfTwins("topics", (ending) => ["--alter", ...topic(ending), ...grow]);
    await expectSame("topics", "--describe", "--topic", "twin.*");
    await expectSameOfTwins("topics", (ending) => ["--delete", ...topic(ending)]);
    await expectSame("topics", "--list", "--exclude-internal");
  });

  needsJavaTools("more partitions", async (context) => {
    needsApis(context, "CreatePartitions");
    const alter = ["--alter", "--topic", "audit", "--partitions", "2"];
    await odradekTool("topics", cluster.bootstrap, alter);
    await expectSame("topics", ...alter);
  });
});

needsJavaTools("get-offsets: by pattern, with topics that do not exist left out", async () => {
  await expectSame("get-offsets", "--topic-partitions", "orders:0-2,aud.*,nope");
});

needsJavaTools("get-offsets: by all the times that have names", async () => {
  const times = ["earliest", "max-timestamp", "earliest-local", "latest-tiered", "-6"];
  for (const time of times) await expectSame("get-offsets", "--topic", "orders", "--time", time);
});

describe("consumer-groups:", () => {
  needsJavaTools("the list with states and types", async () => {
    await expectSame("consumer-groups", "--list", "--state", "--type");
  });

  needsJavaTools("offsets and lag of all groups", async () => {
    await expectSame("consumer-groups", "--describe", "--all-groups", "--verbose");
  });

  needsJavaTools("members and what they have", async () => {
    await expectSame("consumer-groups", "--describe", "--group", "alive", "--members", "--verbose");
  });

  needsJavaTools("state, and a group that does not exist", async () => {
    await expectSame("consumer-groups", "--describe", "--all-groups", "--state", "--verbose");
    await expectSame("consumer-groups", "--describe", "--group", "nope");
  });

  needsJavaTools("the ends of two: offsets reset and deleted, and then all of it", async () => {
    const group = (ending: string) => ["--group", `twin${ending}`];
    const reset = ["--reset-offsets", "--topic", "orders", "--to-latest", "--execute"];
    await expectSameOfTwins("consumer-groups", (ending) => [...reset, ...group(ending)]);
    const remove = ["--delete-offsets", "--topic", "orders:0", "--topic", "audit"];
    await expectSameOfTwins("consumer-groups", (ending) => [...remove, ...group(ending)]);
    await expectSameOfTwins("consumer-groups", (ending) => ["--delete", ...group(ending)]);
    await expectSameOfTwins("consumer-groups", (ending) => ["--delete", ...group(ending)]);
  });

  needsJavaTools("new offsets, as a table and as a file that is read again", async () => {
    const reset = ["--reset-offsets", "--group", "read-some", "--dry-run"];
    await expectSame("consumer-groups", ...reset, "--all-topics", "--shift-by", "-2");
    const exported = [...reset, "--topic", "orders:0,2", "--to-latest", "--export"];
    const csv = await odradekTool("consumer-groups", cluster.bootstrap, exported);
    const file = join(directory, "offsets.csv");
    writeFileSync(file, csv.trimEnd());
    await expectSame("consumer-groups", ...reset, "--from-file", file);
  });
});

describe("console tools:", () => {
  needsJavaTools("what one writes, the other reads with all that there is to it", async () => {
    const input = "a:1,b:NULL\tk\tv\nNULL\tNULL\tNULL\n";
    const format = ["parse.key=true", "parse.headers=true", "null.marker=NULL"];
    const produce = ["--topic", "audit", ...format.flatMap((each) => ["--reader-property", each])];
    await odradekTool("console-producer", cluster.bootstrap, [...produce, "--sync"], input);
    await tryJavaTool("console-producer", cluster.bootstrap, produce, input);
    const print = [
      "print.key",
      "print.headers",
      "print.partition",
      "print.offset",
      "print.timestamp",
    ];
    const properties = print.flatMap((each) => ["--formatter-property", `${each}=true`]);
    const consume = ["--topic", "audit", "--from-beginning", "--max-messages", "4"];
    await expectSame("console-consumer", ...consume, ...properties);
    const others = [
      "key.separator=:",
      "headers.separator=;",
      "null.literal=nil",
      "print.epoch=true",
    ];
    const more = others.flatMap((each) => ["--formatter-property", each]);
    await expectSame("console-consumer", ...consume, ...properties, ...more);
    const formatter = ["--formatter", `${FORMATTERS}.LoggingMessageFormatter`];
    await expectSame("console-consumer", ...consume, ...formatter);
  });

  needsJavaTools("some of a partition, and none of one that is not there", async () => {
    const three = ["--partition", "1", "--offset", "2", "--max-messages", "3"];
    const inOneLine = ["--formatter-property", "line.separator=%"];
    await expectSame("console-consumer", "--topic", "orders", ...three, ...inOneLine);
    const none = ["--partition", "9", "--offset", "earliest", "--timeout-ms", "2000"];
    await expectSame("console-consumer", "--topic", "orders", ...none);
  });

  needsJavaTools("the records of a group in __consumer_offsets, as JSON", async () => {
    const partition = offsetsPartitionOf("read-some");
    const log = ["--topic", "__consumer_offsets", "--partition", `${partition}`];
    const whole = [...log, "--offset", "earliest", "--timeout-ms", "15000"];
    const printed = ["OffsetsMessageFormatter", "GroupMetadataMessageFormatter"].map((formatter) =>
      expectSame("console-consumer", ...whole, "--formatter", `${FORMATTERS}.${formatter}`),
    );
    const [offsets, metadata] = await Promise.all(printed);
    expect(offsets).toContain('"group":"read-some","topic":"orders"');
    expect(metadata).toContain('"group":"read-some"}},"value":{"version":3');
  });
});

/** The partition that a group's coordinator writes to: by the hash of Java's strings. */
function offsetsPartitionOf(groupId: string): number {
  let hash = 0;
  for (const character of groupId) hash = (31 * hash + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % OFFSETS_PARTITIONS;
}

describe("records and their places:", () => {
  needsJavaTools("deleted ones, and how much is left where", async (context) => {
    needsApis(context, "DeleteRecords", "DescribeLogDirs");
    const file = join(directory, "delete.json");
    const partitions = [0, 1, 2].map((partition) => ({ topic: "orders", partition, offset: -1 }));
    writeFileSync(file, JSON.stringify({ partitions, version: 1 }));
    await expectSame("delete-records", "--offset-json-file", file);
    const earliest = ["--topic", "orders", "--time", "earliest"];
    const latest = ["--topic", "orders"];
    const [begin, end] = await Promise.all(
      [earliest, latest].map((args) => odradekTool("get-offsets", cluster.bootstrap, args)),
    );
    expect(begin).toBe(end);
    await expectSame("log-dirs", "--describe", "--topic-list", "audit");
  });

  needsJavaTools("deleted ones of two, as far as there are any", async (context) => {
    needsApis(context, "DeleteRecords");
    const write = (ending: string) => ["--topic", `cut${ending}`];
    await expectSameOfTwins("console-producer", write, "a\nb\nc\n");
    await expectSameOfTwins("delete-records", (ending) => {
      const file = join(directory, `delete${ending}.json`);
      const partitions = [{ topic: `cut${ending}`, partition: 0, offset: 2 }];
      writeFileSync(file, JSON.stringify({ partitions, version: 1 }));
      return ["--offset-json-file", file];
    });
    await expectSameOfTwins("get-offsets", (ending) => [...write(ending), "--time", "-2"]);
    const partitions = [{ topic: "audit", partition: 0, offset: 99_999 }];
    const file = join(directory, "out-of-range.json");
    writeFileSync(file, JSON.stringify({ partitions }));
    await expectSame("delete-records", "--offset-json-file", file);
  });

  needsJavaTools("configs, dynamic ones and all of them", async (context) => {
    needsApis(context, "DescribeConfigs", "IncrementalAlterConfigs");
    const alter = ["--alter", "--topic", "orders", "--add-config", "retention.ms=86400000"];
    await expectSame("configs", ...alter);
    await expectSame("configs", "--describe", "--topic", "orders");
    await expectSame(
      "configs",
      "--describe",
      "--entity-type",
      "brokers",
      "--entity-name",
      "1",
      "--all",
    );
  });
});

describe("configs of brokers and groups, while they run:", () => {
  const broker = ["--entity-type", "brokers", "--entity-name", "1"];
  const all = ["--entity-type", "brokers", "--entity-default"];
  const group = ["--entity-type", "groups", "--entity-name", "alive"];

  const takeBack = (entity: string[], names: string) =>
    odradekTool("configs", cluster.bootstrap, ["--alter", ...entity, "--delete-config", names]);

  needsJavaTools("set for all brokers, and for one", async () => {
    const retention = "log.retention.ms=600000";
    const configs = `${retention},log.cleanup.policy=[compact,delete]`;
    await expectSame("configs", "--alter", ...all, "--add-config", configs);
    const topic = await expectSame("configs", "--describe", "--topic", "audit", "--all");
    expect(topic).toContain(`DYNAMIC_DEFAULT_BROKER_CONFIG:${retention}`);
    await expectSame("configs", "--alter", ...broker, "--add-config", "log.retention.ms=700000");
    const brokers = await expectSame("configs", "--describe", "--entity-type", "brokers");
    expect(brokers).toContain(
      `DYNAMIC_BROKER_CONFIG:log.retention.ms=700000, DYNAMIC_DEFAULT_BROKER_CONFIG:${retention}`,
    );
    await takeBack(broker, "log.retention.ms");
    await takeBack(all, "log.retention.ms,log.cleanup.policy");
  });

  needsJavaTools("that cannot be changed", async () => {
    await expectSame("configs", "--alter", ...broker, "--add-config", "num.partitions=3");
  });

  needsJavaTools("of a group", async () => {
    const configs = "consumer.heartbeat.interval.ms=600,consumer.session.timeout.ms=5000";
    await expectSame("configs", "--alter", ...group, "--add-config", configs);
    const groups = await expectSame("configs", "--describe", "--entity-type", "groups");
    expect(groups).toContain("DYNAMIC_GROUP_CONFIG:consumer.session.timeout.ms=5000");
    await expectSame("configs", "--alter", ...group, "--add-config", "consumer.nothing=1");
    await takeBack(group, "consumer.heartbeat.interval.ms,consumer.session.timeout.ms");
  });
});

needsJavaTools("api-versions: what each broker serves", async () => {
  await expectSame("broker-api-versions");
});
