/** A server's first acknowledged record: asked for again and again from its start on. */
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorCode, errorName } from "../../../src/protocol/errors.ts";
import { produce } from "../../../src/protocol/messages/00-produce.ts";
import { encodeBatch } from "../../../src/protocol/records/encode.ts";
import { Wire } from "../../conformance/wire.ts";
import { createTopic } from "../create-topic.ts";

const RETRY_MS = 5;
const PATIENCE_MS = 60_000;

/** When the first record was acknowledged with acks=all, by `performance.now()`. */
export async function firstAck(bootstrap: string, signal: AbortSignal): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let attempt = 1; ; attempt++) {
    try {
      await produceOne(bootstrap, `first-ack-${attempt}`);
      return performance.now();
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() > deadline) throw error;
      await sleep(RETRY_MS);
    }
  }
}

async function produceOne(bootstrap: string, topic: string): Promise<void> {
  const { host, port } = await createTopic(bootstrap, topic);
  const wire = await Wire.open(`${host}:${port}`);
  try {
    const value = new Uint8Array(100).fill(120);
    const record = { timestamp: Date.now(), key: null, value, headers: [] };
    const records = encodeBatch([record], { compression: "none" });
    const partitionData = [{ index: 0, records }];
    const topicData = [{ name: topic, partitionData }];
    const answer = await wire.call(produce, 9, { acks: -1, timeoutMs: 30_000, topicData });
    const { errorCode } = answer.responses[0]!.partitionResponses[0]!;
    if (errorCode !== ErrorCode.NONE) throw new Error(errorName(errorCode));
  } finally {
    wire.close();
  }
}
