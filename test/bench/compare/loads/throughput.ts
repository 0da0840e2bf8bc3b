/** Many records in a row, by the Java clients: produced with acks=all, and consumed. */
import { consumeByJava, produceByJava } from "../java-client.ts";
import type { Load, LoadContext, Sizes } from "../load.ts";
import { SERVER_CPU, withServerCpu } from "../server-cpu.ts";
import type { FilledTopic, Target } from "../target.ts";

const [SMALL, LARGE] = [100, 1000];

const WARMUP_SHARE = 0.2;

export const throughput: readonly Load[] = [
  produce("produce-100", SMALL, "smallRecords"),
  produce("produce-1k", LARGE, "largeRecords"),
  consume("consume-100", SMALL, "smallRecords"),
  consume("consume-1k", LARGE, "largeRecords"),
];

function produce(name: string, recordSize: number, count: keyof Sizes): Load {
  return {
    name,
    description: `Kafka's ProducerPerformance, records of ${recordSize} B, acks=all`,
    figures: [
      {
        name: "throughput",
        unit: "MB/s",
        better: "higher",
        aims: { kafka: 1, "kafka-flush": 3 },
      },
      SERVER_CPU,
    ],
    needsJava: true,
    run(target, context) {
      const records = context.sizes[count];
      return withServerCpu(target.server, async () => {
        const { mbPerSecond } = await fill(target, recordSize, records, context);
        return { records, figures: { throughput: mbPerSecond } };
      });
    },
  };
}

function consume(name: string, recordSize: number, count: keyof Sizes): Load {
  return {
    name,
    description: `Kafka's ConsumerPerformance, records of ${recordSize} B`,
    figures: [
      { name: "throughput", unit: "MB/s", better: "higher", aims: { kafka: 0.8 } },
      SERVER_CPU,
    ],
    needsJava: true,
    async run(target, context) {
      const filled =
        target.filledWith(recordSize) ??
        (await fill(target, recordSize, context.sizes[count], context));
      return withServerCpu(target.server, async () => {
        const { records, mbPerSecond } = await consumeByJava(target, filled, context);
        return { records, figures: { throughput: mbPerSecond } };
      });
    },
  };
}

async function fill(
  target: Target,
  recordSize: number,
  records: number,
  context: LoadContext,
): Promise<FilledTopic & { mbPerSecond: number }> {
  const { topic } = await target.newTopic();
  const warmup = Math.round(records * WARMUP_SHARE);
  const load = { topic, records, recordSize };
  const { mbPerSecond } = await produceByJava(target, load, context, warmup);
  target.noteFilled(recordSize, { topic, records });
  return { topic, records, mbPerSecond };
}
