/**
 * One of Kafka's APIs: its number, its name, its versions, and how its requests and responses are
 * read and written in each of them. `messages/NN-name.ts` holds one of these for each API.
 */
import { compile } from "./compile.ts";
import type { Reader } from "./reader.ts";
import type { DecodedMessage, Fields, GivenMessage } from "./schema.ts";
import { NO_VERSIONS, includes, versionRange } from "./versions.ts";
import type { VersionRange, Versions } from "./versions.ts";
import type { Writer } from "./writer.ts";

/** What a message file says of its API. */
export interface ApiDefinition<Request extends Fields, Response extends Fields> {
  readonly key: number;
  readonly name: string;
  /** The versions that exist, the unstable one included. */
  readonly versions: Versions;
  /** The latest version may still change: brokers neither advertise nor serve it. */
  readonly latestVersionUnstable?: true;
  /** The lowest version that a broker claims to serve, where it claims more than it serves. */
  readonly advertisedFrom?: number;
  /** The versions with compact lengths and tagged fields (KIP-482), if there are any. */
  readonly flexible?: `${number}+`;
  /** The version of every response's header, for the one API that does not follow the body's. */
  readonly responseHeader?: 0;
  readonly request: Request;
  readonly response: Response;
}

/** An API with its codecs. A version given to it must be one of `versions`. */
export interface Api<Request extends Fields = Fields, Response extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  /** What the codecs know. */
  readonly versions: VersionRange;
  /** What a broker serves: all versions but an unstable one. */
  readonly servedVersions: VersionRange;
  /** What a broker says in ApiVersions. */
  readonly advertisedVersions: VersionRange;
  readonly flexible: VersionRange;
  /** The schemas, as written. */
  readonly request: Request;
  readonly response: Response;

  /** 2 for flexible versions (with tagged fields), 1 for the others. */
  requestHeaderVersion(version: number): 1 | 2;
  /**
   * 1 for flexible versions (with tagged fields), 0 for the others, and always 0 for ApiVersions.
   */
  responseHeaderVersion(version: number): 0 | 1;

  /** Reads a request's body. Byte arrays in it are views into the reader's bytes. */
  decodeRequest(reader: Reader, version: number): DecodedMessage<Request>;
  /** Writes a request's body; throws UnsupportedVersion when the version lacks what it says. */
  encodeRequest(writer: Writer, version: number, message: GivenMessage<Request>): void;
  /** Reads a response's body. Byte arrays in it are views into the reader's bytes. */
  decodeResponse(reader: Reader, version: number): DecodedMessage<Response>;
  /** Writes a response's body: of what the message says, as much as the version has. */
  encodeResponse(writer: Writer, version: number, message: GivenMessage<Response>): void;
}

/** A request of an API as it was decoded. */
export type RequestOf<A extends Api> = ReturnType<A["decodeRequest"]>;

/** A response of an API as it was decoded. */
export type ResponseOf<A extends Api> = ReturnType<A["decodeResponse"]>;

/** A request of an API as one writes it to be encoded. */
export type RequestInput<A extends Api> = Parameters<A["encodeRequest"]>[2];

/** A response of an API as one writes it to be encoded. */
export type ResponseInput<A extends Api> = Parameters<A["encodeResponse"]>[2];

/** Makes an API of its definition. Compiles code, so it can only be called while modules load. */
export function api<const Request extends Fields, const Response extends Fields>(
  definition: ApiDefinition<Request, Response>,
): Api<Request, Response> {
  const { key, name, request, response, responseHeader } = definition;
  const versions = versionRange(definition.versions);
  const flexible =
    definition.flexible === undefined ? NO_VERSIONS : versionRange(definition.flexible);
  const servedVersions = definition.latestVersionUnstable
    ? { min: versions.min, max: versions.max - 1 }
    : versions;
  const min = definition.advertisedFrom ?? servedVersions.min;
  const requests = compile({
    name: `${name}Request`,
    direction: "request",
    versions,
    flexible,
    fields: request,
  });
  const responses = compile({
    name: `${name}Response`,
    direction: "response",
    versions,
    flexible,
    fields: response,
  });
  return {
    key,
    name,
    versions,
    servedVersions,
    advertisedVersions: { min, max: servedVersions.max },
    flexible,
    request,
    response,
    requestHeaderVersion: (version) => (includes(flexible, version) ? 2 : 1),
    responseHeaderVersion: (version) => responseHeader ?? (includes(flexible, version) ? 1 : 0),
    decodeRequest: requests.decode as Api<Request, Response>["decodeRequest"],
    encodeRequest: requests.encode,
    decodeResponse: responses.decode as Api<Request, Response>["decodeResponse"],
    encodeResponse: responses.encode,
  };
}
