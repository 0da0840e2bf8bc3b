/**
 * DeleteTopics: the topic is gone from the image at once; each replica that was ever activated is
 * then told to erase its storage until it has confirmed.
 */
import { ZERO_UUID, type Uuid } from "../base/uuid.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { tellGroups } from "./groups.ts";
import type { ClusterImage, TopicImage } from "./image.ts";
import type { ControllerSurroundings, Step } from "./step.ts";

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
  if (!config.deleteTopicEnable) {
    const error = "TOPIC_DELETION_DISABLED" as const;
    const disabled = { error, message: "Topic deletion is disabled." };
    return {
      records: [],
      response: topics.map((topic) => ({ ...topic, ...disabled })),
      effects: [],
    };
  }
  const { refused, toDelete } = resolve(image, topics);
  const found = [...toDelete.values()];
  const records = found.map(({ topicId }) => ({ type: "RemoveTopic" as const, topicId }));
  const erasures = found.flatMap(({ topicId }) =>
    image.activatedReplicas(topicId).map((replica) => ({ type: "eraseReplica" as const, replica })),
  );
  const deleted = found.map(({ name, topicId }) => ({ name, topicId, error: null, message: null }));
  const names = found.map(({ name }) => name);
  const effects = [...erasures, ...tellGroups(image, names)];
  return { records, response: [...refused, ...deleted], effects };
}

/**
 * The topics that are meant, and what is said of the others. As in Kafka, what is named twice is
 * told of once, and a topic that is both named and identified is told of by its name.
 */
function resolve(image: ClusterImage, topics: readonly TopicToDelete[]) {
  const refused: DeleteTopicResult[] = [];
  const refuse = (topic: TopicToDelete, error: ErrorName, message: string) => {
    refused.push({ ...topic, error, message });
  };
  const names = new Occurrences<string>();
  const ids = new Occurrences<Uuid>();
  for (const topic of topics) {
    const { name, topicId } = topic;
    const isIdentified = topicId !== ZERO_UUID;
    if (name !== null && isIdentified) refuse(topic, "INVALID_REQUEST", BOTH);
    else if (name !== null) names.add(name);
    else if (isIdentified) ids.add(topicId);
    else refuse(topic, "INVALID_REQUEST", NEITHER);
  }
  for (const name of names.repeated()) {
    refuse({ name, topicId: ZERO_UUID }, "INVALID_REQUEST", "Duplicate topic name.");
  }
  for (const topicId of ids.repeated()) {
    refuse({ name: null, topicId }, "INVALID_REQUEST", "Duplicate topic id.");
  }

  const toDelete = new Map<Uuid, TopicImage>();
  for (const topicId of ids.single()) {
    const found = image.topicById(topicId);
    if (found) toDelete.set(topicId, found);
    else refuse({ name: null, topicId }, "UNKNOWN_TOPIC_ID", UNKNOWN_ID);
  }
  for (const name of names.single()) {
    const found = image.topicByName(name);
    if (!found) {
      refuse({ name, topicId: ZERO_UUID }, "UNKNOWN_TOPIC_OR_PARTITION", UNKNOWN_NAME);
    } else if (ids.has(found.topicId)) {
      toDelete.delete(found.topicId);
      refuse({ name, topicId: found.topicId }, "INVALID_REQUEST", ALREADY_SUPPLIED);
    } else {
      toDelete.set(found.topicId, found);
    }
  }
  return { refused, toDelete };
}

const BOTH = "You may not specify both topic name and topic id.";
const NEITHER = "Neither topic name nor id were specified.";
const UNKNOWN_ID = "This server does not host this topic ID.";
const UNKNOWN_NAME = "This server does not host this topic-partition.";
const ALREADY_SUPPLIED = "The provided topic name maps to an ID that was already supplied.";

/** How often each of some keys was there. */
class Occurrences<Key> {
  readonly #counts = new Map<Key, number>();

  add(key: Key): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  has(key: Key): boolean {
    return this.#counts.has(key);
  }

  single(): Key[] {
    return [...this.#counts].flatMap(([key, count]) => (count === 1 ? [key] : []));
  }

  repeated(): Key[] {
    return [...this.#counts].flatMap(([key, count]) => (count > 1 ? [key] : []));
  }
}
