/** JSON text as an answer over HTTP. */
import { SMALL_BYTES } from "../base/limits.ts";
import type { Memory } from "../broker/memory.ts";

/**
 * The answer, with a line's end for those who read it in a terminal. A large one is held against
 * the gateway's memory until the client has read it.
 */
export function jsonResponse(json: string, { answers }: Memory): Response {
  const headers = { "content-type": "application/json" };
  const text = `${json}\n`;
  if (text.length <= SMALL_BYTES) return new Response(text, { headers });
  const bytes = new TextEncoder().encode(text);
  const { readable, writable } = new FixedLengthStream(bytes.length);
  const writer = writable.getWriter();
  const giveUp = () => void writer.abort(new Error("the server is short of memory"));
  const hold = answers.hold(bytes.length, giveUp);
  const release = () => hold.release();
  // A client that leaves breaks the write, and is told nothing more.
  writer
    .write(bytes)
    .then(() => writer.close())
    .then(release, release);
  return new Response(readable, { headers });
}
