/**
 * A gateway's cache of where partitions are led. It only routes: a wrong route is corrected by the
 * replica's refusal, and no client is told anything from here that it could not find out to be old.
 * All lookups of one turn are one call to the controller; unknown topics are never cached, and a
 * topic that lacks a partition is looked up again: it may have grown.
 */
import type { Clock, Millis } from "../base/clock.ts";
import type { Uuid } from "../base/uuid.ts";
import type { ClusterDescription, TopicDescription } from "../controller/describe.ts";
import type { ControllerPort, Timers } from "./ports.ts";

/** Topics whose routes a gateway remembers; the least recently found is forgotten first. */
const MAX_CACHED_TOPICS = 10_000;

/** As long as Kafka's clients keep metadata (`metadata.max.age.ms`). */
const MAX_AGE_MS = 300_000;

interface Lookup {
  readonly names: Set<string>;
  readonly topicIds: Set<Uuid>;
  readonly result: Promise<ClusterDescription>;
}

export class TopicRoutes {
  readonly #controller: Pick<ControllerPort, "describeCluster">;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #byName = new Map<string, TopicDescription>();
  readonly #byId = new Map<Uuid, TopicDescription>();
  readonly #foundAt = new WeakMap<TopicDescription, Millis>();
  #gathering: Lookup | null = null;

  constructor(controller: Pick<ControllerPort, "describeCluster">, timers: Timers, clock: Clock) {
    this.#controller = controller;
    this.#timers = timers;
    this.#clock = clock;
  }

  /** The route of a topic if it is known here. */
  cached(topic: TopicReference): TopicDescription | undefined {
    return topic.name === undefined ? this.#byId.get(topic.topicId) : this.#byName.get(topic.name);
  }

  /**
   * As `cached`, for those who choose among a topic's partitions: undefined also when the topic may
   * have grown since it was looked up.
   */
  fresh(asked: AskedPartitions): TopicDescription | undefined {
    const topic = this.#has(asked) ? this.cached(asked) : undefined;
    const isFresh = topic && this.#clock.now() - this.#foundAt.get(topic)! < MAX_AGE_MS;
    return isFresh ? topic : undefined;
  }

  /** Whether there is a route to each of these partitions. */
  has(asked: readonly AskedPartitions[]): boolean {
    return asked.every((topic) => this.#has(topic));
  }

  /**
   * Asks the controller about the topics to whose partitions there is no route. Afterwards `cached`
   * has all that exist.
   */
  async load(asked: readonly AskedPartitions[]): Promise<void> {
    const missing = asked.filter((topic) => !this.#has(topic));
    if (missing.length > 0) await this.describe(missing);
  }

  #has(topic: AskedPartitions): boolean {
    const count = this.cached(topic)?.partitions.length;
    return count !== undefined && !topic.partitions?.some((partition) => partition >= count);
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
    this.#foundAt.set(topic, this.#clock.now());
    if (this.#byId.size > MAX_CACHED_TOPICS) this.forget(this.#byId.keys().next().value!);
  }
}

/** A topic, and the partitions of it that are asked for, if there are some in particular. */
export type AskedPartitions = TopicReference & { readonly partitions?: readonly number[] };

/** A topic as a request names it. */
export type TopicReference =
  | { readonly name: string; readonly topicId?: undefined }
  | { readonly name?: undefined; readonly topicId: Uuid };
