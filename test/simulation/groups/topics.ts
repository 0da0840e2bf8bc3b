/** The topics of a world of groups: which there are, which there were, and who makes them. */
import { Admin } from "../admin.ts";
import type { Cluster } from "../cluster.ts";

export interface TopicPlan {
  readonly name: string;
  readonly partitionCount: number;
  /** Whether it comes and goes. */
  readonly isChurned: boolean;
}

export interface LivingTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitionCount: number;
}

export class Topics {
  readonly #admin: Admin;
  readonly #plans: ReadonlyMap<string, TopicPlan>;
  readonly #living = new Map<string, LivingTopic>();
  readonly #names = new Map<string, string>();
  /** Ids of topics that somebody has begun to delete. */
  readonly deleted = new Set<string>();
  #isBusy = false;

  constructor(cluster: Cluster, plans: readonly TopicPlan[]) {
    this.#admin = new Admin(cluster);
    this.#plans = new Map(plans.map((plan) => [plan.name, plan]));
  }

  get living(): Iterable<LivingTopic> {
    return this.#living.values();
  }

  byName(name: string): LivingTopic | undefined {
    return this.#living.get(name);
  }

  /** The name that a topic has, or had. */
  nameOf(topicId: string): string | undefined {
    return this.#names.get(topicId);
  }

  isChurned(name: string): boolean {
    return this.#plans.get(name)?.isChurned ?? true;
  }

  /** Makes all topics that do not come and go, and some of the others. */
  async begin(): Promise<void> {
    for (const { name, isChurned } of this.#plans.values()) {
      if (!isChurned || this.#admin.random.chance(0.5)) await this.#create(name);
    }
  }

  /** A topic comes or goes, or goes and comes again under its name. */
  async change(): Promise<void> {
    const names = [...this.#plans.keys()].filter((name) => this.isChurned(name));
    if (this.#isBusy || names.length === 0) return;
    this.#isBusy = true;
    const name = this.#admin.random.pick(names);
    const topic = this.#living.get(name);
    if (topic) await this.#delete(topic);
    if (!topic || this.#admin.random.chance(0.5)) await this.#create(name);
    this.#isBusy = false;
  }

  /** Finds out what there is: a call that came late may have made a topic that was deleted. */
  async look(): Promise<void> {
    for (const name of this.#plans.keys()) {
      const partitions = await this.#admin.describeTopic(name);
      const [first] = partitions;
      if (first) this.#note(name, first.topicId, partitions.length);
      else this.#living.delete(name);
    }
  }

  /** Deletes a topic that is none of these. */
  deleteForeign(topicId: string): Promise<void> {
    return this.#admin.delete(topicId);
  }

  stop(): void {
    this.#admin.stop();
  }

  async #create(name: string): Promise<void> {
    const { partitionCount } = this.#plans.get(name)!;
    await this.#admin.create(name, partitionCount);
    const partitions = (await this.#admin.partitionsOf(name)) ?? [];
    const [first] = partitions;
    if (!first) return;
    this.#note(name, first.topicId, partitionCount);
  }

  #note(name: string, topicId: string, partitionCount: number): void {
    this.#names.set(topicId, name);
    this.#living.set(name, { name, topicId, partitionCount });
  }

  async #delete({ name, topicId }: LivingTopic): Promise<void> {
    this.deleted.add(topicId);
    await this.#admin.delete(topicId);
    this.#living.delete(name);
  }
}
