/**
 * Kafka's protocol on one socket, with nothing on top. A frame is its size in four bytes, a header
 * and a body; the header of a request names its API, the version in which the body is written, and
 * a number that the response will repeat. That is all that a client and a broker have to agree on.
 */
import { connect } from "node:net";
import type { Socket } from "node:net";

import type { Api, RequestInput, ResponseOf } from "../../src/protocol/api.ts";
import { encodeRequestFrame } from "../../src/protocol/frame.ts";
import { Reader } from "../../src/protocol/reader.ts";
import type { NoteAnswer } from "./answers.ts";

/** How long anything may take that is not meant to wait. */
const PATIENCE_MS = 15_000;

const SIZE_BYTES = 4;
const CLIENT_ID = "conformance";

/** A connection to one broker. Whoever opened it closes it. */
export class Wire {
  readonly #socket: Socket;
  readonly #noteAnswer: NoteAnswer | undefined;
  #correlationId = 0;
  #lastFrame: Promise<unknown> = Promise.resolve();
  #isOver = false;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket, noteAnswer?: NoteAnswer) {
    this.#socket = socket;
    this.#noteAnswer = noteAnswer;
    const changed = () => this.#changed.resolve();
    const over = () => {
      this.#isOver = true;
      changed();
    };
    // A reset is an end like any other: what counts is what could be read before.
    socket.on("readable", changed).on("end", over).on("close", over).on("error", over);
  }

  /** Connects to `host:port`; `noteAnswer` is told of every response. */
  static async open(address: string, noteAnswer?: NoteAnswer): Promise<Wire> {
    const colon = address.lastIndexOf(":");
    const host = address.slice(0, colon);
    const socket = connect({ host, port: Number(address.slice(colon + 1)), noDelay: true });
    const connected = Promise.withResolvers<void>();
    socket.once("connect", connected.resolve).once("error", connected.reject);
    await within(connected.promise, `a connection to ${address}`);
    return new Wire(socket, noteAnswer);
  }

  /** Sends a request and returns its response. */
  async call<A extends Api>(
    api: A,
    version: number,
    request: RequestInput<A>,
  ): Promise<ResponseOf<A>> {
    const correlationId = this.send(api, version, request);
    const answer = await this.receive(api, version);
    if (answer.correlationId === correlationId) return answer.response;
    throw new Error(`Request ${correlationId} was answered as ${answer.correlationId}.`);
  }

  /** Sends a request and returns its correlation id, by which its response will be known. */
  send<A extends Api>(api: A, version: number, request: RequestInput<A>): number {
    const correlationId = ++this.#correlationId;
    const header = { apiVersion: version, correlationId, clientId: CLIENT_ID };
    this.sendBytes(...encodeRequestFrame(api, header, request));
    return correlationId;
  }

  /** Reads the next frame as a response; a byte that the version does not have is an error. */
  async receive<A extends Api>(
    api: A,
    version: number,
  ): Promise<{ correlationId: number; response: ResponseOf<A> }> {
    const reader = new Reader(await this.frame());
    const correlationId = reader.int32();
    if (api.responseHeaderVersion(version) === 1) reader.skipTags();
    const response = api.decodeResponse(reader, version) as ResponseOf<A>;
    if (reader.remaining > 0) {
      throw new Error(`${reader.remaining} bytes follow ${api.name} v${version}.`);
    }
    this.#noteAnswer?.(api, response);
    return { correlationId, response };
  }

  /** Sends bytes as they are, whatever a broker may think of them. */
  sendBytes(...pieces: Uint8Array[]): void {
    this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    this.#socket.uncork();
  }

  /** Ends our half of the connection; the broker may still answer. */
  end(): void {
    this.#socket.end();
  }

  /** The next frame that the broker sends, without its size. Who asks first gets the first one. */
  frame(): Promise<Uint8Array> {
    const next = this.#lastFrame.then(async () => {
      const size = await this.#read(SIZE_BYTES);
      return this.#read(new DataView(size.buffer, size.byteOffset).getInt32(0));
    });
    this.#lastFrame = next;
    return next;
  }

  /** Waits until the broker has closed the connection; another frame from it is an error. */
  async closed(): Promise<void> {
    while (!this.#isOver) {
      const bytes = this.#socket.read() as Buffer | null;
      if (bytes !== null) throw new Error(`Not a close, but ${bytes.length} bytes came.`);
      await this.#change("the end of the connection");
    }
  }

  /** Closes the connection at once. */
  close(): void {
    this.#socket.destroy();
  }

  async #read(size: number): Promise<Uint8Array> {
    for (;;) {
      const bytes = this.#socket.read(size) as Buffer | null;
      if (bytes?.length === size) return bytes;
      if (this.#isOver) throw new Error("The broker closed the connection.");
      await this.#change(`${size} bytes`);
    }
  }

  async #change(awaited: string): Promise<void> {
    await within(this.#changed.promise, awaited);
    this.#changed = Promise.withResolvers();
  }
}

/** Rejects when `promise` has not settled in time. */
async function within<Value>(promise: Promise<Value>, awaited: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Waited ${PATIENCE_MS} ms for ${awaited}.`)),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
