/**
 * The upgrade of `/topics/<topic>/records`: from the request's parameters to what the socket will
 * follow. A subscriber begins at the log's end unless it says otherwise.
 */
import type { Broker, Located } from "../broker/broker.ts";
import type { TopicDescription } from "../controller/describe.ts";
import { MAX_SUBSCRIBED_PARTITIONS, type Subscription } from "./live-subscriber.ts";
import { Problem } from "./problem.ts";
import { readLog } from "./read-log.ts";
import { readProblem } from "./read-problem.ts";
import {
  formatParameter,
  invalid,
  partitionParameter,
  startParameter,
  type Start,
} from "./record-parameters.ts";
import { startOffset, type StartOffset } from "./start-offset.ts";
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
    const topic = await findTopic(broker, topicName, partition);
    const partitions = partition === null ? allPartitions(topic, start) : [partition];
    const starts = await Promise.all(
      partitions.map((index) => findStart(broker, locatePartition(broker, topic, index), start)),
    );
    const error = starts.find((found) => found.error !== null)?.error ?? null;
    const next = new Map(partitions.map((index, i) => [index, starts[i]!.offset]));
    return { error, topicId: topic.topicId, next };
  });
  if (found.error !== null) throw new Problem(found.error);
  return { kind: "subscriber", topicId: found.topicId, format, next: found.next };
}

function allPartitions({ name, partitions }: TopicDescription, start: Start): number[] {
  if (partitions.length > MAX_SUBSCRIBED_PARTITIONS) {
    const detail = `Topic "${name}" has ${partitions.length} partitions; choose one of them.`;
    throw new Problem("INVALID_REQUEST", detail, { members: { parameter: "partition" } });
  }
  if (typeof start.offset === "number" && partitions.length > 1) {
    const expected = "earliest or latest, because the topic has several partitions; or choose one";
    throw invalid("offset", start.offset, expected);
  }
  return [...partitions.keys()];
}

/** The offset to begin at. One that the client chose is tried, as reads are what finds it wrong. */
async function findStart(broker: Broker, located: Located, start: Start): Promise<StartOffset> {
  const found = await startOffset(broker, located, start);
  if (typeof start.offset !== "number") return found;
  const read = await readLog(broker, located, { offset: found.offset, watch: false });
  if (read.error === "OFFSET_OUT_OF_RANGE") throw readProblem(read.error, found.offset, read);
  return { error: read.error, offset: found.offset };
}
