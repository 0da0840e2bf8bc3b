/**
 * A real text of 100,000 lines that every checkout has: a program that npm installed. Its lines
 * are as long and as alike as people write them (one has 290 KB): what compression is made for.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SOURCE = join(import.meta.dirname, "../../node_modules/wrangler/wrangler-dist/cli.js");
const LINES = 100_000;

/** Below `message.max.bytes` (1 MB) even where it is not compressed, with room for the records. */
const MAX_BATCH_BYTES = 500_000;

/** The lines of the text, none of them empty: kcat leaves those out. */
export function realLines(count = LINES): string[] {
  const lines = readFileSync(SOURCE, "utf8").split("\n").filter(Boolean).slice(0, count);
  if (lines.length === count) return lines;
  throw new Error(`${SOURCE} has ${lines.length} lines that are not empty, not ${count}.`);
}

/** Lines as a text, which ends with a newline. */
export function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join("");
}

/** Where what was read first differs from what was written, or null where it does not. */
export function firstDifference(read: string, written: string): string | null {
  if (read === written) return null;
  const [got, expected] = [read.split("\n"), written.split("\n")];
  const at = expected.findIndex((line, index) => line !== got[index]);
  const line = at < 0 ? expected.length : at;
  return `${got.length} lines for ${expected.length}; line ${line}: "${got[line]?.slice(0, 200)}"`;
}

/** The lines in groups that each fit into one record batch. */
export function inBatches(lines: readonly string[]): string[][] {
  const batches: string[][] = [];
  let size = Infinity;
  for (const line of lines) {
    // A record has about ten bytes beside its value.
    const bytes = Buffer.byteLength(line) + 10;
    if (size + bytes > MAX_BATCH_BYTES) {
      batches.push([]);
      size = 0;
    }
    batches.at(-1)!.push(line);
    size += bytes;
  }
  return batches;
}
