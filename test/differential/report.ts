/** What is said of a run: each difference with all that led to it, and the sum. */
import { inspect } from "node:util";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { type BatchHeader, readBatchHeader } from "../../src/protocol/records/batch-header.ts";
import { reasonOf } from "./differences.ts";
import { signature } from "./run-many.ts";
import type { Finding, Result } from "./run-many.ts";
import type { Entry } from "./run-sequence.ts";
import { changed } from "./walk.ts";

/** A difference, and the command that repeats it. */
export function report(seed: number, { index, outcome }: Finding): string {
  const lines = outcome.entries.map((entry) => `${requestText(entry)}\n< ${compact(entry.kafka)}`);
  for (const request of outcome.unanswered) lines.push(`${requestText(request)}\n  unanswered`);
  const { differences } = outcome.entries.at(-1)!;
  for (const { path, kafka, odradek } of differences) {
    lines.push(
      `  ${path}`,
      `    Apache Kafka  ${compact(kafka)}`,
      `    Odradek       ${compact(odradek)}`,
    );
  }
  lines.push(`Again: npm run differential -- --seed ${seed} --sequence ${index}`);
  return `\n${signature(outcome)}\n${lines.join("\n")}\n`;
}

/** A request; who waited for an answer has a smaller number than those before it. */
function requestText({ call, number }: Pick<Entry, "call" | "number">): string {
  return `${number} > ${call.api.name} v${call.version} ${compact(call.request)}`;
}

/** The sum of a run in a few lines. */
export function summary(
  seed: number,
  { sequences, requests, findings, passing, met }: Result,
): string {
  const lines = [
    `${sequences} sequences of seed ${seed}, ${requests} requests: ${findings.length} differ.`,
  ];
  for (const [title, count] of met) {
    lines.push(`  meant, ${count} times: ${title}. ${reasonOf(title)}`);
  }
  for (const { index, outcome } of passing) {
    lines.push(`  differed only once: sequence ${index}, ${signature(outcome)}`);
  }
  return lines.join("\n");
}

/** How often each API has answered with each error. */
export function answerCounts({ answers }: Result): string {
  const lines = [...answers].map(([answer, count]) => `  ${answer} ${count}`);
  return lines.toSorted((a, b) => (a < b ? -1 : 1)).join("\n");
}

/** How many bytes there are; of a batch also what its header says. */
function bytesText(bytes: Uint8Array, field: string): string {
  const header = field === "records" ? headerOf(bytes) : null;
  if (header === null) return `${bytes.length} bytes`;
  const { recordsCount, attributes, producerId, producerEpoch, baseSequence, maxTimestamp } =
    header;
  const producer = `producer ${producerId} epoch ${producerEpoch} sequence ${baseSequence}`;
  const others = `attributes ${attributes}, until ${maxTimestamp}`;
  return `${bytes.length} bytes, ${recordsCount} records, ${producer}, ${others}`;
}

/** The first header in what was sent as batches, which may be anything. */
function headerOf(bytes: Uint8Array): BatchHeader | null {
  try {
    return readBatchHeader(bytes);
  } catch (error) {
    if (error instanceof MalformedFrame) return null;
    throw error;
  }
}

/** A value on one line, with errors by name. */
function compact(value: unknown): string {
  const readable = changed(value, (each, field) => {
    if (each instanceof Uint8Array) return bytesText(each, field);
    return field === "errorCode" ? errorName(each as number) : each;
  });
  return inspect(readable, {
    depth: 12,
    breakLength: Infinity,
    compact: true,
    maxStringLength: 200,
  });
}
