/**
 * A gateway's cache of where partitions are led. It only routes: a wrong route is corrected by the
 * replica's refusal, and no client is told anything from here that it could not find out to be old.
 * All lookups of one turn are one call to the controller; unknown topics are never cached.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ClusterDescription, TopicDescription } from "../controller/describe.ts";
import type { ControllerPort, Timers } from "./ports.ts";

/** Topics whose routes a gateway remembers; the least recently found is forgotten first. */
const MAX_CACHED_TOPICS = 10_000;

interface Lookup {
  readonly names: Set<string>;
  readonly topicIds: Set<Uuid>;
  readonly result: Promise<ClusterDescription>;
}

export class TopicRoutes {
  readonly #controller: Pick<ControllerPort, "describeCluster">;
  readonly #timers: Timers;
  readonly #byName = new Map<string, TopicDescription>();
  readonly #byId = new Map<Uuid, TopicDescription>();
  #gathering: Lookup | null = null;

  constructor(controller: Pick<ControllerPort, "describeCluster">, timers: Timers) {
    this.#controller = controller;
    this.#timers = timers;
  }

  /** The route of a topic if it is known here. */
  cached(topic: TopicReference): TopicDescription | undefined {
    return topic.name === undefined ? this.#byId.get(topic.topicId) : this.#byName.get(topic.name);
  }

  /**
   * Asks the controller about the topics that are not cached. Afterwards `cached` has all that
   * exist.
   */
  async load(topics: readonly TopicReference[]): Promise<void> {
    const missing = topics.filter((topic) => !this.cached(topic));
    if (missing.length > 0) await this.describe(missing);
  }

  /** The current image of these topics, from the controller. */
  async describe(topics: readonly TopicReference[]): Promise<ClusterDescription> {
    const lookup = (this.#gathering ??= this.#newLookup());
    for (const topic of topics) {
      if (topic.name === undefined) lookup.topicIds.add(topic.topicId);
      else lookup.names.add(topic.name);
    }
    return lookup.result;
  }

  /** Forgets a route that a replica has refused. */
  forget(topicId: Uuid): void {
    const topic = this.#byId.get(topicId);
    if (!topic) return;
    this.#byId.delete(topicId);
    if (this.#byName.get(topic.name) === topic) this.#byName.delete(topic.name);
  }

  #newLookup(): Lookup {
    const names = new Set<string>();
    const topicIds = new Set<Uuid>();
    const gathered = new Promise<void>((resolve) => this.#timers.after(0, resolve));
    const result = gathered.then(async () => {
      this.#gathering = null;
      const query = { names: [...names], topicIds: [...topicIds] };
      const image = await this.#controller.describeCluster(query);
      for (const topic of image.topics) this.#remember(topic);
      return image;
    });
    return { names, topicIds, result };
  }

  #remember(topic: TopicDescription): void {
    const former = this.#byName.get(topic.name);
    if (former) this.forget(former.topicId);
    this.#byName.set(topic.name, topic);
    this.#byId.set(topic.topicId, topic);
    if (this.#byId.size > MAX_CACHED_TOPICS) this.forget(this.#byId.keys().next().value!);
  }
}

/** A topic as a request names it. */
export type TopicReference =
  | { readonly name: string; readonly topicId?: undefined }
  | { readonly name?: undefined; readonly topicId: Uuid };
