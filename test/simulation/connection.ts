/**
 * A client's connection to a gateway: two streams of bytes that keep their order and are cut
 * anywhere. The gateway's end is served as a TCP connection is.
 */
import { concatBytes } from "../../src/base/concat-bytes.ts";
import { isClientsDoing, KafkaConnection } from "../../src/gateway/kafka-connection.ts";
import { ResponseQueue } from "../../src/gateway/response-queue.ts";
import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import { FrameSplitter } from "../../src/protocol/frame-splitter.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../../src/protocol/frame.ts";
import type { Cluster } from "./cluster.ts";
import type { Instance } from "./network.ts";
import type { World } from "./world.ts";

interface Waiting {
  readonly correlationId: number;
  readonly answer: (frame: Uint8Array) => void;
  readonly fail: (error: Error) => void;
}

/** One direction of a connection. */
class Stream {
  readonly #world: World;
  readonly #delay: () => number;
  #arrivesAt = 0;

  constructor(world: World, delay: () => number) {
    this.#world = world;
    this.#delay = delay;
  }

  /** Delivers `bytes` in pieces, after all that was sent before. */
  send(bytes: Uint8Array, deliver: (piece: Uint8Array) => void): void {
    const { random } = this.#world;
    const cut = random.chance(0.3) ? random.int(0, bytes.length) : bytes.length;
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      if (piece.length > 0) this.deliver(() => deliver(piece.slice()));
    }
  }

  /** Calls `arrive` after all that was sent before has arrived. */
  deliver(arrive: () => void): void {
    this.#arrivesAt = Math.max(this.#arrivesAt, this.#world.now + this.#delay());
    this.#world.after(this.#arrivesAt - this.#world.now, arrive);
  }
}

export class Connection {
  readonly nodeId: number;
  readonly #cluster: Cluster;
  readonly #up: Stream;
  readonly #down: Stream;
  readonly #splitter = new FrameSplitter(1 << 30);
  readonly #waiting: Waiting[] = [];
  readonly #arrived: (Uint8Array | null)[] = [];
  #onArrival: (() => void) | null = null;
  #correlationId = 0;
  #server: Instance | null = null;
  isOpen = true;

  constructor(cluster: Cluster, nodeId: number) {
    const { world, network } = cluster;
    this.nodeId = nodeId;
    this.#cluster = cluster;
    this.#up = new Stream(world, () => network.delay());
    this.#down = new Stream(world, () => network.delay());
    this.#up.deliver(() => {
      void this.#serve().catch((error: Error) => world.fail(error));
    });
  }

  /** Sends a request. Rejects when the connection ends before the answer. */
  call<A extends Api>(
    api: A,
    apiVersion: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    const correlationId = ++this.#correlationId;
    const header = { apiVersion, correlationId, clientId: "simulated" };
    const frame = concatBytes(encodeRequestFrame(api, header, request));
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new Error("The connection is closed."));
      const answer = (bytes: Uint8Array) =>
        resolve(decodeResponseFrame(api, apiVersion, bytes).response);
      this.#waiting.push({ correlationId, answer, fail: reject });
      this.#up.send(frame, (piece) => this.#arrive(piece));
    });
  }

  /** The connection breaks, or the client leaves: whoever waits is told, the gateway later. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const { fail } of this.#waiting.splice(0)) fail(new Error("The connection has ended."));
    this.#up.deliver(() => this.#arrive(null));
  }

  #arrive(piece: Uint8Array | null): void {
    if (this.#server && !this.#server.isAlive) return;
    this.#arrived.push(piece);
    this.#onArrival?.();
  }

  /** The gateway's end. */
  async #serve(): Promise<void> {
    const { instance, broker } = this.#cluster.gateway(this.nodeId);
    this.#server = instance;
    const onEnd = () => this.#down.deliver(() => this.close());
    instance.onEnd.add(onEnd);
    const leave = () => {
      if (instance.onEnd.delete(onEnd)) this.#down.deliver(() => this.close());
    };
    const responses = new ResponseQueue(async (frames) => {
      if (!instance.isAlive) return;
      for (const frame of frames) {
        this.#down.send(concatBytes(frame), (piece) => this.#receive(piece));
      }
    });
    const hosts = { host: "simulated", clientHost: "/simulated" };
    const connection = new KafkaConnection({ broker, hosts, responses, close: leave });
    try {
      await this.#readFrames(connection, broker.ports.config.socketRequestMaxBytes);
      await connection.finish("the client has left");
    } catch (error) {
      if (!isClientsDoing(error)) throw error;
      await connection.finish(error.message);
    }
  }

  async #readFrames(connection: KafkaConnection, maxFrameBytes: number): Promise<void> {
    const splitter = new FrameSplitter(maxFrameBytes);
    for (;;) {
      const piece = this.#arrived.shift();
      if (piece === null) return;
      if (piece === undefined) {
        await new Promise<void>((resolve) => (this.#onArrival = resolve));
        continue;
      }
      for (const frame of splitter.push(piece)) {
        const pause = connection.receive(frame);
        if (pause) await pause;
      }
    }
  }

  /** The client's end. */
  #receive(piece: Uint8Array): void {
    if (!this.isOpen) return;
    for (const frame of this.#splitter.push(piece)) {
      const waiting = this.#waiting.shift();
      const correlationId = new DataView(frame.buffer, frame.byteOffset).getInt32(0);
      if (waiting?.correlationId !== correlationId) {
        throw new Error(`Answer ${correlationId} came before ${waiting?.correlationId}'s.`);
      }
      waiting.answer(frame);
    }
  }
}
