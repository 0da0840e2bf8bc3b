/**
 * Kafka's protocol over WebSockets, as Odradek serves it: the binary frames of `/kafka/<broker id>`
 * are the byte stream of a TCP connection, and `/kafka` is some broker. It is how a browser, a
 * Worker or a program behind an HTTP proxy becomes a client.
 */
import type { BrokerNode, Network, Transport } from "./transport.ts";

/** The subprotocol that the server answers to. */
const SUBPROTOCOL = "kafka";

/** The network behind a URL such as `ws://localhost:8080/kafka`. */
export function webSocketNetwork(url: string): Network {
  const base = url.replace(/\/$/, "");
  return {
    bootstrap: [base],
    addressOf: ({ nodeId }: BrokerNode) => `${base}/${nodeId}`,
    connect: openWebSocket,
  };
}

async function openWebSocket(address: string, timeoutMs: number): Promise<Transport> {
  const socket = new WebSocket(address, SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  const opened = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    opened.reject(new Error(`it did not open within ${timeoutMs} ms`));
    socket.close();
  }, timeoutMs);
  socket.onopen = () => opened.resolve();
  // A WebSocket does not tell why it could not be opened.
  socket.onclose = () => opened.reject(new Error("the WebSocket was refused or nobody listens"));
  const received = receive(socket);
  try {
    await opened.promise;
  } finally {
    clearTimeout(timer);
  }
  return {
    send(pieces) {
      if (socket.readyState !== WebSocket.OPEN) return;
      for (const piece of pieces) socket.send(piece as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(),
    [Symbol.asyncIterator]: () => received,
  };
}

/** What arrives, kept from the first message on until somebody asks for it. */
function receive(socket: WebSocket): AsyncIterator<Uint8Array> {
  const arrived: Uint8Array[] = [];
  let changed = Promise.withResolvers<void>();
  let isOver = false;
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) arrived.push(new Uint8Array(data));
    changed.resolve();
  });
  socket.addEventListener("close", () => {
    isOver = true;
    changed.resolve();
  });
  return {
    async next() {
      while (arrived.length === 0 && !isOver) {
        await changed.promise;
        changed = Promise.withResolvers();
      }
      const value = arrived.shift();
      return value === undefined ? { done: true, value } : { done: false, value };
    },
  };
}
