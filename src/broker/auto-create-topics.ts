/** Topics that create themselves, with the broker's defaults, when someone asks for them. */
import type { CreateTopicResult, NewTopic } from "../controller/create-topics.ts";
import { newOffsetsTopic, OFFSETS_TOPIC, type OffsetsTopicConfig } from "./offsets-topic.ts";
import type { ControllerPort } from "./ports.ts";

/** What a topic gets that nobody has described: -1 is the broker's default. */
const DEFAULTS = { numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };

/** Creates topics of these names; a result says what became of each. */
export async function autoCreateTopics(
  controller: Pick<ControllerPort, "createTopics">,
  names: Iterable<string>,
  config: OffsetsTopicConfig,
): Promise<CreateTopicResult[]> {
  const topics = [...new Set(names)].map((name): NewTopic =>
    name === OFFSETS_TOPIC ? newOffsetsTopic(config) : { name, ...DEFAULTS },
  );
  return topics.length === 0 ? [] : controller.createTopics(topics, false);
}
