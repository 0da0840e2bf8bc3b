/**
 * The upgrade of `/topics/<topic>/records`: from the request's parameters to what the socket will
 * follow. A subscriber begins at the log's end unless it says otherwise.
 */
import type { Broker } from "../broker/broker.ts";
import type { TopicDescription } from "../controller/describe.ts";
import { MAX_SUBSCRIBED_PARTITIONS, type Subscription } from "./live-subscriber.ts";
import { Problem } from "./problem.ts";
import {
  formatParameter,
  invalid,
  partitionParameter,
  startParameter,
  type Start,
} from "./record-parameters.ts";
import { startOffset } from "./start-offset.ts";
import { findTopic, locatePartition, onFreshRoute } from "./topic-lookup.ts";

/** Finds the topic and where to begin in each partition, or throws a {@link Problem}. */
export async function subscription(
  broker: Broker,
  request: Request,
  topicName: string,
): Promise<Subscription> {
  const { searchParams: query } = new URL(request.url);
  const partition = partitionParameter(query);
  const start = startParameter(query, "latest");
  const format = formatParameter(query);
  const found = await onFreshRoute(async () => {
    const topic = await findTopic(broker, topicName);
    const partitions = partition === null ? allPartitions(topic, start) : [partition];
    const offsets = await Promise.all(
      partitions.map((index) => startOffset(broker, locatePartition(broker, topic, index), start)),
    );
    const error = offsets.find((offset) => offset.error !== null)?.error ?? null;
    const next = new Map(partitions.map((index, i) => [index, offsets[i]!.offset]));
    return { error, topicId: topic.topicId, next };
  });
  if (found.error !== null) throw new Problem(found.error);
  return { kind: "subscriber", topicId: found.topicId, format, next: found.next };
}

function allPartitions({ name, partitions }: TopicDescription, start: Start): number[] {
  if (partitions.length > MAX_SUBSCRIBED_PARTITIONS) {
    const detail = `Topic "${name}" has ${partitions.length} partitions; choose one by "partition".`;
    throw new Problem("INVALID_REQUEST", detail, { members: { parameter: "partition" } });
  }
  if (typeof start.offset === "number" && partitions.length > 1) {
    const expected = "earliest or latest, because the topic has several partitions; or choose one";
    throw invalid("offset", start.offset, expected);
  }
  return [...partitions.keys()];
}
