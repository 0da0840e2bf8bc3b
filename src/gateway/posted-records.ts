/** From the parts of a POST to the records that it appends. */
import type { Millis } from "../base/clock.ts";
import { MAX_REQUEST_ELEMENTS } from "../base/limits.ts";
import type { NewRecord, RecordHeader } from "../protocol/records/record.ts";
import { Problem } from "./problem.ts";

/** Request headers that begin so become headers of every record. */
const RECORD_HEADER_PREFIX = "kafka-header-";

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const utf8 = new TextEncoder();

/** What a POST says, apart from where the records go. */
export interface PostedRequest {
  /** The body; the records are views of it. */
  readonly body: Uint8Array;
  readonly contentType: string;
  /** All headers, their names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly key: string | null;
  readonly timestamp: Millis;
}

/**
 * The body is one record's value whatever its content type, but for `application/x-ndjson`, where
 * each line that is not empty is one.
 */
export function postedRecords(request: PostedRequest): NewRecord[] {
  const { body, contentType, timestamp } = request;
  const key = request.key === null ? null : utf8.encode(request.key);
  const headers = recordHeaders(request.headers);
  const values = isNdjson(contentType) ? lines(body) : [body];
  return values.map((value) => ({ timestamp, key, value, headers }));
}

function isNdjson(contentType: string): boolean {
  return contentType.split(";", 1)[0]!.trim().toLowerCase() === "application/x-ndjson";
}

function recordHeaders(headers: PostedRequest["headers"]): RecordHeader[] {
  return [...headers].flatMap(([name, value]) =>
    name.startsWith(RECORD_HEADER_PREFIX)
      ? [{ key: name.slice(RECORD_HEADER_PREFIX.length), value: utf8.encode(value) }]
      : [],
  );
}

/** The lines without their ends, as views; empty ones are left out. */
function lines(body: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(NEWLINE, start);
    const next = newline === -1 ? body.length : newline;
    const end = next > start && body[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
    if (found.length === MAX_REQUEST_ELEMENTS) throw tooManyLines();
    if (end > start) found.push(body.subarray(start, end));
    start = next + 1;
  }
  return found;
}

function tooManyLines(): Problem {
  const detail = `One request may bring at most ${MAX_REQUEST_ELEMENTS} records.`;
  return new Problem("RECORD_LIST_TOO_LARGE", detail);
}
