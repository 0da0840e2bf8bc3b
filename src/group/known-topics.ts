/**
 * The image of topics that a group's coordinator keeps: what the controller said of each name that
 * the group has to do with, if only that there is no such topic. The controller tells the group
 * when one of them comes or goes.
 */
import type { Uuid } from "../base/uuid.ts";
import { type TopicImage, TopicsImage } from "./topics-image.ts";

/** Describes those of these topics that there are. */
export type DescribeTopics = (topics: {
  readonly names?: readonly string[];
  readonly topicIds?: readonly Uuid[];
}) => Promise<readonly TopicImage[]>;

/** What was said of a name, and by which look. */
interface Known {
  readonly topic: TopicImage | null;
  readonly look: number;
}

export class KnownTopics {
  readonly #describe: DescribeTopics;
  readonly #byName = new Map<string, Known>();
  #lookCount = 0;
  #image = new TopicsImage();

  constructor(describe: DescribeTopics) {
    this.#describe = describe;
  }

  get image(): TopicsImage {
    return this.#image;
  }

  /** Those of these names of which nothing is known yet. */
  unknown(names: Iterable<string>): string[] {
    return [...new Set(names)].filter((name) => !this.#byName.has(name));
  }

  /** Asks anew about these topics; rejects, and leaves the image as it was, when it cannot. */
  async refresh(names: Iterable<string>): Promise<void> {
    const asked = [...new Set(names)];
    if (asked.length === 0) return;
    const look = ++this.#lookCount;
    const found = await this.#describe({ names: asked });
    const byName = new Map(found.map((topic) => [topic.name, topic]));
    for (const name of asked) this.#note(name, byName.get(name) ?? null, look);
    this.#renewImage();
  }

  /** Sees to it that those of these topics are known by name that there are. */
  async learn(topicIds: Iterable<Uuid>): Promise<void> {
    const asked = [...topicIds].filter((topicId) => !this.#image.byId(topicId));
    if (asked.length === 0) return;
    const look = ++this.#lookCount;
    for (const topic of await this.#describe({ topicIds: asked })) {
      this.#note(topic.name, topic, look);
    }
    this.#renewImage();
  }

  /** All names of which something is known, if only that there is no such topic. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** An answer may come after that to a later question, which knows better. */
  #note(name: string, topic: TopicImage | null, look: number): void {
    const known = this.#byName.get(name);
    if (!known || known.look < look) this.#byName.set(name, { topic, look });
  }

  #renewImage(): void {
    const topics = [...this.#byName.values()].map(({ topic }) => topic);
    this.#image = new TopicsImage(topics.filter((topic) => topic !== null));
  }
}
