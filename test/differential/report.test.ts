/** What is told of a difference, whatever was sent. */
import { expect, test } from "vitest";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { plainCall } from "./kind.ts";
import { report } from "./report.ts";

/** The report of a Produce of these bytes. */
function reportOf(records: Uint8Array): string {
  const call = plainCall(produce, 9, { topicData: [{ partitionData: [{ index: 0, records }] }] });
  const differences = [{ path: "errorCode", kafka: 0, odradek: 2 }];
  const entry = { call, kafka: { errorCode: 0 }, odradek: { errorCode: 2 }, differences };
  return report(7, { index: 42, outcome: { entries: [entry], met: new Map() } });
}

test("a batch is told by its header", () => {
  const batch = encodeBatch([{ timestamp: 5, key: null, value: null, headers: [] }], {});
  expect(reportOf(batch)).toContain(`${batch.length} bytes, 1 records, producer -1`);
  expect(reportOf(batch)).toContain("npm run differential -- --seed 7 --sequence 42");
});

test("what is no batch is told by its size", () => {
  const batch = encodeBatch([{ timestamp: 5, key: null, value: null, headers: [] }], {});
  batch[16] = 1;
  expect(reportOf(batch)).toContain(`records: '${batch.length} bytes'`);
  expect(reportOf(batch.subarray(0, 20))).toContain("records: '20 bytes'");
});
