/**
 * Who writes and who reads: a text of 100,000 lines goes in by each client with each compression it
 * knows, and comes out as it was by each client that reads without a group.
 */
import { afterAll, beforeAll, describe, expect } from "vitest";

import type { CompressionType } from "../../src/protocol/records/attributes.ts";
import { needs } from "../support/needs.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { consumeByJava, javaTool, needsJavaTools, produceByJava } from "./java-tools.ts";
import { consumeByKcat, runKcat } from "./kcat.ts";
import { asText, firstDifference, realLines } from "./real-text.ts";
import { compressionsOf, storedBatches } from "./stored-batches.ts";
import type { Writer } from "./writers.ts";
import { newKafkajs, WRITERS } from "./writers.ts";

const PARTITIONS = 6;
const lines = realLines();
const text = asText(lines);

let odradek: Odradek;
beforeAll(async () => {
  odradek = await startOdradek();
});
afterAll(() => odradek.stop());

describe.each(WRITERS)("$name", (writer) => {
  const written = new Map<CompressionType, Promise<string>>();
  /** The topic with the text, which is written when a test first asks for it. */
  const topicWith = (compression: CompressionType): Promise<string> => {
    const topic = written.get(compression) ?? write(writer, compression);
    written.set(compression, topic);
    return topic;
  };
  const declare = writer.needs.includes("java") ? needsJavaTools : needs(...writer.needs);

  for (const compression of writer.compressions) {
    declare(`[P3] its batches are stored as sent: ${compression}`, async () => {
      const stored = await storedBatches(odradek.bootstrap, await topicWith(compression));
      expect([...compressionsOf(stored)]).toEqual([compression]);
    });

    needs("kcat", ...writer.needs)(`[A1, P3] kcat reads it: ${compression}`, async () => {
      const read = await consumeByKcat(odradek.bootstrap, await topicWith(compression));
      expect(firstDifference(read, text)).toBeNull();
    });
  }

  needsJavaTools("[A1, P3] the Java console consumer reads all of them", async () => {
    const found = writer.compressions.map(async (compression) => {
      const topic = await topicWith(compression);
      const read = await consumeByJava(odradek.bootstrap, topic, lines.length);
      return [compression, firstDifference(read, text)] as const;
    });
    const differences = Object.fromEntries(await Promise.all(found));
    const none = writer.compressions.map((compression) => [compression, null]);
    expect(differences).toEqual(Object.fromEntries(none));
  });
});

describe("a topic of several partitions", () => {
  const numbered = lines.map((line, index) => `${index}\t${line}`);

  needs("kcat")("[A1, B2] kcat spreads the text by key and reads it back whole", async () => {
    await createSpread("spread-by-kcat");
    const to = ["-P", "-t", "spread-by-kcat", "-K", "\t"];
    const produced = await runKcat(odradek.bootstrap, to, { input: asText(numbered) });
    expect(produced).toMatchObject({ code: 0, stderr: "" });
    await expectSpread("spread-by-kcat");
  });

  needsJavaTools("[A1, B2] the Java producer spreads it and it is read back whole", async () => {
    await createSpread("spread-by-java");
    await produceByJava(odradek.bootstrap, "spread-by-java", asText(numbered), [
      "--reader-property",
      "parse.key=true",
    ]);
    const offsets = await javaTool("get-offsets", odradek.bootstrap, ["--topic", "spread-by-java"]);
    const counts = offsets
      .trim()
      .split("\n")
      .map((line) => Number(line.split(":")[2]));
    expect(counts.reduce((sum, count) => sum + count)).toBe(lines.length);
    await expectSpread("spread-by-java");
  });

  async function createSpread(topic: string): Promise<void> {
    const admin = newKafkajs(odradek.bootstrap).admin();
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }] });
    await admin.disconnect();
  }

  /** Every partition has its share, in the order of writing, and together they are the text. */
  async function expectSpread(topic: string): Promise<void> {
    const from = ["-C", "-t", topic, "-o", "beginning", "-e", "-q", "-f", "%p\t%k\t%s\n"];
    const { stdout } = await runKcat(odradek.bootstrap, from);
    const shares = Array.from({ length: PARTITIONS }, () => [] as number[]);
    const read: string[] = [];
    for (const [, partition, key, value] of stdout.matchAll(/^(\d)\t(\d+)\t(.*)$/gm)) {
      shares[Number(partition)]!.push(Number(key));
      read[Number(key)] = value!;
    }
    for (const share of shares) {
      expect(share.length).toBeGreaterThan(lines.length / PARTITIONS / 2);
      expect(share.every((key, index) => index === 0 || key > share[index - 1]!)).toBe(true);
    }
    expect(firstDifference(asText(read), text)).toBeNull();
  }
});

async function write(writer: Writer, compression: CompressionType): Promise<string> {
  const topic = `${writer.name.replace(/\W+/g, "-")}-${compression}`.replace(/^-/, "");
  await writer.write({ bootstrap: odradek.bootstrap, topic, lines, compression });
  return topic;
}
