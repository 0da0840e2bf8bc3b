/** What the records of `odradek producer-perf-test` hold. */
import { resolve } from "node:path";

import { CommandError } from "../command-error.ts";
import type { Say } from "../kafka-tool.ts";
import { readTextFile } from "../properties.ts";

/** The value of the record with this number, from 0. It is only read, and may be shared. */
export type Payload = (index: number) => Uint8Array;

/** Random letters are made once; each record is a piece of them. */
const POOL_BYTES = 4 * 1024 * 1024;
const LETTERS = 26;
const FIRST_LETTER = 65;

/** Capital letters at random. */
export function randomLetters(size: number): Payload {
  const pool = new Uint8Array(POOL_BYTES + size);
  for (let index = 0; index < pool.length; index++) {
    pool[index] = FIRST_LETTER + Math.floor(Math.random() * LETTERS);
  }
  return () => {
    const start = Math.floor(Math.random() * POOL_BYTES);
    return pool.subarray(start, start + size);
  };
}

/** The record's number in digits. */
export function ascendingNumbers(): Payload {
  return (index) => Buffer.from(String(index));
}

/** One of the parts of a file at random. */
export function partsOfFile(path: string, delimiter: string, say: Say): Payload {
  say(`Reading payloads from: ${resolve(path)}`);
  const parts = payloadsIn(readTextFile(path), delimiter);
  if (parts.length === 0) throw new CommandError("File does not exist or empty file provided.");
  say(`Number of records read: ${parts.length}`);
  return () => parts[Math.floor(Math.random() * parts.length)]!;
}

/** The parts of a text between delimiters; `\n` may be written as two characters. */
export function payloadsIn(text: string, delimiter: string): Uint8Array[] {
  const parts = text.split(delimiter === "\\n" ? "\n" : delimiter);
  if (parts.at(-1) === "") parts.pop();
  return parts.map((part) => Buffer.from(part));
}
