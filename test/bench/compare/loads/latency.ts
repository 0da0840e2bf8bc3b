/** How long a record takes from a producer to a consumer that waits for it. */
import { endToEndLatency } from "../java-client.ts";
import type { Load } from "../load.ts";
import { SERVER_CPU, withServerCpu } from "../server-cpu.ts";

const RECORD_SIZE = 100;

export const latency: Load = {
  name: "latency",
  description: `Kafka's EndToEndLatency, records of ${RECORD_SIZE} B one by one, acks=all`,
  figures: [
    { name: "mean", unit: "ms", better: "lower", aims: { kafka: 1.5, "kafka-flush": 1 } },
    { name: "p99", unit: "ms", better: "lower" },
    SERVER_CPU,
  ],
  needsJava: true,
  async run(target, context) {
    const { topic } = await target.newTopic();
    const records = context.sizes.latencyRecords;
    const load = { topic, records, recordSize: RECORD_SIZE };
    return withServerCpu(target.server, async () => {
      const { meanMs, p99Ms } = await endToEndLatency(target, load, context);
      return { records, figures: { mean: meanMs, p99: p99Ms } };
    });
  },
};
