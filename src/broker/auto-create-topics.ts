/** Topics that create themselves, with the broker's defaults, when someone asks for them. */
import type { CreateTopicResult } from "../controller/create-topics.ts";
import type { ControllerPort } from "./ports.ts";

/** What a topic gets that nobody has described: -1 is the broker's default. */
const DEFAULTS = { numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };

/** Creates topics of these names; a result says what became of each. */
export async function autoCreateTopics(
  controller: Pick<ControllerPort, "createTopics">,
  names: Iterable<string>,
): Promise<CreateTopicResult[]> {
  const topics = [...new Set(names)].map((name) => ({ name, ...DEFAULTS }));
  return topics.length === 0 ? [] : controller.createTopics(topics, false);
}
