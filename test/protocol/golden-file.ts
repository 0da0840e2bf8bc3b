/**
 * Golden messages: bytes that Kafka's Java classes wrote, with Kafka's own JSON for what they say.
 * The Java programs in `test/golden/protocol` make them.
 */
import { readFileSync } from "node:fs";

import type { Field, Fields } from "../../src/protocol/schema.ts";
import type { Message } from "./all-apis.ts";

/** One message in the versions in which it says the same. */
export interface GoldenMessage {
  /**
   * Kafka's JSON: tagged fields at their default and fields that the versions lack are not there.
   */
  readonly message: Message;
  /** Hex by version. */
  readonly bytes: Readonly<Record<string, string>>;
}

/** One file: an API's messages. */
export interface GoldenFile {
  readonly request: readonly GoldenMessage[];
  readonly response: readonly GoldenMessage[];
}

/** Reads the golden messages of an API. */
export function goldenFile(name: string): GoldenFile {
  return JSON.parse(readGolden(`${name}.json`)) as GoldenFile;
}

/** The text of a golden file. */
export function readGolden(name: string): string {
  return readFileSync(new URL(`../golden/protocol/${name}`, import.meta.url), "utf8");
}

/**
 * A message as ours from Kafka's JSON: its bytes are no longer base64. Says nothing that the JSON
 * does not.
 */
export function fromKafkaJson(fields: Fields, json: Message): Message {
  const entries = Object.entries(json).map(([name, value]) => {
    const field = fields[name];
    if (field === undefined) throw new Error(`The schema has no field ${name}.`);
    return [name, fieldFromJson(field, value)];
  });
  return Object.fromEntries(entries);
}

/** The same message with the schema's defaults in place of what it leaves out. */
export function withDefaults(fields: Fields, message: Message): Message {
  const entries = Object.entries(fields).map(([name, field]) => {
    const value = message[name];
    return [name, value === undefined ? defaultOf(field) : fieldWithDefaults(field, value)];
  });
  return Object.fromEntries(entries);
}

function fieldFromJson(field: Field, value: unknown): unknown {
  if (value === null) return null;
  if (field.element) return (value as unknown[]).map((each) => fieldFromJson(field.element!, each));
  if (field.fields) return fromKafkaJson(field.fields, value as Message);
  const isBytes = field.kind === "bytes" || field.kind === "records";
  return isBytes ? new Uint8Array(Buffer.from(value as string, "base64")) : value;
}

function fieldWithDefaults(field: Field, value: unknown): unknown {
  if (value === null) return null;
  if (field.element) {
    return (value as unknown[]).map((each) => fieldWithDefaults(field.element!, each));
  }
  return field.fields ? withDefaults(field.fields, value as Message) : value;
}

function defaultOf(field: Field): unknown {
  return field.fields && field.default !== null ? withDefaults(field.fields, {}) : field.default;
}
