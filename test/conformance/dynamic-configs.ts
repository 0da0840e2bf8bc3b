/** What cases share that change the configs of brokers and groups while the cluster runs. */
import { expect } from "vitest";

import type { Cluster } from "./cluster.ts";
import { alter, type Change, DELETE, describe, OK, resource } from "./configs.ts";
import type { Wire } from "./wire.ts";

/** Where a value comes from. */
export const [TOPIC_CONFIG, BROKER_CONFIG, DEFAULT_BROKER, STATIC_BROKER, DEFAULT, GROUP_CONFIG] = [
  1, 2, 3, 4, 5, 8,
];

/** What the cluster is started with. */
export const CONFIG = {
  "group.initial.rebalance.delay.ms": "0",
  "message.max.bytes": "5000",
  "group.consumer.min.session.timeout.ms": "2000",
  "group.consumer.session.timeout.ms": "20000",
  "group.consumer.min.heartbeat.interval.ms": "500",
};

/** Where the values of a config come from, the one that counts first. */
export async function sourcesOf(wire: Wire, type: number, name: string, key: string) {
  const { byName } = await describe(wire, type, name, { keys: [key], includeSynonyms: true });
  const { value, synonyms = [], configSource } = byName[key] ?? {};
  const told = synonyms.map((each) => [each.name, each.value, each.source]);
  return { value, configSource, synonyms: told };
}

/** Changes a resource's configs, and takes back what was set when the case is over. */
export async function change(cluster: Cluster, type: number, name: string, ...changes: Change[]) {
  const wire = await cluster.wire();
  cluster.beforeClose(async () => {
    const undone = changes.map(([key]): Change => [key, DELETE, null]);
    await alter(wire, [resource(type, name, ...undone)]);
  });
  expect(await alter(wire, [resource(type, name, ...changes)])).toEqual([OK]);
}
