/**
 * One connection that speaks Kafka, over TCP or a WebSocket: frames in, answers out, in order.
 *
 * Only Produce overlaps Produce: the next one begins when the appends of the one before are in
 * their queues. Every other request is worked on alone, after all before it have been answered, as
 * in Kafka, where a connection is muted while a request is under way.
 */
import type { Millis } from "../base/clock.ts";
import { MalformedFrame } from "../base/malformed-frame.ts";
import type { Broker } from "../broker/broker.ts";
import { findHandler } from "../broker/handler-table.ts";
import {
  CloseConnection,
  type ConnectionContext,
  type Handler,
  type RequestContext,
} from "../broker/handler.ts";
import { unsupportedApiVersions } from "../broker/handlers/18-api-versions.ts";
import { Unreachable } from "../broker/ports.ts";
import type { Api, ResponseInput } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/errors.ts";
import {
  decodeRequestHeader,
  decodeRequestPrefix,
  encodeResponseFrame,
  type OpenedRequest,
  type RequestPrefix,
} from "../protocol/frame.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import { apiVersions } from "../protocol/messages/18-api-versions.ts";
import { ConnectionMemory, type RequestHold } from "./connection-memory.ts";
import { ProducesUnderWay } from "./produces-under-way.ts";
import { type ResponseQueue, type ResponseSlot, sizeOf } from "./response-queue.ts";

/**
 * Requests of one connection that are worked on before the others have their turn. Many need
 * nothing from elsewhere, and a client may send ten thousand of those at a time.
 */
const REQUESTS_PER_TURN = 100;

/** Bytes of answers that a client may leave unread; above it, reading from it pauses. */
const MAX_UNWRITTEN_BYTES = 256 * 1024;

/** Between whom a connection is. */
export interface ConnectionHosts {
  /** The host by which the client reached us. */
  readonly host: string;
  /** Where the client is, as Kafka writes it: `/127.0.0.1`. */
  readonly clientHost: string;
}

export interface KafkaConnectionOptions {
  readonly broker: Broker;
  readonly hosts: ConnectionHosts;
  readonly responses: ResponseQueue;
  /** Ends the connection; called at most once. */
  readonly close: (reason: string) => void;
}

export class KafkaConnection implements ConnectionContext {
  readonly host: string;
  readonly clientHost: string;
  readonly memory: ConnectionMemory;
  readonly #broker: Broker;
  readonly #responses: ResponseQueue;
  readonly #produces: ProducesUnderWay;
  readonly #close: (reason: string) => void;
  readonly #onClose = new Set<() => void>();
  #isClosed = false;
  #lastActiveAt: Millis;
  #requestsOfTurn = 0;

  constructor({ broker, hosts, responses, close }: KafkaConnectionOptions) {
    this.host = hosts.host;
    this.clientHost = hosts.clientHost;
    this.#broker = broker;
    this.#responses = responses;
    this.#lastActiveAt = broker.ports.clock.now();
    this.#close = close;
    const giveUp = () => this.end("the server lacks the memory that this connection holds");
    this.memory = new ConnectionMemory(broker.memory, giveUp);
    this.#produces = new ProducesUnderWay(broker.memory.frames);
  }

  get lastActiveAt(): Millis {
    return this.#lastActiveAt;
  }

  /** Bytes have come or gone. */
  isActive(): void {
    this.#lastActiveAt = this.#broker.ports.clock.now();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  onClose(listener: () => void): () => void {
    this.#onClose.add(listener);
    return () => this.#onClose.delete(listener);
  }

  /** Ends the connection, for a reason that says what the client did, or that it left. */
  end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.memory.close();
    this.#produces.close();
    for (const listener of this.#onClose) listener();
    this.#responses.close();
    this.#close(reason);
  }

