/** One connection after another, on which damaged requests are sent one after another. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

import { createWebSocketStream, WebSocket } from "ws";

import { FrameSplitter } from "../../src/protocol/frame-splitter.ts";

/** What became of a request: its answer, the end of its connection, or nothing for a while. */
export type Outcome = Uint8Array | "closed" | "silent";

/** Opens a connection. */
export type Connect = () => Promise<Duplex>;

export const overTcp = (port: number): Connect => {
  return async () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return socket;
  };
};

export const overWebSocket = (url: string): Connect => {
  return async () => {
    const socket = new WebSocket(url, "kafka", { perMessageDeflate: false });
    await once(socket, "open");
    return createWebSocketStream(socket);
  };
};

/** So that a request arrives in as many pieces as it is sent. */
const BETWEEN_PIECES_MS = 5;
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

export class Lane {
  readonly #connect: Connect;
  readonly #patienceMs: number;
  #stream: Duplex | null = null;
  #received: (outcome: Outcome) => void = () => {};

  /** A request without an answer for `patienceMs` is given up, and its connection with it. */
  constructor(connect: Connect, patienceMs: number) {
    this.#connect = connect;
    this.#patienceMs = patienceMs;
  }

  /** Sends a request, whole or in pieces one after another. */
  async send(...pieces: readonly Uint8Array[]): Promise<Outcome> {
    const stream = (this.#stream ??= await this.#open());
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#received = resolve;
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await sleep(BETWEEN_PIECES_MS);
      stream.write(piece);
    }
    const patience = setTimeout(() => resolve("silent"), this.#patienceMs);
    const outcome = await promise;
    clearTimeout(patience);
    if (typeof outcome === "string") await this.close();
    return outcome;
  }

  /** Closes the connection that is open. */
  async close(): Promise<void> {
    const stream = this.#stream;
    this.#stream = null;
    this.#received = () => {};
    if (!stream || stream.closed) return;
    stream.destroy();
    await once(stream, "close");
  }

  async #open(): Promise<Duplex> {
    const stream = await this.#connect();
    const splitter = new FrameSplitter(MAX_ANSWER_BYTES);
    const isCurrent = () => this.#stream === stream;
    stream.on("data", (bytes: Buffer) => {
      // A copy: the stream may use its buffer again.
      const [frame] = splitter.push(new Uint8Array(bytes));
      if (frame && isCurrent()) this.#received(frame);
    });
    const over = () => {
      if (isCurrent()) this.#received("closed");
    };
    stream.on("end", over).on("close", over).on("error", over);
    return stream;
  }
}
