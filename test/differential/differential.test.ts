/**
 * A few hundred sequences of requests at Apache Kafka and at Odradek, always the same ones. Many
 * more, and others, run by `npm run differential`.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { oracleAvailable } from "../oracle/kafka-jars.ts";
import { report } from "./report.ts";
import { runMany } from "./run-many.ts";
import { startServers } from "./servers.ts";
import type { Servers } from "./servers.ts";

const SEEDS = [1, 2, 3, 4, 5, 6];
const SEQUENCES_PER_SEED = 50;
const PARALLEL = 6;
const PATIENCE_MS = 300_000;

const leftOut = oracleAvailable();

describe("Apache Kafka and Odradek", () => {
  let servers: Servers | undefined;

  beforeAll(async () => {
    if (leftOut === null) servers = await startServers({});
  });
  afterAll(() => servers?.stop());

  test.for(SEEDS)(
    "[K68] give the same answers to the sequences of seed %i",
    { timeout: PATIENCE_MS },
    async (seed, { skip }) => {
      if (leftOut !== null) return skip(leftOut);
      const indexes = Array.from({ length: SEQUENCES_PER_SEED }, (_, index) => index);
      const { clusters } = servers!;
      const { sequences, findings } = await runMany({
        seed,
        indexes,
        parallel: PARALLEL,
        clusters,
      });
      expect(findings.map((finding) => report(seed, finding)).join("\n")).toBe("");
      expect(sequences).toBe(SEQUENCES_PER_SEED);
    },
  );
});
