/** `odradek producer-perf-test`, which stands for kafka-producer-perf-test: writes and measures. */
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import * as zlib from "node:zlib";

import type { Command } from "commander";

import { Producer } from "../../client/producer/producer.ts";
import { installZlibCodecs } from "../../protocol/records/zlib-codecs.ts";
import { parseInteger, toolCommand, withCluster } from "../kafka-tool.ts";
import { metricsTable } from "../metrics-table.ts";
import { producerOptions } from "../producer-properties.ts";
import { UsageError } from "../usage-error.ts";
import type { PerfFlags } from "./options.ts";
import { deprecations, invalidPerfFlags, perfProperties } from "./options.ts";
import type { Payload } from "./payloads.ts";
import { ascendingNumbers, partsOfFile, randomLetters } from "./payloads.ts";
import { Stats } from "./stats.ts";

installZlibCodecs(zlib);

const REPORTING_INTERVAL_MS = 5_000;
/** After so many records, what has been gathered gets a chance to be sent. */
const RECORDS_AT_A_TIME = 500;
/** Shorter waits are saved up: no timer is that exact. */
const SHORTEST_SLEEP_MS = 2;

/** The command with its flags. */
export function command(): Command {
  return toolCommand({
    name: "producer-perf-test",
    tool: "kafka-producer-perf-test",
    description: "Write many records and measure how fast they are acknowledged.",
    examples: [
      "producer-perf-test --topic perf --num-records 1000000 --record-size 100 --throughput -1",
      "producer-perf-test --topic perf --num-records 10000 --payload-file lines.txt \\\n" +
        "    --throughput 1000 --command-property acks=1 linger.ms=0",
    ],
  })
    .requiredOption("--topic <topic>", "the topic to write to")
    .requiredOption("--num-records <count>", "how many records to write", parseInteger)
    .requiredOption("--throughput <rate>", "at most so many records a second; -1: no limit", Number)
    .option("--record-size <bytes>", "records of so many random letters", parseInteger)
    .option("--payload-file <file>", "records from a file, at random")
    .option("--payload-delimiter <text>", "what parts the records in the file", "\\n")
    .option("--payload-monotonic", "records that are rising numbers")
    .option("--warmup-records <count>", "also measure without the first so many", parseInteger, 0)
    .option(
      "--reporting-interval <ms>",
      "time between reports",
      parseInteger,
      REPORTING_INTERVAL_MS,
    )
    .option("--print-metrics", "print what the producer counted")
    .option("--command-property <pairs...>", "configs of the producer, as in linger.ms=10 acks=1")
    .option("--producer-props <pairs...>", "older name of --command-property")
    .option("--producer.config <file>", "older name of --command-config")
    .option("--transactional-id <id>", "not supported")
    .option("--transaction-duration-ms <ms>", "not supported", parseInteger)
    .action((_options, self: Command) => perfTest(self.opts<PerfFlags>()));
}

async function perfTest(flags: PerfFlags): Promise<void> {
  const invalid = invalidPerfFlags(flags);
  if (invalid !== null) throw new UsageError("producer-perf-test", invalid);
  for (const line of deprecations(flags)) console.log(line);
  const properties = perfProperties(flags);
  const payload = payloadOf(flags);
  await withCluster(flags, properties, async (cluster) => {
    const producer = new Producer(cluster, producerOptions(properties));
    await producer.ready(flags.topic);
    for (const stats of await produceAll(producer, flags, payload)) console.log(stats.totalLine());
    if (!flags.printMetrics) return;
    const clientId = properties.get("client.id")!;
    const table = metricsTable("producer-metrics", clientId, producer.metrics());
    for (const line of table) console.log(line);
  });
}

function payloadOf(flags: PerfFlags): Payload {
  const { recordSize, payloadFile, payloadDelimiter } = flags;
  if (recordSize !== undefined) return randomLetters(recordSize);
  if (payloadFile !== undefined) return partsOfFile(payloadFile, payloadDelimiter, console.log);
  return ascendingNumbers();
}

/**
 * Writes all records; resolves with what was measured: all, and the steady state if there is one.
 */
async function produceAll(
  producer: Producer,
  flags: PerfFlags,
  payload: Payload,
): Promise<Stats[]> {
  const { topic, numRecords, warmupRecords, throughput } = flags;
  if (warmupRecords > 0) {
    console.log(`Warmup first ${warmupRecords} records. Steady state results will print after the \
complete test summary.`);
  }
  const measured = [newStats(flags, numRecords, false)];
  const start = Date.now();
  for (let index = 0; index < numRecords; index++) {
    if (!producer.isReady(topic)) await producer.ready(topic);
    else if (index % RECORDS_AT_A_TIME === 0) await setImmediate();
    if (warmupRecords > 0 && index === warmupRecords) {
      measured[0]!.silence();
      measured.push(newStats(flags, numRecords - warmupRecords, true));
    }
    produceOne(producer, topic, payload(index), [...measured]);
    const early = start + (1000 * index) / throughput - Date.now();
    if (throughput > 0 && early >= SHORTEST_SLEEP_MS) await sleep(early);
  }
  await producer.flush();
  return measured;
}

function produceOne(
  producer: Producer,
  topic: string,
  value: Uint8Array,
  measured: readonly Stats[],
): void {
  const sentMs = Date.now();
  producer.enqueue({ topic, value }, (error) => {
    if (error !== null) return console.error(`${error.code}: ${error.message}`);
    const latencyMs = Date.now() - sentMs;
    for (const stats of measured) stats.record(latencyMs, value.length);
  });
}

function newStats(flags: PerfFlags, numRecords: number, isSteadyState: boolean): Stats {
  const reportingIntervalMs = flags.reportingInterval;
  return new Stats({
    numRecords,
    reportingIntervalMs,
    isSteadyState,
    now: Date.now,
    say: console.log,
  });
}
