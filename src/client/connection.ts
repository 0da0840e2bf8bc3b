/**
 * One connection to one broker: requests go out numbered, responses come back in the order of the
 * requests. On opening, both sides tell each other which versions of which APIs they know; from
 * then on every request is written in the highest version that both do (KIP-35).
 *
 * A connection that has failed once has failed for good, and says so to everybody who waits on it.
 */
import type { Api, RequestInput, ResponseOf } from "../protocol/api.ts";
import { ErrorCode } from "../protocol/errors.ts";
import { decodeResponseFrame, encodeRequestFrame } from "../protocol/frame.ts";
import { apiVersions } from "../protocol/messages/18-api-versions.ts";
import type { ApiVersionsResponse } from "../protocol/messages/18-api-versions.ts";
import { Reader } from "../protocol/reader.ts";
import { UnsupportedVersion } from "../protocol/unsupported-version.ts";
import type { VersionRange } from "../protocol/versions.ts";
import { KafkaError, throwErrorOf } from "./kafka-error.ts";
import { responseFrames } from "./response-frames.ts";
import type { Network, Transport } from "./transport.ts";

/** How this client calls itself in ApiVersions (KIP-511). */
const SOFTWARE = { clientSoftwareName: "odradek", clientSoftwareVersion: "0.1.0" };

export interface ConnectionOptions {
  /** What brokers know this client by. */
  readonly clientId: string;
  /** How long a broker may take to accept a connection. */
  readonly connectTimeoutMs: number;
  /** How long it may take to answer. A connection on which it took longer is given up. */
  readonly requestTimeoutMs: number;
}

export interface CallOptions {
  /** Takes the place of the connection's own, for requests that are meant to wait. */
  readonly timeoutMs?: number;
  /** The highest version that the caller has a use for. */
  readonly maxVersion?: number;
}

/** A request, or what makes one for the version that it will be written in. */
export type RequestFor<A extends Api> = RequestInput<A> | ((version: number) => RequestInput<A>);

