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

export class KnownTopics {
  readonly #describe: DescribeTopics;
  readonly #byName = new Map<string, TopicImage | null>();
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
    const found = await this.#describe({ names: asked });
    for (const name of asked) this.#byName.set(name, null);
    this.#add(found);
  }

  /** Sees to it that those of these topics are known by name that there are. */
  async learn(topicIds: Iterable<Uuid>): Promise<void> {
    const asked = [...topicIds].filter((topicId) => !this.#image.byId(topicId));
    if (asked.length > 0) this.#add(await this.#describe({ topicIds: asked }));
  }

  /** All names of which something is known, if only that there is no such topic. */
  names(): Iterable<string> {
    return this.#byName.keys();
  }

  #add(topics: readonly TopicImage[]): void {
    for (const topic of topics) this.#byName.set(topic.name, topic);
    this.#image = new TopicsImage([...this.#byName.values()].filter((topic) => topic !== null));
  }
}
