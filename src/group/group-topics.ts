/**
 * What a group's coordinator does about topics: it sees to it that a step knows those that it will
 * look up, looks at them again when they may have changed, and finds out which of them regular
 * expressions stand for.
 */
import type { Clock, Millis } from "../base/clock.ts";
import { type Uuid, ZERO_UUID } from "../base/uuid.ts";
import { ConsumerGroup } from "./consumer/consumer-group.ts";
import {
  matchTopics,
  regexesResolved,
  regexResolutionFailed,
  startRegexResolution,
} from "./consumer/regular-expressions.ts";
import { topicIdsOf, topicNamesOf } from "./consumer/topic-names.ts";
import type { ConsumerHeartbeatCall, JoinGroupCall } from "./group-calls.ts";
import type { GroupState } from "./group-state.ts";
import { type DescribeTopics, KnownTopics } from "./known-topics.ts";
import { forgetDeletedTopics } from "./offsets/forget-offsets.ts";
import type { TopicsImage } from "./topics-image.ts";
import type { Turn } from "./turn.ts";

/**
 * How old a consumer group's picture of its topics may become, in case the controller could not
 * reach it with a change: as old as Kafka's clients let theirs become (`metadata.max.age.ms`).
 */
const MAX_AGE_MS = 300_000;

/** How long until a look at changed topics that failed is tried again. */
const RETRY_MS = 5_000;

export interface GroupTopicsPorts {
  readonly clock: Clock;
  after(delayMs: Millis, run: () => void): () => void;
  readonly describeTopics: DescribeTopics;
  /** Whether the controller tells the group when this topic comes or goes. */
  isToldOf(topic: string): boolean;
  /** The names of all topics. */
  topicNames(): Promise<readonly string[]>;
  state(): GroupState;
  /** Takes a step of the group. */
  run(step: (state: GroupState, turn: Turn) => void): Promise<void>;
}

export class GroupTopics {
  readonly #ports: GroupTopicsPorts;
  readonly #known: KnownTopics;
  #lookedAt: Millis;
  #isToLookAgain = false;

  constructor(ports: GroupTopicsPorts) {
    this.#ports = ports;
    this.#known = new KnownTopics(ports.describeTopics);
    this.#lookedAt = ports.clock.now();
  }

  get image(): TopicsImage {
    return this.#known.image;
  }

  /** Learns the topics that the call has to do with, and those of the members. */
  async learn(call: JoinGroupCall | ConsumerHeartbeatCall | null = null): Promise<void> {
    const { clock, isToldOf, state } = this.#ports;
    const isConsumerGroup = state().group instanceof ConsumerGroup;
    if (isConsumerGroup && clock.now() - this.#lookedAt >= MAX_AGE_MS) await this.look();
    // What was known of others may be long over. Without the controller it has to do.
    const names = call !== null && "memberEpoch" in call ? (call.subscribedTopicNames ?? []) : [];
    const untold = names.filter((name) => !isToldOf(name));
    if (untold.length > 0) await this.#known.refresh(untold).catch(() => {});
    const unknown = () => this.#known.unknown(topicNamesOf(state(), call));
    for (let names = unknown(); names.length > 0; names = unknown()) {
      await this.#known.refresh(names);
    }
  }

  /** Learns these topics, and those of them anew of which somebody else knows more. */
  async learnTopics(topics: readonly { readonly name: string; readonly topicId: Uuid }[]) {
    const isStrange = ({ name, topicId }: { name: string; topicId: Uuid }) =>
      topicId !== ZERO_UUID && this.image.byName(name)?.topicId !== topicId;
    const strange = topics.filter(isStrange).map(({ name }) => name);
    const names = this.#known.unknown(topics.map(({ name }) => name));
    await this.#known.refresh([...names, ...strange]);
  }

  /** Learns the names of the topics that members have, even if nobody subscribes to them. */
  async learnAssigned(): Promise<void> {
    await this.#known.learn(topicIdsOf(this.#ports.state()));
  }

  /** Looks whether topics have changed. */
  async look(): Promise<void> {
    this.#lookedAt = this.#ports.clock.now();
    await this.changed().catch(() => {});
  }

  /** Topics that the group has to do with have come or gone. */
  async changed(): Promise<void> {
    const { offsets } = this.#ports.state();
    const names = new Set([...this.#known.names(), ...offsets.topics()]);
    await this.#known.refresh(names).catch((error: unknown) => {
      this.#lookAgain();
      throw error;
    });
    await this.#ports.run((state, turn) => {
      forgetDeletedTopics(state, names, turn);
      if (state.group instanceof ConsumerGroup) state.group.topicsChanged();
    });
  }

  /** Who has been told that topics have changed is not told once more. */
  #lookAgain(): void {
    if (this.#isToLookAgain) return;
    this.#isToLookAgain = true;
    this.#ports.after(RETRY_MS, () => {
      this.#isToLookAgain = false;
      void this.look();
    });
  }

  /** Begins to look which topics the group's regular expressions stand for, if it is to be done. */
  match({ group }: GroupState, turn: Turn): void {
    if (!(group instanceof ConsumerGroup)) return;
    const expressions = startRegexResolution(group, turn);
    if (expressions.length === 0) return;
    // Should the topics not be there to be listed, the next heartbeat tries again.
    void this.#resolve(expressions).catch(() => regexResolutionFailed(group));
  }

  async #resolve(expressions: readonly string[]): Promise<void> {
    const matches = matchTopics(expressions, await this.#ports.topicNames());
    await this.#known.refresh(this.#known.unknown([...matches.values()].flat()));
    await this.#ports.run((state, turn) => regexesResolved(state, matches, turn));
  }
}
