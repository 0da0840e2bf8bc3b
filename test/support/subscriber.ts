/**
 * A live subscriber as any WebSocket client is one: what it has been sent, and when it was closed.
 */
import { once } from "node:events";

import { WebSocket } from "ws";

/** One JSON message of a subscription. */
export type Message = Record<string, unknown>;

const PATIENCE_MS = 20_000;

export class Subscriber {
  readonly socket: WebSocket;
  readonly messages: Message[] = [];
  #onMessage: (() => void) | null = null;

  /** Connects to the records of a topic; `path` may have a query. */
  constructor(url: string, headers: Record<string, string> = {}) {
    this.socket = new WebSocket(url, { headers });
    this.socket.on("message", (bytes: Buffer) => {
      this.messages.push(JSON.parse(bytes.toString()) as Message);
      this.#onMessage?.();
    });
  }

  async opened(): Promise<this> {
    await once(this.socket, "open");
    return this;
  }

  /** Waits until so many messages have come, and returns all. */
  async received(count: number): Promise<Message[]> {
    const deadline = Date.now() + PATIENCE_MS;
    while (this.messages.length < count) {
      const remainingMs = deadline - Date.now();
      if (remainingMs <= 0) {
        throw new Error(`${this.messages.length} of ${count} messages have come.`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, remainingMs);
        this.#onMessage = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.messages;
  }

  /** Waits for the end, and returns the close code. */
  async closed(): Promise<number> {
    if (this.socket.readyState === WebSocket.CLOSED) throw new Error("It had been closed before.");
    const [code] = (await once(this.socket, "close")) as [number];
    return code;
  }

  close(): void {
    this.socket.close();
  }
}
