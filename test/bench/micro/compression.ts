/** The compression types that are our own JavaScript, over text as producers send it. */
import { bench, do_not_optimize, group, run } from "mitata";

import { compress, decompress } from "../../../src/protocol/records/compression.ts";

const SIZE_MAX = 1024 * 1024;

const lines = Array.from(
  { length: 200 },
  (_, index) => `{"order":${index * 7919},"customer":"c-${index % 17}","state":"paid","lines":3}`,
);
const text = new TextEncoder().encode(lines.join("\n"));

for (const type of ["snappy", "lz4"] as const) {
  const packed = compress(type, text);
  group(`${type}, ${text.length} B of JSON, ${packed.length} B compressed`, () => {
    bench("compress", () => do_not_optimize(compress(type, text)));
    bench("decompress", () => do_not_optimize(decompress(type, packed, SIZE_MAX)));
  });
}

await run();