  /**
   * Takes the next request. The promise, if there is one, resolves when the one after it may come.
   * Throws or rejects with what ends the connection: a {@link MalformedFrame}, or a request to
   * which Kafka answers by closing; call {@link finish} then. The frame belongs to the connection
   * until its request has been answered.
   */
  receive(frame: Uint8Array): Promise<void> | undefined {
    if (this.#isClosed) return undefined;
    const pause = this.#take(frame);
    this.#requestsOfTurn += 1;
    if (this.#requestsOfTurn < REQUESTS_PER_TURN) return pause;
    this.#requestsOfTurn = 0;
    return this.#nextTurn(pause);
  }

  async #nextTurn(pause: Promise<void> | undefined): Promise<void> {
    await pause;
    await new Promise<void>((resolve) => this.#broker.ports.timers.after(0, resolve));
  }

  #take(frame: Uint8Array): Promise<void> | undefined {
    const prefix = decodeRequestPrefix(frame);
    const handler = findHandler(prefix.apiKey, prefix.apiVersion);
    if (!handler) {
      this.memory.drop();
      return this.#refuseVersion(prefix, frame);
    }
    const hold = this.memory.request(frame.length, handler.api.key !== produce.key);
    if (!(hold instanceof Promise)) return this.#begin(handler, frame, hold);
    return hold.then((granted) => {
      if (!this.#isClosed) return this.#begin(handler, frame, granted);
      granted.release();
      return undefined;
    });
  }

  #begin(handler: Handler, frame: Uint8Array, hold: RequestHold | null): Promise<void> | undefined {
    try {
      const opened = decodeRequestHeader(frame, handler.api);
      const request = handler.api.decodeRequest(opened.reader, opened.header.apiVersion);
      hold?.decoded(opened.reader.elements);
      const work = { handler, request, opened, hold, afterwards: [] };
      if (handler.api.key === produce.key) return this.#overlap(work, frame.length);
      return this.#alone(work);
    } catch (error) {
      hold?.release();
      throw error;
    }
  }

  /**
   * Ends the connection when all that came before has been answered, as Kafka does, which takes
   * requests one by one.
   */
  async finish(reason: string): Promise<void> {
    await this.#produces.untilNone();
    await this.#responses.empty();
    this.end(reason);
  }

  /**
   * Kafka closes the connection over a version it lacks, unless it is one of ApiVersions (KIP-511)
   * whose header can be read.
   */
  #refuseVersion(
    { apiKey, apiVersion, correlationId }: RequestPrefix,
    frame: Uint8Array,
  ): Promise<void> | undefined {
    if (apiKey !== apiVersions.key) {
      throw new CloseConnection(`version ${apiVersion} of API ${apiKey} is not supported`);
    }
    decodeRequestHeader(frame, apiVersions);
    const header = { apiVersion: 0, correlationId };
    this.#responses
      .reserve()
      .fill(encodeResponseFrame(apiVersions, header, unsupportedApiVersions()));
    return this.#untilRead();
  }

  #overlap(work: Work, size: number): Promise<void> | undefined {
    const slot = this.#responses.reserve();
    const isSmall = work.hold === null;
    this.#produces.begin(size, isSmall);
    let hasBegun = false;
    let onBegun: (() => void) | null = null;
    const begun = () => {
      hasBegun = true;
      onBegun?.();
    };
    void this.#run(work, slot, begun).then(() => {
      begun();
      this.#produces.end(size, isSmall);
    });
    if (hasBegun && this.#mayReadOn) return undefined;
    const start = hasBegun
      ? Promise.resolve()
      : new Promise<void>((resolve) => (onBegun = resolve));
    return start.then(() => this.#produces.untilRoom()).then(() => this.#untilRead());
  }

  async #alone(work: Work): Promise<void> {
    await this.#produces.untilNone();
    const slot = this.#responses.reserve();
    const hold = this.memory.answer(await this.#run(work, slot, () => {}));
    // A client that does not read its answers is not read from either.
    await this.#responses.empty();
    hold?.release();
    if (!this.#isClosed) for (const afterwards of work.afterwards) afterwards();
  }

  get #mayReadOn(): boolean {
    return this.#produces.isRoom && this.#responses.unwrittenBytes <= MAX_UNWRITTEN_BYTES;
  }

  #untilRead(): Promise<void> | undefined {
    const isRead = this.#responses.unwrittenBytes <= MAX_UNWRITTEN_BYTES;
    return isRead ? undefined : this.#responses.empty();
  }

  /** Works on one request, fills its slot and returns the answer's size. Never rejects. */
  async #run(work: Work, slot: ResponseSlot, begun: () => void): Promise<number> {
    const { handler, request, hold } = work;
    const { header } = work.opened;
    const fill = (response: ResponseInput<Api> | null) => {
      const pieces = response && encodeResponseFrame(handler.api, header, response);
      slot.fill(pieces);
      return sizeOf(pieces);
    };
    const context: RequestContext = {
      broker: this.#broker,
      connection: this,
      apiVersion: header.apiVersion,
      clientId: header.clientId,
      begun,
      afterwards: (listener) => work.afterwards.push(listener),
    };
    try {
      return fill(await handler.handle(request, context));
    } catch (error) {
      if (isClientsDoing(error)) {
        this.end(error.message);
        return 0;
      }
      if (!(error instanceof Unreachable)) {
        console.error(`${handler.api.name} v${header.apiVersion} failed:`, error);
      }
      return fill(handler.refuse(request, errorCodeOf(error)));
    } finally {
      hold?.release();
    }
  }
}

/** What a client is told of an error that no handler knows; a timeout is worth another try. */
function errorCodeOf(error: unknown): ErrorCode {
  if (error instanceof Unreachable) return ErrorCode.REQUEST_TIMED_OUT;
  return ErrorCode.UNKNOWN_SERVER_ERROR;
}

/** Whether the error ends a connection because of what its client sent. */
export function isClientsDoing(error: unknown): error is Error {
  return error instanceof CloseConnection || error instanceof MalformedFrame;
}

type DecodedRequest = ReturnType<Handler["api"]["decodeRequest"]>;

interface Work {
  readonly handler: Handler;
  readonly request: DecodedRequest;
  readonly opened: OpenedRequest;
  readonly hold: RequestHold | null;
  /** What is to be done once it is answered. */
  readonly afterwards: (() => void)[];
}
