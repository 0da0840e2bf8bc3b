/** What producers and fetchers have in common: connections, and a picture of the cluster. */
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import type { Cluster } from "./cluster.ts";
import { BROKER_COUNT } from "./cluster.ts";
import { Connection } from "./connection.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** A version of Metadata that has topic ids. */
const METADATA_VERSION = 12;

/** How long until something that failed is tried again. */
const BACKOFF_MS = 50;

/** A partition as a client knows it. */
export interface KnownPartition {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly leader: number;
}

export class Client {
  readonly cluster: Cluster;
  readonly random: SeededRandom;
  readonly #connections = new Map<number, Connection>();
  isStopped = false;

  constructor(cluster: Cluster) {
    this.cluster = cluster;
    this.random = cluster.world.random.fork();
  }

  /** The connection to a broker, opened if need be. */
  connection(nodeId: number): Connection {
    let connection = this.#connections.get(nodeId);
    if (!connection?.isOpen) {
      connection = new Connection(this.cluster, nodeId);
      this.#connections.set(nodeId, connection);
    }
    return connection;
  }

  /** A broken network: every connection ends. */
  disconnect(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  /** Leaves for good. */
  stop(): void {
    this.isStopped = true;
    for (const connection of this.#connections.values()) connection.close();
  }

  pause(delayMs = BACKOFF_MS): Promise<void> {
    return new Promise((resolve) => this.cluster.world.after(delayMs, resolve));
  }

  /** The partitions of a topic, asked for until there is an answer; null once it has stopped. */
  async partitionsOf(topic: string): Promise<KnownPartition[] | null> {
    while (!this.isStopped) {
      const partitions = await this.describeTopic(topic).catch(() => []);
      if (partitions.length > 0) return partitions;
      await this.pause();
    }
    return null;
  }

  /** The partitions of a topic, none if there is no such topic. Rejects without an answer. */
  async describeTopic(topic: string): Promise<KnownPartition[]> {
    const connection = this.connection(this.random.int(1, BROKER_COUNT));
    const { topics } = await connection.call(metadata, METADATA_VERSION, {
      topics: [{ name: topic, topicId: "AAAAAAAAAAAAAAAAAAAAAA" }],
      allowAutoTopicCreation: false,
    });
    return topics.flatMap(({ errorCode, topicId, partitions }) =>
      errorCode === 0
        ? partitions.map(({ partitionIndex, leaderId }) => ({
            topic,
            topicId,
            partition: partitionIndex,
            leader: leaderId,
          }))
        : [],
    );
  }
}
