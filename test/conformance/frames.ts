/**
 * Request frames made by hand, for those that no client should send. A header is the API's key and
 * version, the correlation id and the client id, with a two-byte length in every version of it;
 * header version 2 ends with tagged fields (KIP-482).
 */
import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { Writer } from "../../src/protocol/writer.ts";

/** What a frame says besides its API's key and version. */
export interface FrameOptions {
  readonly headerVersion?: 1 | 2;
  readonly correlationId?: number;
  readonly clientId?: string | null;
  /** The header's tagged fields as bytes, their count first; none unless said. */
  readonly headerTags?: Uint8Array;
  readonly body?: Uint8Array;
}

/** A whole frame, its size included. */
export function requestFrame(
  apiKey: number,
  version: number,
  options: FrameOptions = {},
): Uint8Array {
  const { headerVersion = 1, correlationId = 0, clientId = "conformance", body } = options;
  const writer = new Writer();
  writer.int16(apiKey);
  writer.int16(version);
  writer.int32(correlationId);
  writer.nullableString(clientId);
  const header = Buffer.concat(writer.finish());
  const tags = headerVersion === 2 ? (options.headerTags ?? Uint8Array.of(0)) : new Uint8Array(0);
  return sized(Buffer.concat([header, tags, body ?? new Uint8Array(0)]));
}

/** The body of a request, with no header. */
export function requestBody<A extends Api>(
  api: A,
  version: number,
  request: RequestInput<A>,
): Buffer {
  const writer = new Writer();
  api.encodeRequest(writer, version, request);
  return Buffer.concat(writer.finish());
}

/** Bytes behind their size. */
export function sized(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([sizePrefix(bytes.length), bytes]);
}

/** A size, as a frame begins with it. */
export function sizePrefix(size: number): Uint8Array {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(size);
  return prefix;
}
