/**
 * A cluster as a client sees it: the brokers that Metadata names, a connection to each that was
 * needed, and the coordinators of groups. What a broker refuses for the moment only is tried again
 * until a deadline, as Kafka's own Admin client does.
 */
import type { ErrorName } from "../protocol/errors.ts";
import { metadata } from "../protocol/messages/03-metadata.ts";
import type { MetadataResponse } from "../protocol/messages/03-metadata.ts";
import { findCoordinator } from "../protocol/messages/10-find-coordinator.ts";
import type { Backoff } from "./backoff.ts";
import { backoffMs, sleep } from "./backoff.ts";
import type { ConnectionOptions } from "./connection.ts";
import { Connection } from "./connection.ts";
import { KafkaError, throwErrorOf } from "./kafka-error.ts";
import type { BrokerNode, Network } from "./transport.ts";

export interface ClusterOptions extends ConnectionOptions, Backoff {
  /** How long an operation may take with all that is tried again: `default.api.timeout.ms`. */
  readonly apiTimeoutMs: number;
  /** Told of each broker that cannot be reached, which need not be the end of anything. */
  readonly onUnreachable?: (address: string, error: KafkaError) => void;
}

/** Kafka's defaults. */
export const DEFAULT_OPTIONS: ClusterOptions = {
  clientId: "odradek",
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  apiTimeoutMs: 60_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1_000,
};

/** A key type of FindCoordinator. */
const GROUP = 0;

export class Cluster {
  readonly options: ClusterOptions;
  readonly #network: Network;
  readonly #connections = new Map<string, Promise<Connection>>();
  /** Addresses of brokers by id, as Metadata last named them. */
  #addresses = new Map<number, string>();
  #controllerId = -1;
  readonly #coordinators = new Map<string, BrokerNode>();
  #isClosed = false;

  constructor(network: Network, options: Partial<ClusterOptions> = {}) {
    this.#network = network;
    this.options = { ...DEFAULT_OPTIONS, ...options };
  }

  /** A connection to some broker: one that is open already, or the first that answers. */
  async any(): Promise<Connection> {
    const addresses = [...this.#addresses.values(), ...this.#network.bootstrap];
    const connected = addresses.find((address) => this.#connections.has(address));
    if (connected !== undefined) addresses.unshift(connected);
    let failure: unknown = null;
    for (const address of new Set(addresses)) {
      try {
        return await this.#connectTo(address);
      } catch (error) {
        failure = error;
      }
    }
    throw failure ?? new KafkaError("BROKER_NOT_AVAILABLE", "There is no broker to ask.");
  }

  /** A connection to one broker. One that Metadata does not name may still come. */
  async broker(nodeId: number): Promise<Connection> {
    if (!this.#addresses.has(nodeId)) await this.metadata([]);
    const address = this.#addresses.get(nodeId);
    if (address !== undefined) return this.#connectTo(address);
    throw new KafkaError("NETWORK_EXCEPTION", `The cluster has no broker ${nodeId} now.`);
  }

  /** A connection to the broker that changes of the cluster are sent to. */
  async controller(): Promise<Connection> {
    await this.metadata([]);
    return this.#controllerId < 0 ? this.any() : this.broker(this.#controllerId);
  }

  /**
   * A connection to the coordinator of a group. It is not the one for all else: a broker works on
   * one request of a connection at a time, and joining a group may wait for others.
   */
  async coordinator(groupId: string): Promise<Connection> {
    const known = this.#coordinators.get(groupId);
    if (known !== undefined) return this.#connectTo(this.#network.addressOf(known), "coordinator");
    const connection = await this.any();
    const response = await connection.call(findCoordinator, (version) =>
      version < 4 ? { key: groupId } : { keyType: GROUP, coordinatorKeys: [groupId] },
    );
    const found = response.coordinators[0] ?? response;
    throwErrorOf(found.errorCode, found.errorMessage);
    const node = { nodeId: found.nodeId, host: found.host, port: found.port, rack: null };
    this.#coordinators.set(groupId, node);
    return this.#connectTo(this.#network.addressOf(node), "coordinator");
  }

  /** The broker that was last found to coordinate a group. */
  coordinatorNode(groupId: string): BrokerNode | undefined {
    return this.#coordinators.get(groupId);
  }

  /** Has the coordinator of a group looked up again: it is not who it was, or not there. */
  forgetCoordinator(groupId: string): void {
    this.#coordinators.delete(groupId);
  }

  /**
   * Asks for topics, null being all of them, and keeps what the answer says of the brokers. Errors
   * of topics are left to the caller.
   */
  async metadata(
    topics: readonly string[] | null,
    options: { readonly create?: boolean } = {},
  ): Promise<MetadataResponse> {
    const connection = await this.any();
    const response = await connection.call(metadata, (version) => ({
      topics: topics?.map((name) => ({ name })) ?? null,
      ...(version >= 4 && { allowAutoTopicCreation: options.create ?? false }),
    }));
    throwErrorOf(response.errorCode);
    const { brokers, controllerId } = response;
    this.#addresses = new Map(
      brokers.map((broker) => [broker.nodeId, this.#network.addressOf(broker)]),
    );
    this.#controllerId = controllerId;
    return response;
  }

  /**
   * Repeats an attempt while it fails with what may pass: an error that is retriable, or one that
   * the caller says is. `what` names the operation for the error that ends it at the deadline.
   */
  async retry<Result>(
    what: string,
    attempt: () => Promise<Result>,
    timeoutMs: number = this.options.apiTimeoutMs,
    passing: readonly ErrorName[] = [],
  ): Promise<Result> {
    const deadline = Date.now() + timeoutMs;
    for (let failures = 1; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof KafkaError) || this.#isClosed) throw error;
        if (!error.retriable && !passing.includes(error.code)) throw error;
        this.#coordinators.clear();
        const wait = backoffMs(this.options, failures);
        if (Date.now() + wait > deadline) {
          const late = `${what} did not succeed within ${timeoutMs} ms: ${error.message}`;
          throw new KafkaError("REQUEST_TIMED_OUT", late, error);
        }
        await sleep(wait);
      }
    }
  }

  /** Closes all connections, and opens none from now on. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) {
      connection.then(
        (opened) => opened.close(),
        () => {},
      );
    }
    this.#connections.clear();
  }

  #connectTo(address: string, purpose = ""): Promise<Connection> {
    // Whoever looks for a leader meanwhile learns here that nobody needs one any more.
    if (this.#isClosed) {
      return Promise.reject(new KafkaError("BROKER_NOT_AVAILABLE", "The client is closed."));
    }
    const key = purpose + address;
    const known = this.#connections.get(key);
    if (known !== undefined) return known;
    const connection = Connection.open(this.#network, address, this.options);
    this.#connections.set(key, connection);
    const forget = () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    };
    connection.then(
      (opened) => opened.closed.then(forget),
      (error: unknown) => {
        forget();
        if (error instanceof KafkaError) this.options.onUnreachable?.(address, error);
      },
    );
    return connection;
  }
}
