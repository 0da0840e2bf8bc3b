/**
 * Kafka's protocol over a WebSocket: binary frames are a byte stream of length-prefixed requests,
 * cut anywhere; a response is one frame. The socket hibernates between requests; a request that is
 * arriving or under way holds a timer or an event, which keeps the gateway in memory.
 */
import { concatBytes } from "../base/concat-bytes.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { Broker } from "../broker/broker.ts";
import type { Hold } from "../broker/byte-budget.ts";
import { FrameSplitter } from "../protocol/frame-splitter.ts";
import { type ConnectionHosts, isClientsDoing, KafkaConnection } from "./kafka-connection.ts";
import { ResponseQueue, type ResponsePieces } from "./response-queue.ts";
import {
  closeSocket,
  drained,
  isHeldUp,
  isOpen,
  POLICY_VIOLATION,
  TRY_AGAIN_LATER,
  UNACCEPTABLE_TYPE,
} from "./web-socket.ts";

/** How long a frame may take to arrive. */
const FRAME_TIMEOUT_MS = 60_000;

/**
 * Requests that wait behind the one under way, in bytes. Reading cannot pause on this kind of
 * socket, so a client that sends more without reading its answers is cut off.
 */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

export class KafkaWebSocket {
  readonly #socket: WebSocket;
  readonly #broker: Broker;
  readonly #splitter: FrameSplitter;
  readonly #responses: ResponseQueue;
  readonly #connection: KafkaConnection;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #isWorking = false;
  /** Why the connection is about to end: the stream of requests cannot be trusted any more. */
  #lastWord: string | null = null;
  #cancelTimeout: (() => void) | null = null;
  /** What the client has not read although the connection has ended. */
  #unread: Hold | null = null;

  constructor(socket: WebSocket, broker: Broker, hosts: ConnectionHosts) {
    this.#socket = socket;
    this.#broker = broker;
    this.#splitter = new FrameSplitter(broker.ports.config.socketRequestMaxBytes);
    this.#responses = new ResponseQueue((responses) => this.#send(responses));
    this.#connection = new KafkaConnection({
      broker,
      hosts,
      responses: this.#responses,
      close: (reason) => this.#dropAll(reason),
    });
  }

  /** Takes one message of the socket; resolves when nothing that has arrived is unanswered. */
  async message(message: ArrayBuffer | string): Promise<void> {
    if (typeof message === "string") {
      closeSocket(this.#socket, UNACCEPTABLE_TYPE, "Kafka's protocol is binary");
      return this.#connection.end("it sent text");
    }
    if (this.#lastWord !== null || this.#connection.isClosed) return;
    try {
      const frames = this.#splitter.push(new Uint8Array(message));
      for (const frame of frames) {
        this.#waiting.push(frame);
        this.#waitingBytes += frame.length;
      }
      this.#limitTime(frames.length > 0);
      if (!this.#makeRoom(this.#splitter.bufferBytes)) return;
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      this.#lastWord = error.message;
    }
    if (!this.#isWorking) await this.#answerWaiting();
  }

  /** The socket has closed. */
  closed(): void {
    this.#connection.end("the client has left");
    this.#unread?.release();
  }

  /**
   * Works on what waits, request by request, and ends the connection if that is what it asks for.
   */
  async #answerWaiting(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let frame = this.#waiting.shift(); frame; frame = this.#waiting.shift()) {
        this.#waitingBytes -= frame.length;
        this.#connection.memory.waiting(this.#waitingBytes);
        await this.#connection.receive(frame);
      }
    } catch (error) {
      if (!isClientsDoing(error)) return this.#connection.end("the connection broke");
      this.#lastWord = error.message;
    } finally {
      this.#isWorking = false;
    }
    if (this.#lastWord !== null) await this.#connection.finish(this.#lastWord);
    else if (isOpen(this.#socket)) await this.#responses.empty();
  }

  async #send(responses: readonly ResponsePieces[]): Promise<void> {
    for (const pieces of responses) {
      this.#socket.send(concatBytes(pieces));
      await drained(this.#socket, this.#broker.ports.timers);
    }
  }

  /**
   * Reading cannot pause until there is room for what waits and what arrives: the connection ends
   * where there is none.
   */
  #makeRoom(arrivingBytes: number): boolean {
    const { memory } = this.#connection;
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#connection.end("too many requests wait");
    } else if (!memory.mayArrive(Math.max(arrivingBytes, this.#waitingBytes))) {
      closeSocket(this.#socket, TRY_AGAIN_LATER, "the server is short of memory");
      this.#connection.end("the server is short of memory");
    } else {
      void memory.arriving(arrivingBytes);
      memory.waiting(this.#waitingBytes);
    }
    return !this.#connection.isClosed;
  }

  /** A frame that has begun must end in time. */
  #limitTime(isNewFrame: boolean): void {
    if (isNewFrame || !this.#splitter.isInFrame) this.#stopTimeout();
    if (!this.#splitter.isInFrame || this.#cancelTimeout) return;
    const giveUp = () => this.#connection.end("a frame took too long to arrive");
    this.#cancelTimeout = this.#broker.ports.timers.after(FRAME_TIMEOUT_MS, giveUp);
  }

  #stopTimeout(): void {
    this.#cancelTimeout?.();
    this.#cancelTimeout = null;
  }

  /** The connection has ended, for whatever reason: only what cannot be taken back stays. */
  #dropAll(reason: string): void {
    closeSocket(this.#socket, POLICY_VIOLATION, reason);
    this.#stopTimeout();
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (!isHeldUp(this.#socket)) return;
    this.#unread = this.#broker.memory.answers.hold(this.#socket.bufferedAmount, () => {});
  }
}
