/**
 * One broker as a gateway knows it: who it is, where partitions are, and how to reach them. All
 * handlers, the HTTP resource and the live subscribers work through this.
 */
import type { Clock, Random } from "../base/clock.ts";
import type { Uuid } from "../base/uuid.ts";
import type { BrokerConfig } from "../controller/broker-config.ts";
import type { TopicDescription } from "../controller/describe.ts";
import type { PartitionState, ReplicaKey } from "../controller/records.ts";
import { NO_LEADER } from "../controller/records.ts";
import type { GroupPort } from "../group/group-calls.ts";
import type { AppendResult } from "../log/append.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { ReplicaPort } from "../replication/replica-calls.ts";
import { AppendQueue } from "./append-queue.ts";
import { FetchSessions } from "./fetch-sessions.ts";
import { Memory } from "./memory.ts";
import { readLeader } from "./partition-reader.ts";
import type { ControllerPort, Timers } from "./ports.ts";
import { ProducerIds } from "./producer-ids.ts";
import { ReadAhead } from "./read-ahead.ts";
import { refusedAppend } from "./refused-append.ts";
import { Tails } from "./tails.ts";
import { TopicRoutes, type TopicReference } from "./topic-routes.ts";

export interface BrokerPorts {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly config: BrokerConfig;
  /** How many brokers there are, which may share one process. */
  readonly brokers: number;
  /** Where a broker can be reached by a client that reached us at `host`. */
  advertised(nodeId: number, host: string): { readonly host: string; readonly port: number };
  readonly controller: ControllerPort;
  /** A fresh way to a replica; asked for again after a call has broken. */
  replica(key: ReplicaKey): ReplicaPort;
  /** A fresh way to a group's coordinator. It, and its calls, fail with `Unreachable`. */
  group(groupId: string): GroupPort;
  /** The name under which replicas can push to this gateway. */
  readonly gatewayName: string;
  readonly timers: Timers;
  readonly clock: Clock;
  readonly random: Random;
}

/** A partition and where it is led. */
export interface Located {
  readonly topic: TopicDescription;
  readonly partition: number;
  readonly state: PartitionState;
}

export class Broker {
  readonly ports: BrokerPorts;
  readonly routes: TopicRoutes;
  readonly memory: Memory;
  readonly tails: Tails;
  readonly readAhead: ReadAhead;
  readonly fetchSessions: FetchSessions;
  readonly producerIds: ProducerIds;
  readonly #appends = new Map<string, AppendQueue>();

  constructor(ports: BrokerPorts) {
    this.ports = ports;
    this.memory = new Memory(ports.brokers, ports);
    this.tails = new Tails(this.memory.tailBytes);
    this.readAhead = new ReadAhead({
      timers: ports.timers,
      memory: this.memory.answers,
      read: (located, read) => readLeader(this, located, read),
    });
    this.routes = new TopicRoutes(ports.controller, ports.timers, ports.clock);
    this.fetchSessions = new FetchSessions(
      ports.config.maxIncrementalFetchSessionCacheSlots,
      ports,
    );
    this.producerIds = new ProducerIds(ports.controller);
  }

  /** Where a partition of a topic in the routes is, or Kafka's error. Load the routes first. */
  locate(reference: TopicReference, partition: number): Located | ErrorName {
    const topic = this.routes.cached(reference);
    if (!topic)
      return reference.name === undefined ? "UNKNOWN_TOPIC_ID" : "UNKNOWN_TOPIC_OR_PARTITION";
    const state = topic.partitions[partition];
    return state ? { topic, partition, state } : "UNKNOWN_TOPIC_OR_PARTITION";
  }

  /** As `locate`, for a listener that speaks for its own broker alone. */
  locateLed(reference: TopicReference, partition: number): Located | ErrorName {
    const located = this.locate(reference, partition);
    if (typeof located === "string") return located;
    return located.state.leader === this.ports.nodeId ? located : "NOT_LEADER_OR_FOLLOWER";
  }

  /** The leader of a partition. The route is forgotten by {@link refused} when it proves wrong. */
  leader({ topic, partition, state }: Located): ReplicaPort {
    return this.ports.replica({ topicId: topic.topicId, partition, nodeId: state.leader });
  }

  /** Appends one batch at the partition's leader, behind all that were appended here before. */
  append(located: Located, batch: Uint8Array, apiVersion: number): Promise<AppendResult> {
    if (located.state.leader === NO_LEADER) {
      return Promise.resolve(refusedAppend("LEADER_NOT_AVAILABLE"));
    }
    const { topicId } = located.topic;
    const key = `${topicId}/${located.partition}/${located.state.leader}`;
    let queue = this.#appends.get(key);
    if (!queue) {
      queue = new AppendQueue({
        replica: () => this.leader(located),
        timers: this.ports.timers,
        onRefusal: () => this.refused(topicId, located.partition),
        onIdle: () => this.#appends.delete(key),
      });
      this.#appends.set(key, queue);
    }
    return queue.append(batch, apiVersion);
  }

  /** A replica has refused, or a call to it broke: what is known of the partition is of no use. */
  refused(topicId: Uuid, partition: number): void {
    this.routes.forget(topicId);
    this.tails.close(topicId, partition);
    this.readAhead.drop(topicId, partition);
  }
}
