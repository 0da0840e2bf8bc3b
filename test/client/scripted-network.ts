/**
 * A network whose brokers do what a test says: a function for each API, which gets the decoded
 * request and gives the answer. Frames go through the real codecs; only the wire is missing.
 */
import { concatBytes } from "../../src/base/concat-bytes.ts";
import type { BrokerNode, Network, Transport } from "../../src/client/transport.ts";
import type { Api, RequestOf, ResponseInput } from "../../src/protocol/api.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import {
  decodeRequestHeader,
  decodeRequestPrefix,
  encodeResponseFrame,
} from "../../src/protocol/frame.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import type { VersionRange } from "../../src/protocol/versions.ts";

/** Instead of an answer: the connection ends, or nothing comes. */
export const CLOSE = Symbol("the broker closes the connection");
export const SILENCE = Symbol("the broker does not answer");

const UNSUPPORTED_VERSION: number = ErrorCode.UNSUPPORTED_VERSION;

type Answer<A extends Api> = ResponseInput<A> | typeof CLOSE | typeof SILENCE;

/** What a broker makes of a request. */
export type Respond<A extends Api> = (
  request: RequestOf<A>,
  context: { readonly version: number; readonly address: string },
) => Answer<A> | Promise<Answer<A>>;

/** A request as it came. */
export interface SeenRequest {
  readonly name: string;
  readonly version: number;
  readonly address: string;
}

interface Served {
  readonly api: Api;
  readonly versions: VersionRange;
  readonly respond: Respond<Api>;
}

export class ScriptedNetwork implements Network {
  readonly bootstrap: readonly string[];
  /** All requests but ApiVersions, in the order in which they came. */
  readonly seen: SeenRequest[] = [];
  /** Addresses at which nobody listens. */
  readonly absent = new Set<string>();
  readonly #served = new Map<number, Served>();

  constructor(...bootstrap: string[]) {
    this.bootstrap = bootstrap.length > 0 ? bootstrap : ["broker-1:9092"];
    this.serve(apiVersions, (_request, { version }) => ({
      errorCode: 0,
      apiKeys: [...this.#served.values()].map(({ api, versions }) => ({
        apiKey: api.key,
        minVersion: versions.min,
        maxVersion: versions.max,
      })),
      ...(version >= 3 && { finalizedFeaturesEpoch: -1 }),
    }));
  }

  /** Has all brokers serve an API, in all versions unless said otherwise. */
  serve<A extends Api>(api: A, respond: Respond<A>, versions: VersionRange = api.versions): this {
    this.#served.set(api.key, { api, versions, respond: respond as Respond<Api> });
    return this;
  }

  /** Has Metadata name these brokers, `broker-1:9092` and so on, and these topics. */
  serveMetadata(
    brokers: readonly number[],
    topics: () => Record<string, readonly number[]> = () => ({}),
  ): this {
    return this.serve(metadata, ({ topics: asked }) => {
      const known = topics();
      const names = asked?.map(({ name }) => name ?? "") ?? Object.keys(known);
      return {
        brokers: brokers.map((nodeId) => ({ nodeId, host: `broker-${nodeId}`, port: 9092 })),
        controllerId: brokers[0]!,
        topics: names.map((name) => ({
          name,
          errorCode: known[name] === undefined ? 3 : 0,
          partitions: (known[name] ?? []).map((leaderId, partitionIndex) => ({
            errorCode: leaderId < 0 ? 5 : 0,
            partitionIndex,
            leaderId,
            replicaNodes: [leaderId],
            isrNodes: [leaderId],
          })),
        })),
      };
    });
  }

  addressOf({ host, port }: BrokerNode): string {
    return `${host}:${port}`;
  }

  async connect(address: string): Promise<Transport> {
    if (this.absent.has(address)) throw new Error("nobody listens there");
    return new ScriptedTransport((frame) => this.#respond(frame, address));
  }

  async #respond(frame: Uint8Array, address: string): Promise<Uint8Array | typeof CLOSE | null> {
    const { apiKey, apiVersion: version, correlationId } = decodeRequestPrefix(frame);
    const { api, respond } = this.#served.get(apiKey)!;
    const { reader } = decodeRequestHeader(frame, api);
    if (api !== apiVersions) this.seen.push({ name: api.name, version, address });
    const answer = await respond(api.decodeRequest(reader, version), { version, address });
    if (answer === CLOSE) return CLOSE;
    if (answer === SILENCE) return null;
    const response = answer as ResponseInput<Api>;
    // A broker that does not know the version of ApiVersions answers in the oldest.
    const isRefused = api === apiVersions && response["errorCode"] === UNSUPPORTED_VERSION;
    const apiVersion = isRefused ? 0 : version;
    return concatBytes(encodeResponseFrame(api, { apiVersion, correlationId }, response));
  }
}

/** Answers come in the order of the requests, whichever of them was ready first. */
class ScriptedTransport implements Transport {
  readonly #respond: (frame: Uint8Array) => Promise<Uint8Array | typeof CLOSE | null>;
  readonly #answers: Promise<Uint8Array | typeof CLOSE | null>[] = [];
  #isClosed = false;
  #changed = Promise.withResolvers<void>();

  constructor(respond: (frame: Uint8Array) => Promise<Uint8Array | typeof CLOSE | null>) {
    this.#respond = respond;
  }

  send(pieces: readonly Uint8Array[]): void {
    if (this.#isClosed) return;
    this.#answers.push(this.#respond(concatBytes(pieces).subarray(4)));
    this.#changed.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#changed.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      while (this.#answers.length === 0 && !this.#isClosed) {
        await this.#changed.promise;
        this.#changed = Promise.withResolvers();
      }
      if (this.#isClosed) return;
      const answer = await this.#answers.shift()!;
      if (answer === CLOSE) return;
      if (answer !== null) yield answer;
    }
  }
}