interface Waiting {
  readonly correlationId: number;
  readonly take: (frame: Uint8Array) => void;
  readonly fail: (error: KafkaError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export class Connection {
  readonly address: string;
  /** Resolves once nothing can be sent or received any more, with the reason. */
  readonly closed: Promise<KafkaError>;
  readonly #close: (failure: KafkaError) => void;
  readonly #transport: Transport;
  readonly #options: ConnectionOptions;
  /** Those that wait for a response, in the order of their requests. */
  readonly #waiting: Waiting[] = [];
  #served: ReadonlyMap<number, VersionRange> = new Map();
  #hello: ApiVersionsResponse | null = null;
  #correlationId = 0;
  #failure: KafkaError | null = null;

  private constructor(address: string, transport: Transport, options: ConnectionOptions) {
    this.address = address;
    this.#transport = transport;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<KafkaError>();
    this.closed = promise;
    this.#close = resolve;
    void this.#receive();
  }

  /** Connects and asks for the broker's versions. Rejects with a {@link KafkaError}. */
  static async open(
    network: Network,
    address: string,
    options: ConnectionOptions,
  ): Promise<Connection> {
    const transport = await network.connect(address, options.connectTimeoutMs).catch((error) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new KafkaError("NETWORK_EXCEPTION", `No connection to ${address}: ${reason}.`, error);
    });
    const connection = new Connection(address, transport, options);
    try {
      await connection.#negotiate();
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Whether requests can still be sent. */
  get isOpen(): boolean {
    return this.#failure === null;
  }

  /** What the broker said of itself when the connection was opened. */
  get versions(): ApiVersionsResponse {
    if (this.#hello === null) throw new KafkaError("NETWORK_EXCEPTION");
    return this.#hello;
  }

  /** The highest version that both sides know, or null when they have none in common. */
  commonVersion(api: Api, maxVersion = Infinity): number | null {
    const served = this.#served.get(api.key);
    if (served === undefined) return null;
    const version = Math.min(served.max, api.servedVersions.max, maxVersion);
    return version >= Math.max(served.min, api.servedVersions.min) ? version : null;
  }

  /** Sends a request and resolves with its response, whatever errors that may name. */
  async call<A extends Api>(
    api: A,
    request: RequestFor<A>,
    options: CallOptions = {},
  ): Promise<ResponseOf<A>> {
    const version = this.#versionOf(api, options.maxVersion);
    const message = typeof request === "function" ? request(version) : request;
    return this.#exchange(api, version, message, {
      timeoutMs: options.timeoutMs,
      decode: (frame) => decodeResponseFrame(api, version, frame).response,
    });
  }

  /** Sends a request that the broker will not answer, which is what Produce with acks=0 is. */
  tell<A extends Api>(api: A, request: RequestFor<A>, options: CallOptions = {}): void {
    if (this.#failure !== null) throw this.#failure;
    const version = this.#versionOf(api, options.maxVersion);
    const message = typeof request === "function" ? request(version) : request;
    this.#send(api, version, message);
  }

  /** Ends the connection; whoever waits for a response gets an error. */
  close(): void {
    this.#fail(new KafkaError("NETWORK_EXCEPTION", `The connection to ${this.address} is closed.`));
  }

  #versionOf(api: Api, maxVersion?: number): number {
    const version = this.commonVersion(api, maxVersion);
    if (version !== null) return version;
    const served = this.#served.get(api.key);
    const subject = `The broker at ${this.address}`;
    if (served === undefined) {
      throw new KafkaError("UNSUPPORTED_VERSION", `${subject} does not serve ${api.name}.`);
    }
    const theirs = `${subject} serves ${api.name} in versions ${served.min} to ${served.max}`;
    const { min, max } = api.servedVersions;
    throw new KafkaError("UNSUPPORTED_VERSION", `${theirs}; this needs one of ${min} to ${max}.`);
  }

  async #negotiate(): Promise<void> {
    const newest = apiVersions.servedVersions.max;
    let response = await this.#askVersions(newest);
    if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION) {
      // An older broker answers in version 0 and names the versions in which it can be asked.
      const known = response.apiKeys.find(({ apiKey }) => apiKey === apiVersions.key);
      response = await this.#askVersions(Math.min(known?.maxVersion ?? 0, newest));
    }
    throwErrorOf(response.errorCode);
    this.#hello = response;
    this.#served = new Map(
      response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
        apiKey,
        { min: minVersion, max: maxVersion },
      ]),
    );
  }

  #askVersions(version: number): Promise<ApiVersionsResponse> {
    return this.#exchange(apiVersions, version, SOFTWARE, { decode: decodeVersions(version) });
  }

  #exchange<A extends Api, Answer>(
    api: A,
    version: number,
    message: RequestInput<A>,
    options: { timeoutMs?: number | undefined; decode(frame: Uint8Array): Answer },
  ): Promise<Answer> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    const { timeoutMs = this.#options.requestTimeoutMs, decode } = options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const correlationId = this.#send(api, version, message);
    this.#waiting.push({
      correlationId,
      take: (frame) => resolve(decode(frame)),
      fail: reject,
      timer: setTimeout(() => this.#giveUp(api, timeoutMs), timeoutMs),
    });
    return promise;
  }

  #send<A extends Api>(api: A, apiVersion: number, message: RequestInput<A>): number {
    const correlationId = this.#correlationId;
    const header = { apiVersion, correlationId, clientId: this.#options.clientId };
    const frame = encodeOrRefuse(api, header, message);
    this.#correlationId = (correlationId + 1) & 0x7fff_ffff;
    this.#transport.send(frame);
    return correlationId;
  }

  #giveUp(api: Api, timeoutMs: number): void {
    const late = `${this.address} did not answer ${api.name} within ${timeoutMs} ms.`;
    this.#fail(new KafkaError("REQUEST_TIMED_OUT", late));
  }

  async #receive(): Promise<void> {
    try {
      for await (const frame of responseFrames(this.#transport)) this.#take(frame);
      this.#fail(new KafkaError("NETWORK_EXCEPTION", `${this.address} closed the connection.`));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const lost = `The connection to ${this.address} failed: ${reason}.`;
      this.#fail(new KafkaError("NETWORK_EXCEPTION", lost, error));
    }
  }

  #take(frame: Uint8Array): void {
    const correlationId = new Reader(frame).int32();
    const waiting = this.#waiting[0];
    if (waiting?.correlationId !== correlationId) {
      throw new Error(`a response to request ${correlationId}, which is not the oldest, came`);
    }
    waiting.take(frame);
    this.#waiting.shift();
    clearTimeout(waiting.timer);
  }

  #fail(failure: KafkaError): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#transport.close();
    this.#close(failure);
    for (const { fail, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      fail(failure);
    }
  }
}

function encodeOrRefuse<A extends Api>(
  api: A,
  header: Parameters<typeof encodeRequestFrame>[1],
  message: RequestInput<A>,
): Uint8Array[] {
  try {
    return encodeRequestFrame(api, header, message);
  } catch (error) {
    if (!(error instanceof UnsupportedVersion)) throw error;
    const reason = `The broker's newest ${api.name} is too old for this: ${error.message}`;
    throw new KafkaError("UNSUPPORTED_VERSION", reason, error);
  }
}

/** Reads an answer to ApiVersions, which a broker that does not know the version gives in 0. */
function decodeVersions(version: number): (frame: Uint8Array) => ApiVersionsResponse {
  return (frame) => {
    const reader = new Reader(frame);
    reader.int32();
    const isRefused = reader.int16() === ErrorCode.UNSUPPORTED_VERSION;
    return decodeResponseFrame(apiVersions, isRefused ? 0 : version, frame).response;
  };
}
