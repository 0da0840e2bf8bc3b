/** Produce requests of one record each, on one connection or many, one at a time or more. */
import { produceAtDepth } from "../../produce-depth.ts";
import type { Figure, Load } from "../load.ts";
import { SERVER_CPU, withServerCpu } from "../server-cpu.ts";

const RECORD_SIZE = 100;

export const singleRecords: readonly Load[] = [
  single(1, 1, { "kafka-flush": 1 }),
  single(1, 100, { kafka: 3, "kafka-flush": 12 }),
  single(10, 10, { "kafka-flush": 12 }),
  single(100, 1, { kafka: 0.8, "kafka-flush": 12 }),
  single(10, 100, { kafka: 0.8, "kafka-flush": 12 }),
];

function single(connections: number, depth: number, aims: Figure["aims"] & {}): Load {
  return {
    name: `single-${connections}x${depth}`,
    description:
      `requests of one record of ${RECORD_SIZE} B, acks=all: ` +
      `${counted(connections, "connection")}, ${depth} in flight on each`,
    figures: [
      { name: "rate", unit: "per s", better: "higher", aims },
      { name: "p50", unit: "ms", better: "lower" },
      { name: "p99", unit: "ms", better: "lower" },
      SERVER_CPU,
    ],
    async run(target, { sizes, signal }) {
      const to = await target.newTopic();
      const load = { ...to, connections, depth, size: RECORD_SIZE, seconds: sizes.seconds, signal };
      return withServerCpu(target.server, async () => {
        const { records, perSecond, p50Ms, p99Ms } = await produceAtDepth(load);
        return { records, figures: { rate: perSecond, p50: p50Ms, p99: p99Ms } };
      });
    },
  };
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
