/**
 * What the command line says when something is wrong, against the tools whose flags it takes: the
 * same reason on the same stream, and the same exit code. `CLIENTS_TARGET=kafka` runs all of it
 * against Apache Kafka.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect } from "vitest";

import { needsJavaTools } from "./java-tools.ts";
import { odradekTool } from "./odradek-tools.ts";
import type { RestartableCluster } from "./restartable-cluster.ts";
import { IMPATIENT, startCluster } from "./restartable-cluster.ts";
import { expectSame, expectSameRefusal } from "./side-by-side.ts";

/** Files that say something wrong, by the names that command lines have for them. */
const FILES: Readonly<Record<string, string>> = {
  "{not json}": "orders 0 5",
  "{twice}": JSON.stringify({
    partitions: [5, 6].map((offset) => ({ topic: "orders", partition: 0, offset })),
  }),
  "{without partitions}": JSON.stringify({ version: 1 }),
  "{version 2}": JSON.stringify({ version: 2, partitions: [] }),
};

/** Command lines that a tool understands and that the cluster refuses: told on standard output. */
const REFUSED_BY_THE_CLUSTER: Readonly<Record<string, readonly string[]>> = {
  topics: [
    "--create --topic no,name",
    "--create --topic many --replication-factor 9",
    "--create --topic many --replication-factor 0",
    "--create --topic none --partitions 0",
    "--create --topic wrong --config nope=1",
    "--create --topic wrong --config retention.ms=long",
    "--create --topic wrong --config retention.ms",
    "--create --topic placed --replica-assignment 1,9",
    "--create --topic placed --replica-assignment 1:1",
    "--create --topic placed --replica-assignment 1:2,3",
    "--alter --topic orders --partitions 2",
    "--alter --topic orders --partitions 3",
    "--alter --topic orders --partitions 5 --replica-assignment 1,1,1,1",
    "--alter --topic nope --partitions 3",
    "--describe --topic nope",
    "--describe --topic-id nonsense",
    "--delete --topic nope",
  ],
  "consumer-groups": [
    "--describe --group nope --members",
    "--delete --group nope --group neither",
    "--delete-offsets --group nope --topic orders",
    "--delete-offsets --group known --topic nope",
    "--delete-offsets --group known --topic orders:9",
    "--reset-offsets --group known --topic orders:9 --to-offset 1 --dry-run",
    "--validate-regex (?=orders)",
  ],
};

/** Command lines that a tool does not take, or cannot do: told on the stream for errors. */
const REFUSED_BY_THE_TOOL: Readonly<Record<string, readonly string[]>> = {
  topics: [
    "",
    "--list --create",
    "--create",
    "--alter --topic orders",
    "--alter --topic orders --partitions 5 --config retention.ms=1",
    "--create --topic placed --partitions 1 --replica-assignment 1",
    "--list --partitions 3",
    "--delete --topic orders --if-not-exists",
    "--describe --if-exists",
    "--describe --under-replicated-partitions --topics-with-overrides",
  ],
  "consumer-groups": [
    "",
    "--describe",
    "--delete",
    "--list --group known",
    "--describe --group known --all-groups",
    "--describe --group known --state --members",
    "--reset-offsets --topic orders --to-earliest --dry-run",
    "--reset-offsets --group known --to-earliest --dry-run",
    "--reset-offsets --group known --topic orders --dry-run --execute",
    "--delete-offsets --group known",
  ],
  "get-offsets": [
    "--topic nope",
    "--topic orders --partitions 17",
    "--topic orders --time yesterday",
    "--topic orders --partitions 0,x",
    "--topic orders --topic-partitions orders:0",
  ],
  "delete-records": [
    "--offset-json-file {not json}",
    "--offset-json-file {twice}",
    "--offset-json-file {without partitions}",
    "--offset-json-file {version 2}",
  ],
  "log-dirs": ["", "--describe --broker-list 9", "--describe --broker-list x"],
  configs: [
    "",
    "--describe --alter",
    "--describe --topic orders --entity-type topics",
    "--describe --topic orders --entity-type brokers",
    "--describe --topic orders --entity-name audit",
    "--describe --broker first",
    "--alter --topic orders",
    "--alter --entity-type topics --add-config retention.ms=1",
    "--alter --add-config retention.ms=1",
    "--alter --topic orders --add-config retention.ms",
  ],
  "console-consumer": [
    "",
    "--topic orders --include orders",
    "--topic orders --offset 1",
    "--topic orders --partition 0 --offset first",
    "--topic orders --partition 0 --group known",
    "--topic orders --from-beginning --command-property auto.offset.reset=latest",
  ],
  "console-producer": [""],
};

let cluster: RestartableCluster;
let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "odradek-refusals-"));
  for (const [name, text] of Object.entries(FILES)) writeFileSync(pathOf(name), text);
  cluster = await startCluster(IMPATIENT);
  const orders = ["--topic", "orders"];
  await odradekTool("topics", cluster.bootstrap, ["--create", ...orders, "--partitions", "3"]);
  const commit = ["--reset-offsets", "--group", "known", ...orders, "--to-latest", "--execute"];
  await odradekTool("consumer-groups", cluster.bootstrap, commit);
});

afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
});

function pathOf(name: string): string {
  return join(directory, name.replaceAll(/\W/g, "-"));
}

function argumentsOf(line: string): string[] {
  const files = Object.keys(FILES).join("|").replaceAll(/[{}]/g, "\\$&");
  const words = line.match(new RegExp(`${files}|\\S+`, "g")) ?? [];
  return words.map((word) => (word in FILES ? pathOf(word) : word));
}

describe.each(Object.entries(REFUSED_BY_THE_CLUSTER))(
  "%s is refused by the cluster:",
  (tool, lines) => {
    for (const line of lines) {
      needsJavaTools(line, async () => {
        expect(await expectSame(cluster.bootstrap, tool, argumentsOf(line))).not.toBe("");
      });
    }
  },
);

describe.each(Object.entries(REFUSED_BY_THE_TOOL))("%s is not called like this:", (tool, lines) => {
  for (const line of lines) {
    needsJavaTools(line === "" ? "with nothing" : line, async () => {
      await expectSameRefusal(cluster.bootstrap, tool, argumentsOf(line));
    });
  }
});
