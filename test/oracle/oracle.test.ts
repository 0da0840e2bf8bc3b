/** The oracle itself: Apache Kafka starts, its tools talk to it, and nothing of it stays behind. */
import { connect } from "node:net";

import { describe, test } from "vitest";

import { oracleAvailable } from "./kafka-jars.ts";
import { startOracle } from "./start.ts";
import { toolMainClass } from "./tool-names.ts";
import { runTool } from "./tool.ts";

const PORT = 19500;
const missing = oracleAvailable();

describe("Apache Kafka as the oracle", () => {
  test("a tool goes by its script's name, with or without affixes, and by its class", ({
    expect,
  }) => {
    const names = ["topics", "kafka-topics", "kafka-topics.sh", "TopicCommand"];
    const classes = [...names, "org.apache.kafka.tools.TopicCommand"].map(toolMainClass);
    expect(new Set(classes)).toEqual(new Set(["org.apache.kafka.tools.TopicCommand"]));
  });

  test("an unknown tool is refused with the names of those that there are", ({ expect }) => {
    expect(() => toolMainClass("kafka-topic")).toThrow(/no tool named "kafka-topic"[^]* topics\n/);
    expect(() => toolMainClass("")).toThrow(/console-consumer/);
  });

  test("Kafka starts, its tools create, write and read a topic, and it stops", async ({
    expect,
    skip,
  }) => {
    if (missing !== null) skip(missing);
    const oracle = await startOracle({ port: PORT, config: { "num.partitions": "4" } });
    try {
      expect(oracle).toMatchObject({ bootstrap: `127.0.0.1:${PORT}`, brokers: [oracle.bootstrap] });
      await expect(startOracle({ port: PORT })).rejects.toThrow(`Port ${PORT}`);

      const server = ["--bootstrap-server", oracle.bootstrap];
      const created = await runTool("kafka-topics", [...server, "--create", "--topic", "odradek"]);
      expect(created).toMatchObject({ code: 0, stdout: "Created topic odradek.\n" });
      const again = await runTool("kafka-topics", [...server, "--create", "--topic", "odradek"]);
      expect(again.code).toBe(1);
      expect(again.stdout).toContain("Topic 'odradek' already exists.");
      const listed = await runTool("topics", [...server, "--list"]);
      expect(listed.stdout).toBe("odradek\n");

      const topic = [...server, "--topic", "odradek"];
      await runTool("console-producer", topic, { input: "one\n" });
      const offsets = await runTool("get-offsets", topic);
      expect(offsets.stdout.trim().split("\n")).toHaveLength(4);
      const read = await runTool("console-consumer", [
        ...topic,
        "--from-beginning",
        "--max-messages=1",
      ]);
      expect(read).toMatchObject({ code: 0, stdout: "one\n" });
    } finally {
      await oracle.stop();
    }
    await expect(opens(PORT)).resolves.toBe(false);
  }, 180_000);

  test("a broker that cannot start says why", async ({ expect, skip }) => {
    if (missing !== null) skip(missing);
    const config = { "log.retention.bytes": "plenty" };
    await expect(startOracle({ port: PORT, config })).rejects.toThrow("log.retention.bytes");
    const heap = "1K";
    await expect(startOracle({ port: PORT, heap })).rejects.toThrow("Too small");
  }, 60_000);
});

function opens(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("connect", () => (resolve(true), socket.destroy()));
  socket.on("error", () => resolve(false));
  return promise;
}
