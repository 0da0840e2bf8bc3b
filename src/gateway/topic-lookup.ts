/**
 * Finding a partition for a request over HTTP, which names a topic and is not bound to a broker: by
 * the routes, which may be old, so that whatever is done at a leader is tried once more on a fresh
 * route when the replica says that it is the wrong one.
 */
import { autoCreateTopics } from "../broker/auto-create-topics.ts";
import type { Broker, Located } from "../broker/broker.ts";
import type { AskedPartitions } from "../broker/topic-routes.ts";
import type { TopicDescription } from "../controller/describe.ts";
import { NO_LEADER } from "../controller/records.ts";
import { invalidTopicName } from "../controller/topic-names.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { Problem } from "./problem.ts";

/**
 * Errors by which a replica, or the lack of one, says that nothing was done and the route is old.
 */
const WRONG_ROUTE: readonly (ErrorName | null)[] = [
  "NOT_LEADER_OR_FOLLOWER",
  "LEADER_NOT_AVAILABLE",
  "UNKNOWN_TOPIC_OR_PARTITION",
];

/** The topic as it is routed, or else as the controller knows it; undefined when nobody does. */
export async function lookUpTopic(
  { routes }: Broker,
  asked: AskedPartitions,
): Promise<TopicDescription | undefined> {
  const fresh = routes.fresh(asked);
  if (fresh) return fresh;
  const { topics } = await routes.describe([asked]);
  const { name, topicId } = asked;
  return topics.find((topic) =>
    name === undefined ? topic.topicId === topicId : topic.name === name,
  );
}

/**
 * The topic of this name, or a {@link Problem}. One in which the partition is missing is looked up
 * again.
 */
export async function findTopic(
  broker: Broker,
  name: string,
  partition: number | null = null,
): Promise<TopicDescription> {
  const topic = await lookUp(broker, name, partition);
  if (topic) return topic;
  throw new Problem("UNKNOWN_TOPIC_OR_PARTITION", unknownTopic(name));
}

/** As {@link findTopic}, but creates the topic where `auto.create.topics.enable` allows it. */
export async function findOrCreateTopic(
  broker: Broker,
  name: string,
  partition: number | null = null,
): Promise<TopicDescription> {
  const topic = await lookUp(broker, name, partition);
  if (topic) return topic;
  const { controller, config } = broker.ports;
  if (!config.autoCreateTopicsEnable) {
    const why = "auto.create.topics.enable is false: create it first.";
    throw new Problem("UNKNOWN_TOPIC_OR_PARTITION", `There is no topic "${name}", and ${why}`);
  }
  const [created] = await autoCreateTopics(controller, [name], config);
  if (created && created.error !== null && created.error !== "TOPIC_ALREADY_EXISTS") {
    throw new Problem(created.error, created.message);
  }
  return findTopic(broker, name);
}

/** A partition of the topic with its route, or a {@link Problem}. */
export function locatePartition(
  broker: Broker,
  topic: TopicDescription,
  partition: number,
): Located {
  const state = topic.partitions[partition];
  if (!state) {
    const { name, partitions } = topic;
    const range = `0 to ${partitions.length - 1}`;
    const detail = `Topic "${name}" has no partition ${partition}, only ${range}.`;
    throw new Problem("UNKNOWN_TOPIC_OR_PARTITION", detail);
  }
  // Nobody can refuse a route to nowhere: it is forgotten here, so that the next look is fresh.
  if (state.leader === NO_LEADER) broker.refused(topic.topicId, partition);
  return { topic, partition, state };
}

/**
 * Makes an attempt that begins by finding its topic, and one more if the first met an old route.
 */
export async function onFreshRoute<Result extends { readonly error: ErrorName | null }>(
  attempt: () => Promise<Result>,
): Promise<Result> {
  const result = await attempt();
  return WRONG_ROUTE.includes(result.error) ? attempt() : result;
}

async function lookUp(
  broker: Broker,
  name: string,
  partition: number | null,
): Promise<TopicDescription | undefined> {
  const invalid = invalidTopicName(name);
  if (invalid !== null) throw new Problem("INVALID_TOPIC_EXCEPTION", `${invalid}.`);
  return lookUpTopic(broker, { name, partitions: partition === null ? [] : [partition] });
}

function unknownTopic(name: string): string {
  return `There is no topic "${name}". A first POST to /topics/${name}/records may create it.`;
}
