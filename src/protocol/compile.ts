/**
 * Turns a message's schema into functions: one for each run of versions with the same encoding,
 * with every decision about versions already made. `new Function` is allowed in workerd only while
 * modules load, which is when schemas are evaluated; V8 then merely scans what no connection uses.
 */
import { assert } from "../base/assert.ts";
import { CodecSource } from "./codec-source.ts";
import { defineDecoder } from "./decoder-source.ts";
import { defineEncoder } from "./encoder-source.ts";
import { wholeMessage } from "./message-part.ts";
import type { MessageSchema } from "./message-part.ts";
import type { Reader } from "./reader.ts";
import { UnsupportedVersion } from "./unsupported-version.ts";
import type { Writer } from "./writer.ts";

/** How a message is read and written in each of its versions. */
export interface Codec {
  decode(reader: Reader, version: number): unknown;
  encode(writer: Writer, version: number, message: unknown): void;
}

type Tables = {
  readonly decoders: readonly (((reader: Reader) => unknown) | undefined)[];
  readonly encoders: readonly (((writer: Writer, message: unknown) => void) | undefined)[];
};

/** Compiles the codecs of one message. */
export function compile(message: MessageSchema): Codec {
  // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- Our own schemas alone.
  const load = new Function("refuse", codecSource(message)) as (refuse: unknown) => Tables;
  const { decoders, encoders } = load(refuse);
  const noSuchVersion = `${message.name} has no such version.`;
  return {
    decode(reader, version) {
      const decode = decoders[version];
      assert(decode !== undefined, noSuchVersion);
      return decode(reader);
    },
    encode(writer, version, value) {
      const encode = encoders[version];
      assert(encode !== undefined, noSuchVersion);
      encode(writer, value);
    },
  };
}

/** The JavaScript that a message's codecs are: print it to see what they do. */
export function codecSource(message: MessageSchema): string {
  const source = new CodecSource();
  const decoders: string[] = [];
  const encoders: string[] = [];
  for (const part of wholeMessage(message)) {
    const decoder = defineDecoder(source, part, message.fields);
    const encoder = defineEncoder(source, part, message.fields);
    for (let version = part.versions.min; version <= part.versions.max; version++) {
      decoders[version] = decoder;
      encoders[version] = encoder;
    }
  }
  const tables = `{ decoders: ${table(decoders)}, encoders: ${table(encoders)} }`;
  return `"use strict";\n${source.toString()}return ${tables};\n`;
}

function table(functions: readonly (string | undefined)[]): string {
  return `[${Array.from(functions, (name) => name ?? "undefined").join(", ")}]`;
}

function refuse(field: string, versions: string): never {
  throw new UnsupportedVersion(field, versions);
}
