/**
 * A cluster that a test may stop and start again on the same data: Odradek, or Apache Kafka itself
 * where `CLIENTS_TARGET=kafka` asks for it, so that what the tests expect of Odradek's groups can
 * be tried against the original.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startOracle } from "../oracle/start.ts";
import { freePorts } from "../support/free-ports.ts";
import { startServe } from "../support/serve-process.ts";

/** A running cluster; its address stays the same for as long as there is one. */
export interface RestartableCluster {
  readonly bootstrap: string;
  /** Stops it as a person would, waits for its end, and starts it on what it has stored. */
  restart(): Promise<void>;
  /** Ends it and removes its directory. */
  stop(): Promise<void>;
}

/** Broker configs, by Kafka's names. */
export type BrokerConfigs = Readonly<Record<string, string>>;

interface Running {
  readonly bootstrap: string;
  stop(): Promise<unknown>;
}

const BROKERS = 3;
/** Kafka's brokers are JVMs, and one of them says as much as three what groups may expect. */
const KAFKA_BROKERS = 1;
const KAFKA_CONTROLLER_PORT_OFFSET = 100;

/** Timeouts that a test can wait for; a group is divided as soon as its first member comes. */
export const IMPATIENT: BrokerConfigs = {
  "group.initial.rebalance.delay.ms": "0",
  "group.min.session.timeout.ms": "1000",
  "group.consumer.min.session.timeout.ms": "1000",
  "group.consumer.session.timeout.ms": "4000",
  "group.consumer.min.heartbeat.interval.ms": "500",
  "group.consumer.heartbeat.interval.ms": "500",
};

/** Starts a cluster and waits until it answers. */
export async function startCluster(configs: BrokerConfigs): Promise<RestartableCluster> {
  const data = mkdtempSync(join(tmpdir(), "odradek-groups-"));
  const removeData = () => rmSync(data, { recursive: true, force: true });
  try {
    const start = await starterOf(data, configs);
    let running = await start();
    return {
      bootstrap: running.bootstrap,
      async restart() {
        await running.stop();
        running = await start();
      },
      async stop() {
        await running.stop();
        removeData();
      },
    };
  } catch (error) {
    removeData();
    throw error;
  }
}

/** What starts the cluster under test, again and again on the same ports. */
async function starterOf(data: string, configs: BrokerConfigs): Promise<() => Promise<Running>> {
  if (process.env["CLIENTS_TARGET"] === "kafka") {
    const port = await freePorts(KAFKA_BROKERS + KAFKA_CONTROLLER_PORT_OFFSET);
    const options = { port, brokers: KAFKA_BROKERS, data, heap: "512M", config: configs };
    return () => startOracle(options);
  }
  const port = (await freePorts(BROKERS + 1)) + 1;
  const flags = Object.entries(configs).flatMap((config) => ["--override", config.join("=")]);
  const addresses = Array.from({ length: BROKERS }, (_, index) => `127.0.0.1:${port + index}`);
  return async () => {
    const server = await startServe({ data, port, brokers: BROKERS, flags });
    try {
      await server.says("Ctrl-C stops it.");
    } catch (error) {
      await server.stop();
      throw error;
    }
    return { bootstrap: addresses.join(","), stop: () => server.stop() };
  };
}
