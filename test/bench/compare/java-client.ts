/** Kafka's performance tools as client programs: they have to end well, and to do all of it. */
import { runTool } from "../../oracle/tool.ts";
import {
  type ConsumerFigures,
  type LatencyFigures,
  type ProducerFigures,
  readConsumerPerformance,
  readEndToEndLatency,
  readProducerPerformance,
} from "./java-output.ts";
import type { LoadContext } from "./load.ts";
import type { Target } from "./target.ts";

/** Far above what the slowest target needs. */
const TIMEOUT_MS = 30 * 60_000;

/** Records of one size for one topic. */
export interface Records {
  readonly topic: string;
  readonly records: number;
  readonly recordSize: number;
}

/** Produces as fast as it goes, with acks=all; the first records only warm up. */
export async function produceByJava(
  target: Target,
  { topic, records, recordSize }: Records,
  context: LoadContext,
  warmupRecords = 0,
): Promise<ProducerFigures> {
  const output = await runJava("producer-perf-test", target, context, {
    topic,
    "num-records": records,
    "record-size": recordSize,
    throughput: -1,
    "warmup-records": warmupRecords,
    "command-property": "acks=all",
  });
  const figures = readProducerPerformance(output);
  if (figures.records === records) return figures;
  throw new Error(`${figures.records} of ${records} records were acknowledged.`);
}

/** Consumes from the beginning until it has seen so many records. */
export async function consumeByJava(
  target: Target,
  { topic, records }: Omit<Records, "recordSize">,
  context: LoadContext,
): Promise<ConsumerFigures> {
  const flags = { topic, "num-records": records };
  const output = await runJava("consumer-perf-test", target, context, flags);
  const figures = readConsumerPerformance(output);
  if (figures.records >= records) return figures;
  throw new Error(`${figures.records} of ${records} records were consumed.`);
}

/** Sends record after record, each once the one before it has come back to a consumer. */
export async function endToEndLatency(
  target: Target,
  { topic, records, recordSize }: Records,
  context: LoadContext,
): Promise<LatencyFigures> {
  const output = await runJava("e2e-latency", target, context, {
    topic,
    "num-records": records,
    "record-size": recordSize,
    "producer-acks": "all",
  });
  return readEndToEndLatency(output);
}

async function runJava(
  tool: string,
  target: Target,
  { signal }: LoadContext,
  flags: Readonly<Record<string, string | number>>,
): Promise<string> {
  const all = { "bootstrap-server": target.server.bootstrap, ...flags };
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  const result = await runTool(tool, args, { timeoutMs: TIMEOUT_MS, signal });
  // A tool may report failed requests and still end with 0.
  if (result.code === 0 && !/Exception|ERROR/.test(result.stderr)) return result.stdout;
  throw new Error(`${tool} ended with ${result.code}: ${result.stdout}${result.stderr}`);
}
