/** Cuts what a broker sends, which arrives in pieces cut anywhere, into responses. */
import { FrameSplitter } from "../protocol/frame-splitter.ts";

/** More than any fetch asks for. A size beyond it is not Kafka's protocol, or not for us. */
export const MAX_RESPONSE_BYTES = 512 * 1024 * 1024;

/** The responses, without their sizes. Each is the caller's, and so is `bytes` from here on. */
export async function* responseFrames(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const splitter = new FrameSplitter(MAX_RESPONSE_BYTES);
  for await (const piece of bytes) yield* splitter.push(piece);
}
