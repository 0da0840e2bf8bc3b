/**
 * One connection that speaks Kafka, over TCP or a WebSocket: frames in, answers out, in order.
 *
 * Only Produce overlaps Produce: the next one begins when the appends of the one before are in
 * their queues. Every other request is worked on alone, after all before it have been answered, as
 * in Kafka, where a connection is muted while a request is under way.
 */
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
import type { ResponseQueue, ResponseSlot } from "./response-queue.ts";

/** Bytes of Produce requests that one connection may have under way; reading pauses above it. */
const MAX_PRODUCE_BYTES_UNDER_WAY = 16 * 1024 * 1024;

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
  readonly #broker: Broker;
  readonly #responses: ResponseQueue;
  readonly #close: (reason: string) => void;
  readonly #onClose = new Set<() => void>();
  #isClosed = false;
  #produceBytesUnderWay = 0;
  #onProduceDone: (() => void) | null = null;

  constructor({ broker, hosts, responses, close }: KafkaConnectionOptions) {
    this.host = hosts.host;
    this.clientHost = hosts.clientHost;
    this.#broker = broker;
    this.#responses = responses;
    this.#close = close;
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
    const prefix = decodeRequestPrefix(frame);
    const handler = findHandler(prefix.apiKey, prefix.apiVersion);
    if (!handler) return this.#refuseVersion(prefix);
    const opened = decodeRequestHeader(frame, handler.api);
    const request = handler.api.decodeRequest(opened.reader, prefix.apiVersion);
    if (handler.api.key === produce.key)
      return this.#overlap(handler, request, opened, frame.length);
    return this.#alone(handler, request, opened);
  }

  /**
   * Ends the connection when all that came before has been answered, as Kafka does, which takes
   * requests one by one.
   */
  async finish(reason: string): Promise<void> {
    await this.#untilProduceBytes(0);
    await this.#responses.empty();
    this.end(reason);
  }

  /**
   * Kafka closes the connection over a version it lacks, unless it is one of ApiVersions (KIP-511).
   */
  #refuseVersion({ apiKey, apiVersion, correlationId }: RequestPrefix): undefined {
    if (apiKey !== apiVersions.key) {
      throw new CloseConnection(`version ${apiVersion} of API ${apiKey} is not supported`);
    }
    const header = { apiVersion: 0, correlationId };
    this.#responses
      .reserve()
      .fill(encodeResponseFrame(apiVersions, header, unsupportedApiVersions()));
  }

  #overlap(
    handler: Handler,
    request: DecodedRequest,
    opened: OpenedRequest,
    size: number,
  ): Promise<void> | undefined {
    const slot = this.#responses.reserve();
    this.#produceBytesUnderWay += size;
    let hasBegun = false;
    let onBegun: (() => void) | null = null;
    const begun = () => {
      hasBegun = true;
      onBegun?.();
    };
    void this.#run(handler, request, { opened, slot, begun }).then(() => {
      begun();
      this.#produceBytesUnderWay -= size;
      this.#onProduceDone?.();
    });
    if (hasBegun && this.#produceBytesUnderWay <= MAX_PRODUCE_BYTES_UNDER_WAY) return undefined;
    const start = hasBegun
      ? Promise.resolve()
      : new Promise<void>((resolve) => (onBegun = resolve));
    return start.then(() => this.#untilProduceBytes(MAX_PRODUCE_BYTES_UNDER_WAY));
  }

  async #alone(handler: Handler, request: DecodedRequest, opened: OpenedRequest): Promise<void> {
    await this.#untilProduceBytes(0);
    const slot = this.#responses.reserve();
    await this.#run(handler, request, { opened, slot, begun: () => {} });
    // A client that does not read its answers is not read from either.
    await this.#responses.empty();
  }

  async #untilProduceBytes(limit: number): Promise<void> {
    while (this.#produceBytesUnderWay > limit && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#onProduceDone = resolve));
    }
    this.#onProduceDone = null;
  }

  /** Works on one request and fills its slot. Never rejects. */
  async #run(
    handler: Handler,
    request: DecodedRequest,
    { opened, slot, begun }: Run,
  ): Promise<void> {
    const { header } = opened;
    const context: RequestContext = {
      broker: this.#broker,
      connection: this,
      apiVersion: header.apiVersion,
      clientId: header.clientId,
      begun,
    };
    try {
      const response = await handler.handle(request, context);
      slot.fill(response && encodeResponseFrame(handler.api, header, response));
    } catch (error) {
      if (isClientsDoing(error)) return this.end(error.message);
      const response = handler.refuse(request, errorCodeOf(error));
      slot.fill(encodeResponseFrame(handler.api, header, response));
      if (error instanceof Unreachable) return;
      console.error(`${handler.api.name} v${header.apiVersion} failed:`, error);
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

interface Run {
  readonly opened: OpenedRequest;
  readonly slot: ResponseSlot;
  readonly begun: () => void;
}
