/**
 * How actors reach each other: by name, with a fresh stub for each call, because a stub that has
 * seen a broken call stays broken and a kept one pins both ends in memory. The platform's own
 * retries are off: it may not send an append twice, and nothing else needs them.
 */
import { type ControllerPort, Unreachable } from "../broker/ports.ts";
import type { ReplicaKey } from "../controller/records.ts";
import type { ReplicaPort } from "../replication/replica-calls.ts";
import type { Env } from "./env.ts";
import { controllerName, replicaName } from "./names.ts";

const ONCE = { retry: { maxRetries: 0 } } as const;

/** The controller; each call makes a fresh stub. */
export function controllerStub(env: Env): ControllerPort {
  const id = env.CONTROLLER.idFromName(controllerName(env.CLUSTER_ID));
  const call = async <Result>(method: (stub: ControllerPort) => Promise<Result>) => {
    try {
      return await method(env.CONTROLLER.get(id, ONCE) as unknown as ControllerPort);
    } catch (error) {
      throw new Unreachable("A call of the controller broke.", { cause: error });
    }
  };
  return {
    describeCluster: (query) => call((stub) => stub.describeCluster(query)),
    createTopics: (topics, validateOnly) => call((stub) => stub.createTopics(topics, validateOnly)),
    deleteTopics: (topics) => call((stub) => stub.deleteTopics(topics)),
    allocateProducerIds: () => call((stub) => stub.allocateProducerIds()),
    activateReplica: (key, incarnation) => call((stub) => stub.activateReplica(key, incarnation)),
  };
}

export function replicaStub(env: Env, key: ReplicaKey): ReplicaPort & { erase(): Promise<void> } {
  const id = env.PARTITION_REPLICA.idFromName(replicaName(env.CLUSTER_ID, key));
  return env.PARTITION_REPLICA.get(id, ONCE) as unknown as ReplicaPort & { erase(): Promise<void> };
}

export function gatewayStub(env: Env, name: string) {
  return env.GATEWAY.get(env.GATEWAY.idFromName(name), ONCE);
}
