/**
 * Frames: a size, a header, a body. A request begins with its API's key and version and a
 * correlation id that the response repeats; whether tagged fields follow in the header depends on
 * the version (KIP-482), so a header can be read to its end only once its version is known to be
 * one of ours.
 *
 * Frames that are read come without their size, which whoever cut the stream has consumed; frames
 * that are written come with it.
 */
import { MAX_REQUEST_ELEMENTS } from "../base/limits.ts";
import type { Api, RequestInput, ResponseInput, ResponseOf } from "./api.ts";
import { Reader } from "./reader.ts";
import { Writer } from "./writer.ts";

/** What every request begins with, in every version that there is or will be. */
export interface RequestPrefix {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/** All of a request's header. */
export interface RequestHeader extends RequestPrefix {
  readonly clientId: string | null;
}

/** A request's header, and a reader that stands where its body begins. */
export interface OpenedRequest {
  readonly header: RequestHeader;
  readonly reader: Reader;
}

/** A response with the correlation id of the request it answers. */
export interface DecodedResponse<A extends Api> {
  readonly correlationId: number;
  readonly response: ResponseOf<A>;
}

/** Reads the first eight bytes of a request, which can be trusted whatever its version is. */
export function decodeRequestPrefix(frame: Uint8Array): RequestPrefix {
  return readPrefix(new Reader(frame));
}

/**
 * Reads the header of a request whose version is one of `api.versions`. The reader keeps `frame`,
 * and so do the byte arrays that are decoded from it.
 */
export function decodeRequestHeader(frame: Uint8Array, api: Api): OpenedRequest {
  const reader = new Reader(frame, MAX_REQUEST_ELEMENTS);
  const { apiKey, apiVersion, correlationId } = readPrefix(reader);
  // The client id has a two-byte length in every version of the header.
  const clientId = reader.nullableString();
  if (api.requestHeaderVersion(apiVersion) === 2) reader.skipTags();
  return { header: { apiKey, apiVersion, correlationId, clientId }, reader };
}

/** The frame of a request, in pieces; large byte arrays in `request` are taken by reference. */
export function encodeRequestFrame<A extends Api>(
  api: A,
  header: Omit<RequestHeader, "apiKey">,
  request: RequestInput<A>,
): Uint8Array[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int16(api.key);
  writer.int16(header.apiVersion);
  writer.int32(header.correlationId);
  writer.nullableString(header.clientId);
  if (api.requestHeaderVersion(header.apiVersion) === 2) writer.uvarint(0);
  api.encodeRequest(writer, header.apiVersion, request);
  return finish(writer);
}

/** The frame of a response, in pieces; large byte arrays in `response` are taken by reference. */
export function encodeResponseFrame<A extends Api>(
  api: A,
  header: Pick<RequestPrefix, "apiVersion" | "correlationId">,
  response: ResponseInput<A>,
): Uint8Array[] {
  const writer = new Writer();
  writer.int32(0);
  writer.int32(header.correlationId);
  if (api.responseHeaderVersion(header.apiVersion) === 1) writer.uvarint(0);
  api.encodeResponse(writer, header.apiVersion, response);
  return finish(writer);
}

/** Reads the response to a request of `apiVersion`. Byte arrays in it are views into `frame`. */
export function decodeResponseFrame<A extends Api>(
  api: A,
  apiVersion: number,
  frame: Uint8Array,
): DecodedResponse<A> {
  const reader = new Reader(frame);
  const correlationId = reader.int32();
  if (api.responseHeaderVersion(apiVersion) === 1) reader.skipTags();
  const response = api.decodeResponse(reader, apiVersion) as ResponseOf<A>;
  return { correlationId, response };
}

function readPrefix(reader: Reader): RequestPrefix {
  return { apiKey: reader.int16(), apiVersion: reader.int16(), correlationId: reader.int32() };
}

function finish(writer: Writer): Uint8Array[] {
  writer.setFirstInt32(writer.size - 4);
  return writer.finish();
}
