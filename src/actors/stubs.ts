/**
 * How actors reach each other: by name, with a fresh stub for each call, because a stub that has
 * seen a broken call stays broken and a kept one pins both ends in memory. The platform's own
 * retries are off: it may not send an append twice, and nothing else needs them.
 */
import type { ControllerPort } from "../broker/ports.ts";
import type { ReplicaKey } from "../controller/records.ts";
import type { ReplicaPort } from "../replication/replica-calls.ts";
import type { Env } from "./env.ts";
import { controllerName, replicaName } from "./names.ts";

const ONCE = { retry: { maxRetries: 0 } } as const;

/** The controller; each property access makes a fresh stub. */
export function controllerStub(env: Env): ControllerPort {
  const id = env.CONTROLLER.idFromName(controllerName(env.CLUSTER_ID));
  const stub = () => env.CONTROLLER.get(id, ONCE) as unknown as ControllerPort;
  return {
    describeCluster: (query) => stub().describeCluster(query),
    createTopics: (topics, validateOnly) => stub().createTopics(topics, validateOnly),
    deleteTopics: (topics) => stub().deleteTopics(topics),
    allocateProducerIds: () => stub().allocateProducerIds(),
    activateReplica: (key, incarnation) => stub().activateReplica(key, incarnation),
  };
}

export function replicaStub(env: Env, key: ReplicaKey): ReplicaPort & { erase(): Promise<void> } {
  const id = env.PARTITION_REPLICA.idFromName(replicaName(env.CLUSTER_ID, key));
  return env.PARTITION_REPLICA.get(id, ONCE) as unknown as ReplicaPort & { erase(): Promise<void> };
}

export function gatewayStub(env: Env, name: string) {
  return env.GATEWAY.get(env.GATEWAY.idFromName(name), ONCE);
}
