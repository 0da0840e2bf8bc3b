/**
 * DeleteTopics: the topic is gone from the image at once; each replica that was ever activated is
 * then told to erase its storage until it has confirmed.
 */
import { ZERO_UUID, type Uuid } from "../base/uuid.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { tellGroups } from "./groups.ts";
import type { ClusterImage, TopicImage } from "./image.ts";
import type { MetadataRecord } from "./records.ts";
import type { ControllerEffect, ControllerSurroundings, Step } from "./step.ts";

/** A topic to delete: by name, or (from v6) by id with a null name. */
export interface TopicToDelete {
  readonly name: string | null;
  readonly topicId: Uuid;
}

export interface DeleteTopicResult {
  readonly name: string | null;
  readonly topicId: Uuid;
  readonly error: ErrorName | null;
  readonly message: string | null;
}

export function deleteTopics(
  image: ClusterImage,
  topics: readonly TopicToDelete[],
  { config }: Pick<ControllerSurroundings, "config">,
): Step<DeleteTopicResult[]> {
  const records: MetadataRecord[] = [];
  const effects: ControllerEffect[] = [];
  const deleted: string[] = [];
  const refused = refusedTogether(image, topics);
  const response = topics.map((topic): DeleteTopicResult => {
    const refuse = (error: ErrorName, message: string) => ({ ...topic, error, message });
    if (!config.deleteTopicEnable) {
      return refuse("TOPIC_DELETION_DISABLED", "Topic deletion is disabled.");
    }
    const together = refused.get(topic);
    if (together) return refuse("INVALID_REQUEST", together);
    const found = find(image, topic);
    if (!found) {
      return topic.name === null
        ? refuse("UNKNOWN_TOPIC_ID", "This server does not host this topic ID.")
        : refuse("UNKNOWN_TOPIC_OR_PARTITION", "This server does not host this topic-partition.");
    }
    const { name, topicId } = found;
    records.push({ type: "RemoveTopic", topicId });
    for (const replica of image.activatedReplicas(topicId))
      effects.push({ type: "eraseReplica", replica });
    deleted.push(name);
    return { name, topicId, error: null, message: null };
  });
  return { records, response, effects: [...effects, ...tellGroups(image, deleted)] };
}

/** Topics that make no sense in this request: named twice, named and identified, or neither. */
function refusedTogether(
  image: ClusterImage,
  topics: readonly TopicToDelete[],
): Map<TopicToDelete, string> {
  const refused = new Map<TopicToDelete, string>();
  const first = new Map<Uuid, TopicToDelete>();
  for (const topic of topics) {
    if (topic.name !== null && topic.topicId !== ZERO_UUID) {
      refused.set(topic, "You may not specify both topic name and topic id.");
    } else if (topic.name === null && topic.topicId === ZERO_UUID) {
      refused.set(topic, "Neither topic name nor id were specified.");
    } else {
      const key = find(image, topic)?.topicId ?? topic.name ?? topic.topicId;
      const earlier = first.get(key);
      if (!earlier) {
        first.set(key, topic);
        continue;
      }
      const why = topic.name === null ? "Duplicate topic id." : "Duplicate topic name.";
      refused.set(topic, why).set(earlier, why);
    }
  }
  return refused;
}

function find(image: ClusterImage, { name, topicId }: TopicToDelete): TopicImage | undefined {
  return name === null ? image.topicById(topicId) : image.topicByName(name);
}
