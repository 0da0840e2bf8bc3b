/**
 * Kafka's protocol over a WebSocket: binary frames are a byte stream of length-prefixed requests, cut
 * anywhere; a response is one frame. The socket hibernates between requests; a request that is
 * arriving or under way holds a timer, which is its time limit and keeps the gateway in memory.
 */
import { concatBytes } from "../base/concat-bytes.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { Broker } from "../broker/broker.ts";
import { FrameSplitter } from "./frame-splitter.ts";
import { isClientsDoing, KafkaConnection } from "./kafka-connection.ts";
import { ResponseQueue } from "./response-queue.ts";

/** How long a frame may take to arrive. */
const FRAME_TIMEOUT_MS = 60_000;

/** Requests that wait behind the one under way, in bytes; a client that sends more is cut off. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/** Unsent answers of one socket, in bytes; a client that reads none of them is cut off. */
const MAX_UNSENT_BYTES = 128 * 1024 * 1024;

/** Close codes of RFC 6455. */
const POLICY_VIOLATION = 1008;
const UNSUPPORTED_DATA = 1003;

export class KafkaWebSocket {
  readonly #socket: WebSocket;
  readonly #broker: Broker;
  readonly #splitter: FrameSplitter;
  readonly #connection: KafkaConnection;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWorking = false;
  #cancelTimeout: (() => void) | null = null;

  constructor(socket: WebSocket, broker: Broker, host: string) {
    this.#socket = socket;
    this.#broker = broker;
    this.#splitter = new FrameSplitter(broker.ports.config.socketRequestMaxBytes);
    this.#connection = new KafkaConnection({
      broker,
      host,
      responses: new ResponseQueue(async (responses) => {
        for (const pieces of responses) this.#socket.send(concatBytes(pieces));
        if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES) this.#connection.end("answers are not read");
      }),
      close: (reason) => this.#socket.close(POLICY_VIOLATION, reason.slice(0, 120)),
    });
  }

  /** Takes one message of the socket. */
  message(message: ArrayBuffer | string): void {
    if (typeof message === "string") {
      this.#socket.close(UNSUPPORTED_DATA, "Kafka's protocol is binary");
      return this.closed();
    }
    try {
      const frames = this.#splitter.push(new Uint8Array(message));
      for (const frame of frames) this.#waitingBytes += frame.length;
      this.#waiting.push(...frames);
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      return this.#connection.end(error.message);
    }
    if (this.#waitingBytes > MAX_WAITING_BYTES) return this.#connection.end("too many requests wait");
    this.#limitTime();
    if (!this.#isWorking) void this.#work();
  }

  /** The socket has closed. */
  closed(): void {
    this.#cancelTimeout?.();
    this.#connection.end("the client has left");
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let frame = this.#waiting.shift(); frame; frame = this.#waiting.shift()) {
        this.#waitingBytes -= frame.length;
        const pause = this.#connection.receive(frame);
        if (pause) await pause;
      }
    } catch (error) {
      await this.#connection.finish(isClientsDoing(error) ? error.message : "the request failed");
    } finally {
      this.#isWorking = false;
    }
  }

  /** A frame that has begun must end in time. */
  #limitTime(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = null;
    if (!this.#splitter.isInFrame) return;
    const giveUp = () => this.#connection.end("a frame took too long to arrive");
    this.#cancelTimeout = this.#broker.ports.timers.after(FRAME_TIMEOUT_MS, giveUp);
  }
}
