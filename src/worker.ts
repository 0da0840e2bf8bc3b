/**
 * The Worker's entry: it routes connections and requests to gateways, and does nothing else.
 * Gateways end all connections, because an actor gets a fresh CPU budget with each message where a
 * stateless Worker that ends a long-lived socket runs out of its own.
 */
import { connectionAddress, portOf } from "./actors/connection-addresses.ts";
import type { Env } from "./actors/env.ts";
import { gatewayName } from "./actors/names.ts";
import { gatewayStub } from "./actors/stubs.ts";
import { partitionOfKey } from "./base/murmur2.ts";

export { ControllerActor } from "./actors/controller-actor.ts";
export { GatewayActor } from "./actors/gateway-actor.ts";
export { GroupCoordinatorActor } from "./actors/group-coordinator-actor.ts";
export { PartitionReplicaActor } from "./actors/partition-replica-actor.ts";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const nodeId = nodeIdFor(new URL(request.url).pathname, Number(env.BROKERS));
    return gatewayStub(env, gatewayName(env.CLUSTER_ID, nodeId)).fetch(request);
  },

  /** A TCP connection of a Kafka client: the port says which broker it is for. */
  async connect(socket: Socket, env: Env): Promise<void> {
    const addresses = await socket.opened;
    const nodeId = portOf(addresses.localAddress!) - Number(env.KAFKA_PORT) + 1;
    const gateway = gatewayStub(env, gatewayName(env.CLUSTER_ID, nodeId)).connect(
      connectionAddress(addresses),
    );
    await Promise.allSettled([
      socket.readable.pipeTo(gateway.writable),
      gateway.readable.pipeTo(socket.writable),
    ]);
  },
};

/**
 * Whose gateway a path is for: `/kafka/2` says it, and all requests for one topic go to the same
 * one, so that its writers share writes and its readers share tails. A broker that does not exist
 * gets no gateway: the first one says so.
 */
function nodeIdFor(path: string, brokers: number): number {
  const [, resource, name = ""] = path.split("/");
  if (resource === "topics") return 1 + partitionOfKey(new TextEncoder().encode(name), brokers);
  const nodeId = Number(name);
  const exists = Number.isInteger(nodeId) && nodeId >= 1 && nodeId <= brokers;
  return resource === "kafka" && exists ? nodeId : 1;
}
