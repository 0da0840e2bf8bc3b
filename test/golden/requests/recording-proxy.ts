/**
 * Stands between clients and a cluster and keeps the request frames that pass, as they were sent.
 * Each broker of the cluster on 127.0.0.1 has a listener of the same port on another loopback
 * address, which is the one that the cluster tells its clients.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { Server } from "node:net";

import { FrameSplitter } from "../../../src/protocol/frame-splitter.ts";

/** Where the proxy listens. */
export const PROXY_HOST = "127.0.0.2";

const MAX_FRAME_BYTES = 100 * 1024 * 1024;

export class RecordingProxy {
  readonly #servers: Server[] = [];
  #frames: Uint8Array[] = [];

  /** Listens for the brokers on these ports. */
  async listen(ports: readonly number[]): Promise<void> {
    for (const port of ports) {
      const server = createServer((client) => {
        const broker = connect(port, "127.0.0.1");
        const splitter = new FrameSplitter(MAX_FRAME_BYTES);
        client.on("data", (bytes: Buffer) => {
          for (const frame of splitter.push(new Uint8Array(bytes))) this.#frames.push(frame);
        });
        client.pipe(broker).pipe(client);
        client.on("error", () => broker.destroy());
        broker.on("error", () => client.destroy());
      });
      this.#servers.push(server.listen(port, PROXY_HOST));
      await once(server, "listening");
    }
  }

  /** What has passed since this was last asked. */
  take(): Uint8Array[] {
    return this.#frames.splice(0);
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }
}
