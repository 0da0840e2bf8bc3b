/**
 * The servers that are compared, each started as its own people start it: Odradek as `npm start`
 * does, Kafka with the flags of its own scripts and one broker. Both on free ports, in directories
 * that go when they are stopped.
 */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";

import { startOracle } from "../../oracle/start.ts";
import { freePorts } from "../../support/free-ports.ts";
import { costOf, descendantsOf, residentBytes } from "../../support/processes.ts";
import { startServe } from "../../support/serve-process.ts";
import { firstAck } from "./first-ack.ts";
import type { Server, TargetName } from "./target.ts";

/** As `npm start` has them. */
const ODRADEK_BROKERS = 3;
const KAFKA_HEAP = "1G";
/** Kafka's controller listens this far above its broker. */
const CONTROLLER_PORT_OFFSET = 100;
/** Groups begin at once, as in the `server.properties` that Kafka ships; it costs waiting only. */
const BOTH_CONFIG = { "group.initial.rebalance.delay.ms": "0" };
/** Kafka as shipped has no authorizer, and the oracle's would cost time. */
const KAFKA_CONFIG = { ...BOTH_CONFIG, "authorizer.class.name": "" };

/** Where a server's data may be, and what gives its start up. */
export interface ServerOptions {
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Which server a target is on: Kafka has one for both kinds of topics. */
export type ServerName = "odradek" | "kafka";

export function serverOf(target: TargetName): ServerName {
  return target === "odradek" ? "odradek" : "kafka";
}

/** Starts a server; it has acknowledged a record when the promise resolves. */
export function startServer(name: ServerName, options: ServerOptions): Promise<Server> {
  return name === "odradek" ? startOdradek(options) : startKafka(options);
}

async function startOdradek({ directory, signal }: ServerOptions): Promise<Server> {
  const data = await mkdtemp(join(directory, "odradek-bench-"));
  const port = (await freePorts(ODRADEK_BROKERS + 1)) + 1;
  const flags = Object.entries(BOTH_CONFIG).flatMap(([key, value]) => [
    "--override",
    `${key}=${value}`,
  ]);
  const startedAt = performance.now();
  const server = await startServe({ data, port, brokers: ODRADEK_BROKERS, flags });
  const killWithUs = () => server.process.kill("SIGTERM");
  process.once("exit", killWithUs);
  const stop = async () => {
    if (server.process.exitCode === null && server.process.signalCode === null) await server.stop();
    process.off("exit", killWithUs);
    await rm(data, { recursive: true, force: true });
  };
  const over = once(server.process, "exit").then(() => {
    throw new Error(`Odradek has ended. It said:\n${server.said()}`);
  });
  const ports = Array.from({ length: ODRADEK_BROKERS }, (_, index) => port + index);
  const bootstrap = ports.map((each) => `127.0.0.1:${each}`).join(",");
  try {
    const ackedAt = await Promise.race([firstAck(bootstrap, signal), over]);
    over.catch(() => {}); // From here on, whoever talks to it notices.
    const pid = server.process.pid!;
    return {
      bootstrap,
      startToFirstAckMs: ackedAt - startedAt,
      ...usage(() => [pid, ...descendantsOf(pid)]),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startKafka({ directory, signal }: ServerOptions): Promise<Server> {
  const data = await mkdtemp(join(directory, "kafka-bench-"));
  const remove = () => rm(data, { recursive: true, force: true });
  const port = await freePorts(CONTROLLER_PORT_OFFSET + 1);
  const bootstrap = `127.0.0.1:${port}`;
  const starting = startOracle({ port, data, heap: KAFKA_HEAP, config: KAFKA_CONFIG, signal });
  const failed = new Promise<never>((_, reject) => void starting.catch(reject));
  try {
    // Asked from the start on, as Odradek is.
    const ackedAt = await Promise.race([firstAck(bootstrap, signal), failed]);
    const oracle = await starting;
    return {
      bootstrap,
      startToFirstAckMs: ackedAt - oracle.startedAt,
      ...usage(() => oracle.pids),
      stop: async () => {
        await oracle.stop();
        await remove();
      },
    };
  } catch (error) {
    await starting.then(
      (oracle) => oracle.stop(),
      () => {},
    );
    await remove();
    throw error;
  }
}

/** What all processes of a server use together. */
function usage(pids: () => readonly number[]): Pick<Server, "residentBytes" | "cpuMs"> {
  const sum = (of: (pid: number) => number) => pids().reduce((total, pid) => total + of(pid), 0);
  return { residentBytes: () => sum(residentBytes), cpuMs: () => sum((pid) => costOf(pid).cpuMs) };
}
