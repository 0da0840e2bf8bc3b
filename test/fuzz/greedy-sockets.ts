/** Connections of clients that want too much: what they send and do not read is up to a test. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { FrameSplitter } from "../../src/protocol/frame-splitter.ts";
import { encodeRequestFrame } from "../../src/protocol/frame.ts";

/** Not all in one burst: a listener's backlog is short. */
const BURST = 40;
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** Opens connections that read nothing until they are told to. */
export async function openSockets(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const burst = Array.from({ length: Math.min(BURST, count - sockets.length) }, async () => {
      const socket = connect({ port, host: "127.0.0.1" });
      await once(socket, "connect");
      // A server that has had enough of it ends it, in whatever way.
      return socket.on("error", () => {});
    });
    sockets.push(...(await Promise.all(burst)));
  }
  return sockets;
}

/** Ends them all, however much is still to be sent. */
export function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}

/** A request as bytes, for those who send it many times. */
export function requestBytes<A extends Api>(
  api: A,
  apiVersion: number,
  request: RequestInput<A>,
): Uint8Array {
  const header = { apiVersion, correlationId: 1, clientId: "greedy" };
  return new Uint8Array(Buffer.concat(encodeRequestFrame(api, header, request)));
}

/**
 * Counts the answers that come, up to `count` of them or the end of the connection, which it leaves
 * open.
 */
export async function answersOf(socket: Socket, count: number): Promise<number> {
  const splitter = new FrameSplitter(MAX_ANSWER_BYTES);
  let answers = 0;
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    answers += splitter.push(new Uint8Array(piece as Buffer)).length;
    if (answers >= count) break;
  }
  return answers;
}
