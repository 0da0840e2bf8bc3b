/** The query parameters of `/topics/<topic>/records`, read and checked by name. */
import { Problem } from "./problem.ts";

/** How keys, values and headers are shown. */
export const RECORD_FORMATS = ["text", "json", "base64"] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** Where a reader begins: an offset, an end of the log, or the first record of a time. */
export type Start =
  | { readonly offset: number | "earliest" | "latest"; readonly timestamp?: undefined }
  | { readonly offset?: undefined; readonly timestamp: number };

/** Records of one answer, at most, and if the request does not say. */
const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 100;

/** How long an answer may be waited for. Proxies on the way often give up after a minute. */
const MAX_WAIT_MS = 60_000;

const MAX_PARTITION = 2 ** 31 - 1;

/** A whole number from 0 to `max`, or null when the parameter is absent. */
export function numberParameter(
  query: URLSearchParams,
  name: string,
  max: number = Number.MAX_SAFE_INTEGER,
): number | null {
  const text = query.get(name);
  if (text === null) return null;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max) {
    throw invalid(name, text, `a whole number from 0 to ${max}`);
  }
  return value;
}

/** `?partition=`, or null when the request leaves it open. */
export function partitionParameter(query: URLSearchParams): number | null {
  return numberParameter(query, "partition", MAX_PARTITION);
}

/** `?limit=`: how many records at most. */
export function limitParameter(query: URLSearchParams): number {
  return numberParameter(query, "limit", MAX_LIMIT) ?? DEFAULT_LIMIT;
}

/** `?wait=`: how many ms to wait for a first record. */
export function waitParameter(query: URLSearchParams): number {
  return numberParameter(query, "wait", MAX_WAIT_MS) ?? 0;
}

/** `?format=`. */
export function formatParameter(query: URLSearchParams): RecordFormat {
  const text = query.get("format") ?? "text";
  const format = RECORD_FORMATS.find((known) => known === text);
  if (!format) throw invalid("format", text, RECORD_FORMATS.join(", "));
  return format;
}

/** `?offset=` or `?timestamp=`, of which a request has at most one. */
export function startParameter(query: URLSearchParams, otherwise: "earliest" | "latest"): Start {
  const timestamp = numberParameter(query, "timestamp");
  const offset = query.get("offset");
  if (timestamp !== null) {
    if (offset !== null) throw invalid("timestamp", timestamp, "left out where there is an offset");
    return { timestamp };
  }
  if (offset === null) return { offset: otherwise };
  if (offset === "earliest" || offset === "latest") return { offset };
  const max = Number.MAX_SAFE_INTEGER;
  if (!/^\d+$/.test(offset) || Number(offset) > max) {
    throw invalid("offset", offset, "earliest, latest or a whole number");
  }
  return { offset: Number(offset) };
}

/** The problem of a parameter with a value that it cannot have. */
export function invalid(name: string, value: string | number, expected: string): Problem {
  const detail = `The parameter "${name}" is ${JSON.stringify(value)}; it must be ${expected}.`;
  return new Problem("INVALID_REQUEST", detail, { members: { parameter: name } });
}
