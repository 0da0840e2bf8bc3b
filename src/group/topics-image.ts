/**
 * What a group knows of the topics that it has to do with: those that its members subscribe to and
 * those that they are assigned. Its coordinator keeps the image fresh; a topic that is not in it
 * does not exist.
 */
import type { Uuid } from "../base/uuid.ts";

export interface TopicImage {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionCount: number;
}

export class TopicsImage {
  readonly #byName: ReadonlyMap<string, TopicImage>;
  readonly #byId: ReadonlyMap<Uuid, TopicImage>;

  constructor(topics: Iterable<TopicImage> = []) {
    const all = [...topics];
    this.#byName = new Map(all.map((topic) => [topic.name, topic]));
    this.#byId = new Map(all.map((topic) => [topic.topicId, topic]));
  }

  byName(name: string): TopicImage | undefined {
    return this.#byName.get(name);
  }

  byId(topicId: Uuid): TopicImage | undefined {
    return this.#byId.get(topicId);
  }
}
