/**
 * `POST /topics/<topic>/records`: appends what is posted as one batch, and answers with offsets
 * once the leader's disk has it. Requests that come together share a write, as all appends of a
 * gateway do.
 */
import type { Millis } from "../base/clock.ts";
import { partitionOfKey } from "../base/murmur2.ts";
import type { Broker } from "../broker/broker.ts";
import type { TopicDescription } from "../controller/describe.ts";
import { NO_LEADER } from "../controller/records.ts";
import { isInternalTopic } from "../controller/topic-names.ts";
import { produce } from "../protocol/messages/00-produce.ts";
import { encodeBatch } from "../protocol/records/encode.ts";
import type { NewRecord } from "../protocol/records/record.ts";
import { jsonResponse } from "./json-response.ts";
import { readBody } from "./posted-body.ts";
import { postedRecords } from "./posted-records.ts";
import { Problem } from "./problem.ts";
import { numberParameter, partitionParameter } from "./record-parameters.ts";
import { findOrCreateTopic, locatePartition, onFreshRoute } from "./topic-lookup.ts";

/** A batch travels to its leader in one message of at most 32 MiB; `max.message.bytes` is below. */
const MAX_BODY_BYTES = 30 * 1024 * 1024;

/** Appends the request's records to `topicName`. */
export async function produceOverHttp(
  broker: Broker,
  request: Request,
  topicName: string,
): Promise<Response> {
  if (isInternalTopic(topicName)) {
    const detail = `Only brokers write to "${topicName}".`;
    throw new Problem("INVALID_TOPIC_EXCEPTION", detail);
  }
  const { searchParams: query } = new URL(request.url);
  const givenPartition = partitionParameter(query);
  const timestamp = numberParameter(query, "timestamp") ?? broker.ports.clock.now();
  const limit = Math.min(broker.ports.config.socketRequestMaxBytes, MAX_BODY_BYTES);
  const { bytes, hold } = await readBody(request, broker, limit);
  try {
    const records = postedRecords({
      body: bytes,
      contentType: request.headers.get("content-type") ?? "",
      headers: request.headers,
      key: query.get("key"),
      timestamp,
    });
    hold?.decoded(records.length);
    return await append(broker, { topicName, givenPartition, records });
  } finally {
    hold?.release();
  }
}

interface Appending {
  readonly topicName: string;
  readonly givenPartition: number | null;
  readonly records: readonly NewRecord[];
}

/** Appends the records as one batch. */
async function append(
  broker: Broker,
  { topicName, givenPartition, records }: Appending,
): Promise<Response> {
  if (records.length === 0) {
    throw new Problem("INVALID_REQUEST", "The body has no lines, so there is nothing to append.");
  }
  const batch = encodeBatch(records);
  const draw = randomNumber(broker);
  const result = await onFreshRoute(async () => {
    const topic = await findOrCreateTopic(broker, topicName, givenPartition);
    const partition = givenPartition ?? choosePartition(topic, records[0]!, draw);
    const located = locatePartition(broker, topic, partition);
    return { partition, ...(await broker.append(located, batch, produce.servedVersions.max)) };
  });
  if (result.error !== null) {
    throw new Problem(result.error, result.recordErrors?.[0]?.message ?? result.message);
  }
  return jsonResponse(JSON.stringify({ offsets: offsets(records, result) }), broker.memory);
}

/**
 * The key's partition as Kafka's clients find it; without a key one at random, the same for all
 * records of the request, and one that has a leader if any does.
 */
function choosePartition(
  { partitions }: TopicDescription,
  { key }: NewRecord,
  draw: number,
): number {
  if (key !== null) return partitionOfKey(key, partitions.length);
  const led = [...partitions.keys()].filter((index) => partitions[index]!.leader !== NO_LEADER);
  return led[draw % led.length] ?? draw % partitions.length;
}

function randomNumber({ ports }: Broker): number {
  const [a, b, c] = ports.random.fill(new Uint8Array(3)) as unknown as [number, number, number];
  return a + (b << 8) + (c << 16);
}

interface Appended {
  readonly partition: number;
  readonly baseOffset: number;
  readonly logAppendTimeMs: Millis;
}

function offsets(records: readonly NewRecord[], appended: Appended) {
  const { partition, baseOffset, logAppendTimeMs } = appended;
  return records.map(({ timestamp }, index) => ({
    partition,
    offset: baseOffset + index,
    timestamp: logAppendTimeMs === -1 ? timestamp : logAppendTimeMs,
  }));
}
