import { setTimeout as sleep } from "node:timers/promises";

/** The two clusters: started for a run, or already running somewhere. Each has one broker. */
import type { Api } from "../../src/protocol/api.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { Wire } from "../conformance/wire.ts";
import { startOracle } from "../oracle/start.ts";
import { freePorts } from "../support/free-ports.ts";
import { startOdradek } from "../support/serve.ts";
import type { Clusters } from "./run-sequence.ts";

/**
 * What both are told. Groups begin and assign at once; there are as many fetch sessions as a long
 * run opens; the topic of offsets is made quickly.
 */
const CONFIG = {
  "group.initial.rebalance.delay.ms": "0",
  "group.consumer.assignment.interval.ms": "0",
  "max.incremental.fetch.session.cache.slots": "100000",
  "offsets.topic.num.partitions": "4",
};
/** What Kafka alone is told: to assign within a heartbeat, and to let go of deleted files soon. */
const KAFKA_CONFIG = {
  ...CONFIG,
  "group.consumer.assignor.offload.enable": "false",
  "file.delete.delay.ms": "1000",
};
/** Kafka's controller listens this far above its broker. */
const CONTROLLER_PORT_OFFSET = 100;
const RETRY_MS = 50;
const BROKER = 4;
const ALL_BROKERS = "";
const NO_TRANSACTION = { transactionalId: null, transactionTimeoutMs: 60_000 };

/** Both clusters and how they are ended. */
export interface Servers {
  readonly clusters: Clusters;
  stop(): Promise<void>;
}

/** Starts what is not named; addresses are `host:port`. */
export async function startServers(running: {
  kafka?: string | undefined;
  odradek?: string | undefined;
}): Promise<Servers> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    await Promise.all(stops.map((stopOne) => stopOne()));
  };
  try {
    const [kafka, odradek] = await Promise.all([
      running.kafka ?? startKafka(stops),
      running.odradek ?? startOurs(stops),
    ]);
    const [ofKafka, ofOdradek] = await Promise.all([versionsOf(kafka), versionsOf(odradek)]);
    await Promise.all([kafka, odradek].map(prepare));
    const served = (api: Api) => {
      const { min, max } = api.servedVersions;
      const all = Array.from({ length: max - min + 1 }, (_, index) => min + index);
      return all.filter((version) => ofKafka(api, version) && ofOdradek(api, version));
    };
    return { clusters: { kafka, odradek, served }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startKafka(stops: (() => Promise<unknown>)[]): Promise<string> {
  const port = await freePorts(1 + CONTROLLER_PORT_OFFSET);
  const oracle = await startOracle({ port, brokers: 1, heap: "512M", config: KAFKA_CONFIG });
  stops.push(() => oracle.stop());
  return oracle.bootstrap;
}

async function startOurs(stops: (() => Promise<unknown>)[]): Promise<string> {
  const odradek = await startOdradek({ brokers: 1, overrides: CONFIG });
  stops.push(() => odradek.stop());
  return odradek.bootstrap;
}

/** Whether a cluster serves a version of an API. */
async function versionsOf(address: string): Promise<(api: Api, version: number) => boolean> {
  const wire = await Wire.open(address);
  const { apiKeys } = await wire.call(apiVersions, 0, {});
  wire.close();
  const ranges = new Map(apiKeys.map((range) => [range.apiKey, range]));
  return ({ key }, version) => {
    const range = ranges.get(key);
    return range !== undefined && version >= range.minVersion && version <= range.maxVersion;
  };
}

/**
 * Waits until a cluster coordinates groups, for which it makes a topic, and gives ids out; and
 * writes a default down that Kafka writes down when its storage is formatted (KIP-966).
 */
async function prepare(address: string): Promise<void> {
  const wire = await Wire.open(address);
  const configs = [{ name: "min.insync.replicas", configOperation: 0, value: "1" }];
  const resources = [{ resourceType: BROKER, resourceName: ALL_BROKERS, configs }];
  await wire.call(incrementalAlterConfigs, 1, { resources, validateOnly: false });
  for (;;) {
    const found = await wire.call(findCoordinator, 0, { key: "differential" });
    const given = await wire.call(initProducerId, 0, NO_TRANSACTION);
    if (found.errorCode === ErrorCode.NONE && given.errorCode === ErrorCode.NONE) break;
    await sleep(RETRY_MS);
  }
  wire.close();
}
