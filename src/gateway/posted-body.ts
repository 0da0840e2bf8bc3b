/**
 * The body of a POST: read no faster than there is memory for it, in time or not at all, and held
 * against the gateway's memory until it has been worked on.
 */
import { concatBytes } from "../base/concat-bytes.ts";
import type { Broker } from "../broker/broker.ts";
import { ConnectionMemory, type RequestHold } from "./connection-memory.ts";
import { Problem } from "./problem.ts";

/** How long a body may take to arrive. */
const BODY_TIMEOUT_MS = 60_000;

/** What is held for a body before any of it has come, at most: a claim costs a client nothing. */
const FIRST_BYTES = 64 * 1024;

/** A body that has arrived, and what it holds: null when it is small. */
export interface PostedBody {
  readonly bytes: Uint8Array;
  readonly hold: RequestHold | null;
}

/** Reads a body of at most `limit` bytes, or throws a {@link Problem}. Release what it holds. */
export async function readBody(
  request: Request,
  { ports, memory }: Broker,
  limit: number,
): Promise<PostedBody> {
  const stop = new AbortController();
  const held = new ConnectionMemory(memory, () => stop.abort(outOfMemory()));
  // It may be waiting for more memory: what it has goes back at once.
  stop.signal.addEventListener("abort", () => held.close());
  const cancelTimeout = ports.timers.after(BODY_TIMEOUT_MS, () => stop.abort(tooLate()));
  try {
    const bytes = await readAll(request, { limit, memory: held, signal: stop.signal });
    const hold = await held.request(bytes.length, true);
    if (stop.signal.aborted) hold?.release();
    stop.signal.throwIfAborted();
    return { bytes, hold };
  } finally {
    cancelTimeout();
    held.close();
  }
}

interface Reading {
  readonly limit: number;
  readonly memory: ConnectionMemory;
  readonly signal: AbortSignal;
}

async function readAll(request: Request, { limit, memory, signal }: Reading): Promise<Uint8Array> {
  const claimed = Number(request.headers.get("content-length")) || 0;
  if (claimed > limit) throw tooLarge(limit);
  const pieces: Uint8Array[] = [];
  if (!request.body) return new Uint8Array(0);
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const cancel = () => void reader.cancel();
  signal.addEventListener("abort", cancel);
  try {
    await memory.arriving(Math.min(claimed, FIRST_BYTES));
    for (let size = 0; ;) {
      const { value, done } = await reader.read().catch(() => {
        throw signal.reason ?? brokenOff();
      });
      signal.throwIfAborted();
      if (done) return concatBytes(pieces);
      size += value.length;
      if (size > limit) throw tooLarge(limit);
      pieces.push(value);
      await memory.arriving(size);
    }
  } finally {
    signal.removeEventListener("abort", cancel);
    cancel();
  }
}

function tooLarge(limit: number): Problem {
  const detail = `The body is larger than the ${limit} bytes that one request may bring.`;
  return new Problem("MESSAGE_TOO_LARGE", detail);
}

/** The client has left. */
function brokenOff(): Problem {
  return new Problem("INVALID_REQUEST", "The body broke off.");
}

function tooLate(): Problem {
  const detail = `The body did not arrive within ${BODY_TIMEOUT_MS / 1000} seconds.`;
  return new Problem("REQUEST_TIMED_OUT", detail, { status: 408 });
}

function outOfMemory(): Problem {
  const detail = "The server is short of memory, and this request took long to arrive.";
  return new Problem("THROTTLING_QUOTA_EXCEEDED", detail, { status: 503 });
}
