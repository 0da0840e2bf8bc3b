/** Cutting a connection's bytes into frames: many in one piece, and one in many pieces. */
import { bench, do_not_optimize, run } from "mitata";

import { writeInt32 } from "../../../src/base/big-endian.ts";
import { FrameSplitter } from "../../../src/protocol/frame-splitter.ts";

const MAX_FRAME_BYTES = 100 * 1024 * 1024;
/** What a read from a socket brings at most. */
const PIECE_BYTES = 64 * 1024;

/** Frames back to back, each with its size in front. */
function frames(count: number, size: number): Uint8Array {
  const bytes = new Uint8Array(count * (4 + size));
  for (let index = 0; index < count; index++) writeInt32(bytes, index * (4 + size), size);
  return bytes;
}

const small = frames(300, 200);
bench("300 frames of 200 B in one piece", () => {
  do_not_optimize(new FrameSplitter(MAX_FRAME_BYTES).push(small));
});

const large = frames(1, 1024 * 1024);
bench("a frame of 1 MiB in pieces of 64 KiB", () => {
  const splitter = new FrameSplitter(MAX_FRAME_BYTES);
  for (let position = 0; position < large.length; position += PIECE_BYTES) {
    do_not_optimize(splitter.push(large.subarray(position, position + PIECE_BYTES)));
  }
});

await run();
