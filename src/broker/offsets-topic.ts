/**
 * `__consumer_offsets`: its partitions say which broker speaks for which group, and hold what
 * groups have written. It comes into being when the first client looks for a coordinator.
 */
import type { BrokerConfig } from "../controller/broker-config.ts";
import type { NewTopic } from "../controller/create-topics.ts";
import type { TopicDescription } from "../controller/describe.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { ControllerPort } from "./ports.ts";

export const OFFSETS_TOPIC = "__consumer_offsets";

/** The configs that the topic is created with. */
export type OffsetsTopicConfig = Pick<
  BrokerConfig,
  "offsetsTopicNumPartitions" | "offsetsTopicReplicationFactor" | "offsetsTopicSegmentBytes"
>;

type TopicsController = Pick<ControllerPort, "describeCluster" | "createTopics">;

/** Why there is no topic. */
interface NoOffsetsTopic {
  readonly error: ErrorName;
  readonly message: string;
}

/** Those who look for the topic at the same time share one look, and one creation. */
const looks = new WeakMap<TopicsController, Promise<TopicDescription | NoOffsetsTopic>>();

/** The topic, which is created where it is missing; or why it could not be. */
export function offsetsTopic(
  controller: TopicsController,
  config: OffsetsTopicConfig,
): Promise<TopicDescription | NoOffsetsTopic> {
  const shared = looks.get(controller);
  if (shared) return shared;
  const look = findOrCreate(controller, config).finally(() => looks.delete(controller));
  looks.set(controller, look);
  return look;
}

/** The topic, if there is one. */
export async function findOffsetsTopic(
  controller: Pick<ControllerPort, "describeCluster">,
): Promise<TopicDescription | undefined> {
  const { topics } = await controller.describeCluster({ names: [OFFSETS_TOPIC] });
  return topics[0];
}

/** The topic as it is to be created. */
export function newOffsetsTopic(config: OffsetsTopicConfig): NewTopic {
  return {
    name: OFFSETS_TOPIC,
    numPartitions: config.offsetsTopicNumPartitions,
    replicationFactor: config.offsetsTopicReplicationFactor,
    assignments: [],
    configs: [
      { name: "cleanup.policy", value: "compact" },
      { name: "compression.type", value: "producer" },
      { name: "segment.bytes", value: String(config.offsetsTopicSegmentBytes) },
    ],
  };
}

async function findOrCreate(
  controller: TopicsController,
  config: OffsetsTopicConfig,
): Promise<TopicDescription | NoOffsetsTopic> {
  const found = await findOffsetsTopic(controller);
  if (found) return found;
  const [created] = await controller.createTopics([newOffsetsTopic(config)], false);
  // Another broker may have been faster.
  if (created && created.error !== null && created.error !== "TOPIC_ALREADY_EXISTS") return created;
  const message = `There is no topic "${OFFSETS_TOPIC}" any more.`;
  return (await findOffsetsTopic(controller)) ?? { error: "UNKNOWN_TOPIC_OR_PARTITION", message };
}
