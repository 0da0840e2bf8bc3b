/**
 * After a change of topics, both clusters are asked until both have made it: an answer says that it
 * will be so, not that everybody has heard of it.
 */
import { setTimeout as sleep } from "node:timers/promises";

import { ErrorCode } from "../../src/protocol/errors.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import type { MetadataResponse } from "../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { createPartitions } from "../../src/protocol/messages/37-create-partitions.ts";
import { EARLIEST } from "../conformance/partition.ts";
import { plainCall } from "./kind.ts";
import type { Call } from "./kind.ts";
import { learnTopics } from "./kinds/topics.ts";
import type { Side } from "./side.ts";
import type { Message } from "./walk.ts";

const PATIENCE_MS = 8000;
const RETRY_MS = 4;

/** How many partitions topics are to have, by name: 0 where a topic is to be gone. */
type Expected = ReadonlyMap<string, number>;

type Named = { name: string | null; errorCode: number };

/** What will be so after this answer, of the topics that have this prefix. */
export function expectedTopics({ api, request }: Call, response: Message, prefix: string) {
  const expected = new Map<string, number>();
  const list = (response["topics"] ?? response["responses"] ?? response["results"]) as Named[];
  for (const [index, { name, errorCode }] of (list ?? []).entries()) {
    if (!name?.startsWith(prefix)) continue;
    if (api.key === metadata.key) {
      const isMade = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      if (isMade && request["allowAutoTopicCreation"] !== false) expected.set(name, 1);
    }
    if (errorCode !== ErrorCode.NONE || request["validateOnly"] === true) continue;
    if (api.key === createTopics.key) expected.set(name, 1);
    if (api.key === deleteTopics.key) expected.set(name, 0);
    if (api.key !== createPartitions.key) continue;
    const asked = request["topics"] as { name: string; count: number }[];
    expected.set(name, (asked.find((each) => each.name === name) ?? asked[index]!).count);
  }
  return expected;
}

/** Waits until a cluster has these topics. */
export async function settled(side: Side, expected: Expected): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await hasTopics(side, expected))) {
    if (Date.now() > deadline) return;
    await sleep(RETRY_MS);
  }
}

async function hasTopics(side: Side, expected: Expected): Promise<boolean> {
  const answer = await side.send(describeTopics([...expected.keys()]));
  if ("failure" in answer) return false;
  for (const { name, errorCode, partitions } of (answer.response as MetadataResponse).topics) {
    const count = expected.get(name!)!;
    if (count === 0 && errorCode === ErrorCode.NONE) return false;
    if (count > 0 && (errorCode !== ErrorCode.NONE || partitions.length < count)) return false;
    if (count > 0 && !(await areServed(side, name!, partitions.length))) return false;
  }
  return true;
}

/** Whether the leader knows each partition of a topic. */
async function areServed(side: Side, name: string, count: number): Promise<boolean> {
  const partitions = Array.from({ length: count }, (_, partitionIndex) => ({
    partitionIndex,
    timestamp: EARLIEST,
  }));
  const topics = [{ name, partitions }];
  const request = { replicaId: -1, topics };
  const answer = await side.send(plainCall(listOffsets, 7, request));
  if ("failure" in answer) return false;
  const [topic] = (answer.response as { topics: { partitions: Named[] }[] }).topics;
  return topic!.partitions.every(({ errorCode }) => errorCode === ErrorCode.NONE);
}

/** A Metadata of these topics, which creates none. */
export function describeTopics(names: readonly string[]): Call {
  const topics = names.map((name) => ({ name }));
  return plainCall(
    metadata,
    metadata.servedVersions.max,
    { topics, allowAutoTopicCreation: false },
    (memory, response) => learnTopics(memory, response as MetadataResponse),
  );
}
