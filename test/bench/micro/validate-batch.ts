/**
 * What a leader does to each produced batch: the CRC and the walk over the records' varints,
 * together and the walk alone.
 */
import { bench, do_not_optimize, group, run } from "mitata";

import { VarintReader } from "../../../src/base/varint.ts";
import { BATCH_HEADER_SIZE, readBatchHeader } from "../../../src/protocol/records/batch-header.ts";
import type { BatchRules } from "../../../src/protocol/records/batch-rules.ts";
import { decodeRecords } from "../../../src/protocol/records/decode.ts";
import { validateBatch } from "../../../src/protocol/records/validate-batch.ts";
import { walkRecords } from "../../../src/protocol/records/walk-records.ts";
import { NOW, batch } from "../../log/batches.ts";

const RULES: BatchRules = {
  apiVersion: 9,
  maxBytes: 1_048_588,
  now: NOW,
  timestampType: "CreateTime",
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 3_600_000,
  compacted: false,
};

/** A record by itself, and what fills a producer's `batch.size` of 16 KiB. */
const SHAPES = [
  { count: 1, valueSize: 100 },
  { count: 150, valueSize: 100 },
  { count: 16, valueSize: 1000 },
];

for (const { count, valueSize } of SHAPES) {
  const bytes = batch({ count, valueSize });
  const header = readBatchHeader(bytes);
  if (validateBatch(bytes, RULES) !== null) throw new Error("The batch is not valid.");
  group(`a batch of ${count} x ${valueSize} B`, () => {
    bench("read its header", () => do_not_optimize(readBatchHeader(bytes)));
    bench("walk its records", () => do_not_optimize(walkRecords(bytes, header, RULES)));
    bench("validate all of it", () => do_not_optimize(validateBatch(bytes, RULES)));
    bench("decode its records", () => do_not_optimize(decodeRecords(bytes, header)));
  });
}

const varints = batch({ count: 150 });
bench("skip 150 records by their lengths", () => {
  const reader = new VarintReader(varints, BATCH_HEADER_SIZE);
  while (reader.position < varints.length) reader.skip(reader.varint());
  do_not_optimize(reader.position);
});

await run();
