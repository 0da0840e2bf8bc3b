/**
 * `npm run oracle`: Apache Kafka itself on ports of its own, one broker or several, so that every
 * test of what a Kafka client may expect can be tried against the original.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { Command, InvalidArgumentError } from "commander";

import { startBroker } from "./broker-process.ts";
import type { BrokerProcess } from "./broker-process.ts";
import { KAFKA_VERSION, kafkaClassPath, oracleAvailable } from "./kafka-jars.ts";
import { brokerPort, controllerPort, HOST, nodeIds } from "./server-properties.ts";
import type { ClusterShape } from "./server-properties.ts";

export interface OracleOptions {
  /** Broker n listens on `port + n - 1`, its controller 100 above that. 19092 unless said. */
  port?: number | undefined;
  /** How many brokers, 1 to 9; each is a controller too. */
  brokers?: number | undefined;
  /** Keeps the data; without it they live in a temporary directory that `stop` removes. */
  data?: string | undefined;
  /** The size of each JVM's heap; `1G` unless said. */
  heap?: string | undefined;
  /** Overrides for `server.properties`. */
  config?: Readonly<Record<string, string>> | undefined;
  /** Gives the start up. */
  signal?: AbortSignal | undefined;
}

/** A running Kafka cluster. Whoever started it stops it; it also ends with this process. */
export interface Oracle {
  /** All brokers, as `bootstrap.servers` wants them. */
  bootstrap: string;
  /** `host:port` of each broker, in the order of their ids from 1. */
  brokers: string[];
  /** The process ids of the brokers' JVMs. */
  pids: number[];
  /** When the first JVM was started, by `performance.now()`. */
  startedAt: number;
  stop(): Promise<void>;
}

/** Starts Kafka and resolves once every broker answers. */
export async function startOracle(options: OracleOptions = {}): Promise<Oracle> {
  const { port = 19092, brokers: brokerCount = 1, heap = "1G", config = {}, signal } = options;
  const missing = oracleAvailable();
  if (missing !== null) throw new Error(missing);
  const cluster: ClusterShape = { port, brokerCount, config };
  await claimPorts(cluster);
  const classPath = await kafkaClassPath(signal);
  const dataDirectory = await newDataDirectory(options.data);

  const running: BrokerProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map((broker) => broker.stop()));
    if (options.data === undefined) await rm(dataDirectory, { recursive: true, force: true });
  };
  try {
    const node = { cluster, classPath, dataDirectory, heap, signal };
    for (const nodeId of nodeIds(cluster)) running.push(await startBroker(nodeId, node));
    await Promise.all(running.map((broker) => broker.answers()));
  } catch (error) {
    await stop();
    throw error;
  }
  const brokers = nodeIds(cluster).map((nodeId) => `${HOST}:${brokerPort(cluster, nodeId)}`);
  const pids = running.map(({ pid }) => pid!);
  const { startedAt } = running[0]!;
  return { bootstrap: brokers.join(","), brokers, pids, startedAt, stop };
}

/** Fails if a port is taken: the broker that answers there would not be the one we start. */
async function claimPorts(cluster: ClusterShape): Promise<void> {
  for (const nodeId of nodeIds(cluster)) {
    for (const port of [brokerPort(cluster, nodeId), controllerPort(cluster, nodeId)]) {
      const server = createServer();
      await new Promise<void>((free, taken) => {
        server.on("error", (error) =>
          taken(new Error(`Port ${port} is not free: ${error.message}.`)),
        );
        server.listen(port, HOST, free);
      });
      await new Promise((closed) => server.close(closed));
    }
  }
}

async function newDataDirectory(data: string | undefined): Promise<string> {
  if (data === undefined) return mkdtemp(join(tmpdir(), "odradek-oracle-"));
  await mkdir(data, { recursive: true });
  return resolve(data);
}

function oracleCommand(): Command {
  return new Command("npm run oracle --")
    .description("Run Apache Kafka, from Maven Central, until Ctrl-C.")
    .option("--port <port>", "of broker 1; broker n's is n - 1 above", upTo(65_000), 19092)
    .option("--brokers <count>", "how many brokers; each is a controller too", upTo(9), 1)
    .option("--data <directory>", "where its data is kept (default: nowhere)")
    .option("--heap <size>", "of each JVM", "1G")
    .option("--config <key=value>", "for its server.properties (repeatable)", collectConfig)
    .addHelpText("after", "\nExample:\n  npm run oracle -- --port 19092 --brokers 3");
}

function upTo(max: number) {
  return (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`It has to be a whole number from 1 to ${max}.`);
  };
}

function collectConfig(text: string, previous: Readonly<Record<string, string>> = {}) {
  const equals = text.indexOf("=");
  if (equals < 1) throw new InvalidArgumentError("A config looks like key=value.");
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) };
}

async function main(): Promise<void> {
  const options = oracleCommand().parse().opts<OracleOptions>();
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());
  const stopped = new Promise((asked) => stopping.signal.addEventListener("abort", asked));
  try {
    const oracle = await startOracle({ ...options, signal: stopping.signal });
    console.log(`Apache Kafka ${KAFKA_VERSION} is at ${oracle.bootstrap} (Ctrl-C stops it).`);
    await stopped;
    await oracle.stop();
  } catch (error) {
    if (stopping.signal.aborted) return;
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.main) await main();
