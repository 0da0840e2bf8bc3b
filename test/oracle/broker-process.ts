/**
 * One node of the oracle: a JVM with Kafka's broker and controller. It is formatted, started and
 * stopped as Kafka's own scripts do it, with the flags that those scripts give to the JVM.
 */
import { spawn } from "node:child_process";
import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { answersApiVersions } from "./api-versions-probe.ts";
import { run } from "./run.ts";
import { brokerPort, HOST, serverProperties } from "./server-properties.ts";
import type { ClusterShape } from "./server-properties.ts";

export interface NodeOptions {
  cluster: ClusterShape;
  classPath: string;
  /** Holds the node's properties, its own log (`broker-n.log`) and its topics (`broker-n`). */
  dataDirectory: string;
  /** The size of the JVM's heap, as in `-Xmx`. */
  heap: string;
  signal?: AbortSignal | undefined;
}

/** A running node. Whoever started it stops it; it also ends with this process. */
export interface BrokerProcess {
  readonly pid: number | undefined;
  /** When the JVM was started, by `performance.now()`; its storage had been formatted before. */
  readonly startedAt: number;
  /** Resolves once the broker answers; rejects if it ends before or takes too long. */
  answers(): Promise<void>;
  /** Asks the node to shut down, and kills it if it does not. */
  stop(): Promise<void>;
}

// One for every oracle, so that a data directory can be used again: 22 characters, as Kafka's are.
const CLUSTER_ID = "odradek-oracle-cluster";

const JVM_FLAGS = [
  "-server",
  "-XX:+UseG1GC",
  "-XX:MaxGCPauseMillis=20",
  "-XX:InitiatingHeapOccupancyPercent=35",
  "-XX:+ExplicitGCInvokesConcurrent",
  "-Djava.awt.headless=true",
  "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
];

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const PROBE_INTERVAL_MS = 100;

/** Formats the node's storage, unless it was before, and starts its JVM. */
export async function startBroker(nodeId: number, options: NodeOptions): Promise<BrokerProcess> {
  const { cluster, classPath, dataDirectory, heap, signal } = options;
  const name = `broker-${nodeId}`;
  const properties = join(dataDirectory, `${name}.properties`);
  const log = join(dataDirectory, `${name}.log`);
  await writeFile(properties, serverProperties(cluster, nodeId, join(dataDirectory, name)));
  await formatStorage(classPath, properties, signal);

  const heapFlags = [`-Xmx${heap}`, `-Xms${heap}`];
  const flags = [...heapFlags, ...JVM_FLAGS, "-cp", classPath];
  const logFile = await open(log, "w");
  const startedAt = performance.now();
  const jvm = spawn("java", [...flags, "kafka.Kafka", properties], {
    stdio: ["ignore", logFile.fd, logFile.fd],
  });
  await logFile.close();

  const killWithUs = () => jvm.kill("SIGKILL");
  process.on("exit", killWithUs);
  const ended = new Promise<unknown>((resolve) => {
    jvm.on("error", resolve);
    jvm.on("close", resolve);
  }).finally(() => process.off("exit", killWithUs));

  const hasEnded = () => jvm.pid === undefined || jvm.exitCode !== null || jvm.signalCode !== null;
  return {
    pid: jvm.pid,
    startedAt,
    async answers() {
      const deadline = Date.now() + START_TIMEOUT_MS;
      while (!(await answersApiVersions(HOST, brokerPort(cluster, nodeId)))) {
        signal?.throwIfAborted();
        const reason = hasEnded() ? "ended" : Date.now() > deadline ? "does not answer" : null;
        if (reason === null) await sleep(PROBE_INTERVAL_MS);
        else throw new Error(`Kafka's broker ${nodeId} ${reason}.\n${await lastWords(log)}`);
      }
    },
    async stop() {
      jvm.kill("SIGTERM");
      const patience = setTimeout(killWithUs, STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(patience);
    },
  };
}

async function formatStorage(
  classPath: string,
  properties: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const format = ["format", "--ignore-formatted", "-t", CLUSTER_ID, "-c", properties];
  const result = await run("java", ["-cp", classPath, "kafka.tools.StorageTool", ...format], {
    signal,
  });
  if (result.code === 0) return;
  throw new Error(`Kafka's storage tool failed:\n${result.stdout}${result.stderr}`);
}

/** The end of a node's log, without the lines of stack traces. */
async function lastWords(log: string): Promise<string> {
  const lines = (await readFile(log, "utf8")).split("\n");
  return lines
    .filter((line) => !/^\s+at /.test(line))
    .slice(-20)
    .join("\n");
}
