/** The requests that real clients sent, as `test/golden/requests/record.ts` has kept them. */
import { readdirSync, readFileSync } from "node:fs";

import { writeUuid } from "../../src/base/uuid.ts";
import { decodeRequestHeader, decodeRequestPrefix } from "../../src/protocol/frame.ts";
import type { Field, Fields } from "../../src/protocol/schema.ts";
import { allApis } from "../protocol/all-apis.ts";

const FOLDER = new URL("../golden/requests/", import.meta.url);

export const apiByKey = new Map(allApis.map(({ api }) => [api.key, api]));

/** The clients, whose topics are called `by-<client>`. */
export const goldenClients: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".txt"))
  .map((name) => name.replace(/\.txt$/, ""))
  .toSorted();

/** A client's requests, without their sizes. */
export function goldenRequests(client: string): Uint8Array[] {
  return readFileSync(new URL(`${client}.txt`, FOLDER), "utf8")
    .trim()
    .split("\n")
    .map((line) => new Uint8Array(Buffer.from(line.split(" ")[2]!, "base64")));
}

/** The same requests for another cluster, in which the client's topic has this id. */
export function withTopicId(frame: Uint8Array, topicId: string): Uint8Array {
  const api = apiByKey.get(decodeRequestPrefix(frame).apiKey)!;
  const { header, reader } = decodeRequestHeader(frame, api);
  const bytes = Buffer.from(frame);
  for (const id of uuidsIn(api.request, api.decodeRequest(reader, header.apiVersion))) {
    const at = bytes.indexOf(uuidBytes(id));
    if (at >= 0) bytes.set(uuidBytes(topicId), at);
  }
  return new Uint8Array(bytes);
}

function uuidBytes(uuid: string): Uint8Array {
  const bytes = new Uint8Array(16);
  writeUuid(bytes, 0, uuid);
  return bytes;
}

function uuidsIn(fields: Fields, message: object): string[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    uuidsOf(field, (message as Record<string, unknown>)[name]),
  );
}

function uuidsOf(field: Field, value: unknown): string[] {
  if (value === null) return [];
  if (field.kind === "uuid") return /^A*$/.test(value as string) ? [] : [value as string];
  if (field.element) return (value as unknown[]).flatMap((each) => uuidsOf(field.element!, each));
  return field.fields ? uuidsIn(field.fields, value as object) : [];
}
