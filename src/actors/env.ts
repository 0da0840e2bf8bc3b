/**
 * What the Worker and its actors get from outside: the bindings and variables of `wrangler.toml`,
 * some of which `odradek serve` overrides with its flags. Variables are text, as on Cloudflare.
 */
import type { ControllerActor } from "./controller-actor.ts";
import type { GatewayActor } from "./gateway-actor.ts";
import type { GroupCoordinatorActor } from "./group-coordinator-actor.ts";
import type { PartitionReplicaActor } from "./partition-replica-actor.ts";

/** The bindings of the Worker, under the names of `wrangler.toml`. */
export interface Env {
  readonly CONTROLLER: DurableObjectNamespace<ControllerActor>;
  readonly PARTITION_REPLICA: DurableObjectNamespace<PartitionReplicaActor>;
  readonly GROUP_COORDINATOR: DurableObjectNamespace<GroupCoordinatorActor>;
  readonly GATEWAY: DurableObjectNamespace<GatewayActor>;

  /** The cluster's id: the beginning of every actor's name, so that clusters never meet. */
  readonly CLUSTER_ID: string;

  /** How many brokers there are, as decimal text. Their ids are 1 to this number. */
  readonly BROKERS: string;

  /** The port of broker 1's Kafka listener, as decimal text; broker n's is n - 1 above it. */
  readonly KAFKA_PORT: string;

  /** The host that Metadata names, or "" for the address that the connection came in by. */
  readonly ADVERTISED_HOST: string;

  /** Foreign `Origin`s that may connect from a browser, joined by commas. */
  readonly ALLOW_ORIGIN: string;

  /** Kafka broker configs by name, a JSON object with text values. */
  readonly BROKER_CONFIG: string;

  /** How many replicas and groups a gateway may keep awake, as decimal text; "" is no limit. */
  readonly MAX_AWAKE_ACTORS: string;

  /** How many Kafka connections the process may have, as decimal text; "" is no limit. */
  readonly MAX_CONNECTIONS: string;
}
