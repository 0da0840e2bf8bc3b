/** What is told of a difference, whatever was sent. */
import { expect, test } from "vitest";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { plainCall } from "./kind.ts";
import { report } from "./report.ts";

/** The report of a Produce of these bytes. */
function reportOf(records: Uint8Array): string {
  const call = plainCall(produce, 9, { topicData: [{ partitionData: [{ index: 0, records }] }] });
  const differences = [{ path: "errorCode", kafka: 0, odradek: 2 }];
  const answers = { kafka: { errorCode: 0 }, odradek: { errorCode: 2 } };
  const entries = [{ call, number: 2, ...answers, differences }];
  const unanswered = [{ call: plainCall(heartbeat, 0, { groupId: "g" }), number: 1 }];
  return report(7, { index: 42, outcome: { entries, unanswered, met: new Map() } });
}

test("a batch is told by its header", () => {
  const batch = encodeBatch([{ timestamp: 5, key: null, value: null, headers: [] }], {});
  expect(reportOf(batch)).toContain(`${batch.length} bytes, 1 records, producer -1`);
  expect(reportOf(batch)).toContain("npm run differential -- --seed 7 --sequence 42");
});

test("requests without an answer are told, too", () => {
  expect(reportOf(new Uint8Array(0))).toContain("1 > Heartbeat v0 { groupId: 'g' }\n  unanswered");
});

test("what is no batch is told by its size", () => {
  const batch = encodeBatch([{ timestamp: 5, key: null, value: null, headers: [] }], {});
  batch[16] = 1;
  expect(reportOf(batch)).toContain(`records: '${batch.length} bytes'`);
  expect(reportOf(batch.subarray(0, 20))).toContain("records: '20 bytes'");
});
