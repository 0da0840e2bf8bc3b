/**
 * Every API that `src/protocol/messages` has, so that a new one is tested from the day it is there.
 */
import { readdirSync } from "node:fs";

import { expect } from "vitest";

import type { Api } from "../../src/protocol/api.ts";
import { Reader } from "../../src/protocol/reader.ts";
import type { Fields } from "../../src/protocol/schema.ts";
import { Writer } from "../../src/protocol/writer.ts";

const messages = new URL("../../src/protocol/messages/", import.meta.url);

/** A message file's name without its ending, and its API. */
export interface NamedApi {
  readonly file: string;
  readonly api: Api;
}

/** Any message, its fields by name. */
export type Message = { readonly [name: string]: unknown };

/** One half of an API, seen alike. */
export interface Half {
  readonly name: string;
  readonly fields: Fields;
  decode(bytes: Uint8Array, version: number): unknown;
  encode(message: Message, version: number): Uint8Array;
}

/** All APIs, in the order of their keys. */
export const allApis: readonly NamedApi[] = await Promise.all(
  readdirSync(messages)
    .toSorted()
    .map(async (name) => {
      const exported = Object.values(await import(new URL(name, messages).href));
      const api = exported.find((value): value is Api => Object.hasOwn(Object(value), "versions"));
      expect(api, `${name} exports an API`).toBeDefined();
      return { file: name.replace(/\.ts$/, ""), api: api! };
    }),
);

/** A request and a response, with nothing left over after decoding. */
export function halvesOf(api: Api): { readonly request: Half; readonly response: Half } {
  const request: Half = {
    name: `${api.name}Request`,
    fields: api.request,
    decode: (bytes, version) => all(bytes, (reader) => api.decodeRequest(reader, version)),
    encode: (message, version) => written((to) => api.encodeRequest(to, version, message)),
  };
  const response: Half = {
    name: `${api.name}Response`,
    fields: api.response,
    decode: (bytes, version) => all(bytes, (reader) => api.decodeResponse(reader, version)),
    encode: (message, version) => written((to) => api.encodeResponse(to, version, message)),
  };
  return { request, response };
}

/** The numbers of an API's versions. */
export function versionsOf({ versions }: Api): number[] {
  return Array.from(
    { length: versions.max - versions.min + 1 },
    (_, index) => versions.min + index,
  );
}

/** The pieces as one array. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** What `write` writes, as one array. */
export function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  const size = writer.size;
  const bytes = joined(writer.finish());
  expect(bytes.length).toBe(size);
  return bytes;
}

function all<Result>(bytes: Uint8Array, read: (reader: Reader) => Result): Result {
  const reader = new Reader(bytes);
  const result = read(reader);
  expect(reader.remaining).toBe(0);
  return result;
}
