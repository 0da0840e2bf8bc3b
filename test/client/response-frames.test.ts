/** Responses are cut out of a stream, wherever the network has cut it before. */
import * as fc from "fast-check";
import { expect, test } from "vitest";

import { concatBytes } from "../../src/base/concat-bytes.ts";
import { MAX_RESPONSE_BYTES, responseFrames } from "../../src/client/response-frames.ts";

async function framesOf(pieces: readonly Uint8Array[]): Promise<number[][]> {
  const frames: number[][] = [];
  const stream = (async function* () {
    yield* pieces;
  })();
  for await (const frame of responseFrames(stream)) frames.push([...frame]);
  return frames;
}

function framed(body: Uint8Array): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setInt32(0, body.length);
  return concatBytes([size, body]);
}

test("frames are the same however the stream is cut", async () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
      async (all, cuts) => {
        const stream = concatBytes(all.map(framed));
        const pieces: Uint8Array[] = [];
        for (let position = 0; position < stream.length;) {
          const end = position + cuts.next().value;
          pieces.push(stream.subarray(position, end));
          position = end;
        }
        expect(await framesOf(pieces)).toEqual(all.map((body) => [...body]));
      },
    ),
  );
});

test("a frame that has not ended is not given out", async () => {
  expect(await framesOf([framed(Uint8Array.of(1, 2, 3)).subarray(0, 6)])).toEqual([]);
});

test.each([-1, MAX_RESPONSE_BYTES + 1])("a size of %i ends the stream", async (size) => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, size);
  await expect(framesOf([bytes])).rejects.toThrow(`a frame claims ${size} bytes`);
});
