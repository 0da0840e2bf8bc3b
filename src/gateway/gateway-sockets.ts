/**
 * The WebSockets of a gateway, by the hibernation API: the runtime holds them while the gateway is
 * out of memory, and each says in its attachment what it is. A gateway that wakes finds subscribers
 * there; they stay dormant, partition by partition, until a push or a word of loss arrives for
 * them.
 */
import type { Uuid } from "../base/uuid.ts";
import type { Broker } from "../broker/broker.ts";
import type { ConnectionHosts } from "./kafka-connection.ts";
import { KafkaWebSocket } from "./kafka-websocket.ts";
import { LiveSubscriber, type Subscription } from "./live-subscriber.ts";
import { answerClose, upgraded } from "./web-socket.ts";

/** The part of a Durable Object's state that keeps sockets. */
export type SocketHost = Pick<DurableObjectState, "acceptWebSocket" | "getWebSockets">;

/** A socket that speaks Kafka's protocol. */
interface KafkaAttachment extends ConnectionHosts {
  readonly kind: "kafka";
}

type Attachment = KafkaAttachment | Subscription;

export class GatewaySockets {
  readonly #host: SocketHost;
  readonly #broker: Broker;
  readonly #kafka = new Map<WebSocket, KafkaWebSocket>();
  readonly #subscribers = new Map<WebSocket, LiveSubscriber>();
  /** By topic id and partition. */
  readonly #dormant = new Map<string, Set<LiveSubscriber>>();

  constructor(host: SocketHost, broker: Broker) {
    this.#host = host;
    this.#broker = broker;
    for (const socket of host.getWebSockets()) {
      const attachment = attachmentOf(socket);
      if (attachment?.kind === "subscriber") this.#restore(socket, attachment);
    }
  }

  /** Serves Kafka's protocol. */
  acceptKafka(hosts: ConnectionHosts, subprotocol?: string): Response {
    const { client } = this.#accept({ kind: "kafka", ...hosts });
    return upgraded(client, subprotocol);
  }

  /** Sends a client the records of its subscription from now on. */
  acceptSubscriber(subscription: Subscription): Response {
    const { client, server } = this.#accept(subscription);
    const subscriber = new LiveSubscriber(server, this.#broker, subscription);
    this.#subscribers.set(server, subscriber);
    subscriber.start();
    return upgraded(client);
  }

  /** A message has come. Subscribers have nothing to say. */
  async message(socket: WebSocket, message: ArrayBuffer | string): Promise<void> {
    const attachment = attachmentOf(socket);
    if (attachment?.kind === "kafka") await this.#kafkaSocket(socket, attachment).message(message);
  }

  /** A socket has closed with this code, or broken. */
  closed(socket: WebSocket, code: number): void {
    answerClose(socket, code);
    this.#kafka.get(socket)?.closed();
    this.#kafka.delete(socket);
    this.#subscribers.get(socket)?.stop();
    this.#subscribers.delete(socket);
  }

  /** There is news of a partition: whoever slept over it follows it from here on. */
  wake(topicId: Uuid, partition: number): void {
    const subscribers = this.#dormant.get(key(topicId, partition));
    if (!subscribers) return;
    this.#dormant.delete(key(topicId, partition));
    for (const subscriber of subscribers) subscriber.wake(partition);
  }

  #accept(attachment: Attachment): { client: WebSocket; server: WebSocket } {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket];
    this.#host.acceptWebSocket(server);
    server.serializeAttachment(attachment);
    return { client, server };
  }

  #kafkaSocket(socket: WebSocket, hosts: KafkaAttachment): KafkaWebSocket {
    let kafka = this.#kafka.get(socket);
    if (!kafka) {
      kafka = new KafkaWebSocket(socket, this.#broker, hosts);
      this.#kafka.set(socket, kafka);
    }
    return kafka;
  }

  #restore(socket: WebSocket, subscription: Subscription): void {
    const subscriber = new LiveSubscriber(socket, this.#broker, subscription);
    this.#subscribers.set(socket, subscriber);
    for (const partition of subscription.next.keys()) {
      const place = key(subscription.topicId, partition);
      const subscribers = this.#dormant.get(place);
      if (subscribers) subscribers.add(subscriber);
      else this.#dormant.set(place, new Set([subscriber]));
    }
  }
}

function attachmentOf(socket: WebSocket): Attachment | null {
  return socket.deserializeAttachment() as Attachment | null;
}

function key(topicId: Uuid, partition: number): string {
  return `${topicId}/${partition}`;
}
