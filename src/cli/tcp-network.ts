/** The network of Kafka's own clients: a list of `host:port`, and TCP to each broker. */
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";

import type { BrokerNode, Network, Transport } from "../client/transport.ts";
import { CommandError } from "./command-error.ts";

/** The network behind a `--bootstrap-server`: `host1:port1,host2:port2`. */
export function tcpNetwork(bootstrapServers: string): Network {
  return {
    bootstrap: bootstrapServers.split(",").map(checkedAddress),
    addressOf: ({ host, port }: BrokerNode) =>
      host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`,
    connect: openSocket,
  };
}

function checkedAddress(text: string): string {
  const address = text.trim();
  if (/^(\[[^\]]+\]|[^:\s]+):\d+$/.test(address)) return address;
  throw new CommandError(`"${address}" is not the address of a broker.
Please provide valid host:port like host1:9091,host2:9092`);
}

async function openSocket(address: string, timeoutMs: number): Promise<Transport> {
  const colon = address.lastIndexOf(":");
  const host = address.slice(0, colon).replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(address.slice(colon + 1)), noDelay: true });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer in ${timeoutMs} ms`)));
  try {
    await once(socket, "connect");
  } catch (error) {
    throw new Error(reasonOf(error), { cause: error });
  }
  socket.setTimeout(0);
  return new SocketTransport(socket);
}

class SocketTransport implements Transport {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  send(pieces: readonly Uint8Array[]): void {
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  close(): void {
    this.#socket.destroy();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.#socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }
}

/** Why a connection failed, in words: `localhost` has two addresses, and each has a reason. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = first as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED") return "nobody listens there";
  if (code === "ENOTFOUND") return "the host's name is not known";
  return message;
}
