/** What a server takes to begin with, and once it has worked. */
import { setTimeout as sleep } from "node:timers/promises";

import { produceByJava } from "../java-client.ts";
import type { Load } from "../load.ts";

const MEGABYTE = 2 ** 20;
const RECORD_SIZE = 1000;
/** Before each reading: what was begun comes to its end, what was freed is given back. */
const SETTLE_MS = 3000;

export const start: Load = {
  name: "start",
  description: "from the start of a server to the first acknowledged record",
  figures: [{ name: "to first ack", unit: "s", better: "lower", aims: { kafka: 0.3 } }],
  ofServer: true,
  run: ({ server }) => Promise.resolve({ "to first ack": server.startToFirstAckMs / 1000 }),
};

export const memory: Load = {
  name: "memory",
  description: "resident memory of a server, idle and after records of 1 KB",
  figures: [
    { name: "idle", unit: "MB", better: "lower", aims: { kafka: 0.4 } },
    { name: "after the load", unit: "MB", better: "lower", aims: { kafka: 0.4 } },
  ],
  ofServer: true,
  needsJava: true,
  async run(target, context) {
    await sleep(SETTLE_MS);
    const idle = target.server.residentBytes();
    const { topic } = await target.newTopic();
    const { memoryRecords: records } = context.sizes;
    await produceByJava(target, { topic, records, recordSize: RECORD_SIZE }, context);
    await sleep(SETTLE_MS);
    const after = target.server.residentBytes();
    return { idle: idle / MEGABYTE, "after the load": after / MEGABYTE };
  },
};
