/**
 * What a damaged request is answered, or not, is what Kafka makes of it: both get the same ones in
 * the same order. The seed is one in which no request is decided by how fast a server is.
 */
import { expect } from "vitest";

import { compare } from "../fuzz/compare.ts";
import { startOracle } from "../oracle/start.ts";
import { freePorts } from "../support/free-ports.ts";
import { startOdradek } from "../support/serve.ts";
import { needsJavaTools } from "./java-tools.ts";

const FRAMES = 500;
const SEED = 1;

/** What both are told, so that groups begin at once. */
const CONFIG = {
  "group.initial.rebalance.delay.ms": "0",
  "offsets.topic.num.partitions": "5",
  "offsets.topic.replication.factor": "1",
};
/** Kafka's controllers listen this far above its brokers. */
const CONTROLLER_PORT_OFFSET = 100;

needsJavaTools(
  "[S2] a malformed request is refused as Kafka refuses it",
  async () => {
    const odradek = await startOdradek({ brokers: 1, overrides: CONFIG });
    const port = await freePorts(1 + CONTROLLER_PORT_OFFSET);
    const oracle = await startOracle({ port, brokers: 1, heap: "512M", config: CONFIG });
    try {
      const addresses = { odradek: odradek.bootstrap, kafka: oracle.bootstrap };
      const comparison = await compare({ ...addresses, frames: FRAMES, seed: SEED });
      console.log(comparison);
      expect(comparison.differences).toEqual([]);
      expect(comparison.same).toBeGreaterThan(0.9 * FRAMES);
    } finally {
      await Promise.all([odradek.stop(), oracle.stop()]);
    }
  },
  180_000,
);
