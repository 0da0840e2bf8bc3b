/**
 * The gateway of one broker: it ends all connections of clients, and works on their requests
 * through `broker/`. It owns nothing; what it remembers can be lost at any moment.
 */

import * as zlib from "node:zlib";

import { DurableObject, env } from "cloudflare:workers";

import type { Uuid } from "../base/uuid.ts";
import { AwakeActors, REFUSING_REPLICA } from "../broker/awake-actors.ts";
import { Broker } from "../broker/broker.ts";
import { LearnedConfigs } from "../broker/learned-configs.ts";
import { Unreachable } from "../broker/ports.ts";
import { effectiveBrokerConfigs } from "../config/broker-configs.ts";
import { type BrokerConfig, parseBrokerConfig } from "../controller/broker-config.ts";
import type { DynamicBrokerConfigs } from "../controller/dynamic-configs.ts";
import { GatewaySockets } from "../gateway/gateway-sockets.ts";
import { httpHandler } from "../gateway/http.ts";
import { OpenConnections } from "../gateway/open-connections.ts";
import { parseOrigins } from "../gateway/origin.ts";
import { serveTcp } from "../gateway/tcp.ts";
import { installZlibCodecs } from "../protocol/records/zlib-codecs.ts";
import type { TailPush } from "../replication/replica-calls.ts";
import { advertisedEndpoint } from "./advertised-endpoint.ts";
import { brokerConfig } from "./broker-config.ts";
import { connectionHosts } from "./connection-addresses.ts";
import type { Env } from "./env.ts";
import { clock, random, timers } from "./host.ts";
import { groupName, nodeIdOf, replicaName } from "./names.ts";
import { controllerStub, groupStub, replicaStub } from "./stubs.ts";

installZlibCodecs(zlib);

/** What RFC 6455 calls the end of a connection that was not closed. */
const ABNORMAL_CLOSURE = 1006;

/** The gateways of all brokers are in one process, whose files they share. */
const processConnections = {
  connections: 0,
  maxConnections: Number((env as unknown as Env).MAX_CONNECTIONS || Infinity),
};

export class GatewayActor extends DurableObject<Env> {
  readonly #awake = new AwakeActors(Number(this.env.MAX_AWAKE_ACTORS || Infinity), clock);

  readonly #learned = new LearnedConfigs();

  readonly #broker = new Broker({
    nodeId: nodeIdOf(this.ctx.id.name!),
    clusterId: this.env.CLUSTER_ID,
    config: brokerConfig,
    brokers: Number(this.env.BROKERS),
    advertised: (nodeId, host) => advertisedEndpoint(this.env, nodeId, host),
    controller: this.#learned.learningFrom(controllerStub(this.env)),
    replica: (key) =>
      this.#awake.admits(replicaName(this.env.CLUSTER_ID, key))
        ? this.#learned.tell(key, replicaStub(this.env, key))
        : REFUSING_REPLICA,
    group: (groupId) => {
      if (this.#awake.admits(groupName(this.env.CLUSTER_ID, groupId))) {
        return groupStub(this.env, groupId);
      }
      throw new Unreachable("Too many other actors are awake to wake this group.");
    },
    gatewayName: this.ctx.id.name!,
    timers,
    clock,
    random,
  });

  /** The broker's configs as of a version of what was set; each connection asks for them. */
  #current = { version: 0, config: brokerConfig };

  readonly #connections = new OpenConnections({
    config: () => this.#config(),
    process: processConnections,
    timers,
    clock,
  });

  readonly #sockets = new GatewaySockets(this.ctx, this.#broker);

  readonly #http = httpHandler({
    broker: this.#broker,
    sockets: this.#sockets,
    allowedOrigins: parseOrigins(this.env.ALLOW_ORIGIN),
  });

  override fetch(request: Request): Promise<Response> {
    return this.#http(request);
  }

  override webSocketMessage(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    return this.#sockets.message(socket, message);
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#sockets.closed(socket, code);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.closed(socket, ABNORMAL_CLOSURE);
  }

  /** A Kafka connection. The socket's address says between whom it is. */
  override async connect(socket: Socket): Promise<void> {
    const { localAddress } = await socket.opened;
    // How many connections there may be was perhaps set while brokers ran, before this one began.
    await this.#learned.known(this.#broker.ports.controller);
    const { remote, local } = connectionHosts(localAddress ?? "");
    const gateway = { broker: this.#broker, connections: this.#connections };
    await serveTcp(socket, gateway, { host: local, clientHost: `/${remote}` });
  }

  /** A replica tells that it is no longer there: what is known of the partition is of no use. */
  lost(topicId: Uuid, partition: number): void {
    this.#broker.refused(topicId, partition);
    this.#sockets.wake(topicId, partition);
  }

  #config(): BrokerConfig {
    const { version } = this.#learned;
    if (version !== this.#current.version) {
      const set = this.#learned.of(this.#broker.ports.nodeId);
      const config = parseBrokerConfig(effectiveBrokerConfigs(set, brokerConfig.values));
      this.#current = { version, config };
    }
    return this.#current.config;
  }

  /** The controller tells what was set for brokers. */
  updateConfigs(configs: DynamicBrokerConfigs): void {
    this.#learned.learn(configs);
  }

  /** A leader tells what it has committed; false: nobody here waits for it. */
  push(push: TailPush): boolean {
    this.#sockets.wake(push.topicId, push.partition);
    return this.#broker.tails.apply(push, clock.now());
  }
}
