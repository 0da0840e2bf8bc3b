/**
 * The programs that Kafka's own system tests start against every broker that they judge: what a
 * client of today may ask of it, and whether records are acknowledged, read and committed.
 */
import { afterAll, beforeAll, describe, expect } from "vitest";

import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";
import { javaTool, needsJavaTools, tryJavaTool } from "./java-tools.ts";

const BROKERS = 3;
const RECORDS = 5000;

/** What the compatibility test is to find, in Python's words; ACLs alone are not there. */
const SUPPORTED = {
  "offsets-for-times-supported": "True",
  "cluster-id-supported": "True",
  "expect-record-too-large-exception": "False",
  "num-cluster-nodes": `${BROKERS}`,
  "create-topics-supported": "True",
  "describe-acls-supported": "False",
  "describe-configs-supported": "True",
  "idempotent-producer-supported": "True",
} as const;

let odradek: Odradek;
beforeAll(async () => {
  odradek = await startOdradek({ brokers: BROKERS });
});
afterAll(() => odradek.stop());

describe("ClientCompatibilityTest", () => {
  needsJavaTools("[A1] finds all that it looks for", async () => {
    const flags = Object.entries(SUPPORTED).flatMap(([name, value]) => [`--${name}`, value]);
    const args = ["--topic", "compatible", ...flags];
    const { code, stdout } = await tryJavaTool(
      "client-compatibility-test",
      odradek.bootstrap,
      args,
    );
    expect(stdout).toBe("SUCCESS.\n");
    expect(code).toBe(0);
  });
});

describe("the verifiable producer and the verifiable consumer", () => {
  needsJavaTools("[P1, C3, C4] all is acknowledged, read once and committed", async () => {
    const records = ["--topic", "verifiable", "--max-messages", `${RECORDS}`];
    const producing = [...records, "--acks", "-1"];
    const produced = await javaTool("verifiable-producer", odradek.bootstrap, producing);
    expect(events(produced).at(-1)).toMatchObject({
      name: "tool_data",
      sent: RECORDS,
      acked: RECORDS,
    });
    for (const protocol of ["classic", "consumer"]) {
      const group = ["--group-id", `verifiable-${protocol}`, "--group-protocol", protocol];
      const args = [...records, ...group];
      const consumed = events(await javaTool("verifiable-consumer", odradek.bootstrap, args));
      const counts = consumed.flatMap(({ name, count }) =>
        name === "records_consumed" ? [count!] : [],
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(RECORDS);
      const commits = consumed.filter(({ name }) => name === "offsets_committed");
      expect(commits.every(({ success }) => success)).toBe(true);
      const offset = RECORDS;
      expect(commits.at(-1)!.offsets).toEqual([{ topic: "verifiable", partition: 0, offset }]);
    }
  });
});

interface VerifiableEvent {
  readonly name: string;
  readonly count?: number;
  readonly success?: boolean;
  readonly offsets?: readonly unknown[];
}

function events(output: string): VerifiableEvent[] {
  const lines = output.trim().split("\n");
  return lines.map((line) => JSON.parse(line) as VerifiableEvent);
}

describe("the performance tools", () => {
  needsJavaTools("[P1, C1] end-to-end latency: each record is read before the next", async () => {
    const load = ["--topic", "end-to-end", "--num-records", "500", "--record-size", "100"];
    const acks = ["--producer-acks", "all", "--num-headers", "2", "--record-header-key-size", "5"];
    const said = await javaTool("e2e-latency", odradek.bootstrap, [...load, ...acks]);
    expect(said).toMatch(/^Avg latency: \d+\.\d+ ms$/m);
    expect(said).toMatch(/^Percentiles: 50th = \d+, 99th = \d+, 99\.9th = \d+$/m);
  });

  needsJavaTools("[P1, C1] what one writes, the other reads whole", async () => {
    const records = 50_000;
    const topic = ["--topic", "measured", "--num-records", `${records}`];
    const load = ["--record-size", "100", "--throughput", "-1"];
    const acks = ["--command-property", "acks=all"];
    const { bootstrap } = odradek;
    const written = await javaTool("producer-perf-test", bootstrap, [...topic, ...load, ...acks]);
    expect(written).toContain(`${records} records sent, `);
    const read = await javaTool("consumer-perf-test", bootstrap, topic);
    const [header, values] = read.trim().split("\n").slice(-2);
    const column = header!.split(", ").indexOf("data.consumed.in.nMsg");
    expect(Number(values!.split(", ")[column])).toBe(records);
  });
});
