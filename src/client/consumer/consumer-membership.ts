/**
 * A member of a consumer group (KIP-848): heartbeats say what it subscribes to and what it owns,
 * and bring back what it is to own. It gives up what is not meant for it, says so, and is then
 * given the rest; other members go on reading meanwhile.
 */
import { randomUuid } from "../../base/uuid.ts";
import type { Uuid } from "../../base/uuid.ts";
import { consumerGroupHeartbeat } from "../../protocol/messages/68-consumer-group-heartbeat.ts";
import type { ConsumerGroupHeartbeatResponse } from "../../protocol/messages/68-consumer-group-heartbeat.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { KafkaError, throwErrorOf } from "../kafka-error.ts";
import { Signal } from "../signal.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic, partitionName } from "../topic-partition.ts";
import type { GroupOptions } from "./consumer-options.ts";
import { goodbye } from "./membership.ts";
import type { Membership, MembershipListener } from "./membership.ts";
import type { TopicSelection } from "./topic-selection.ts";
import { selectedTopics } from "./topic-selection.ts";

const JOIN_EPOCH = 0;
const LEAVE_EPOCH = -1;
const LEAVE_STATIC_EPOCH = -2;

export class ConsumerMembership implements Membership {
  readonly #cluster: Cluster;
  readonly #options: GroupOptions;
  readonly #selection: TopicSelection;
  readonly #listener: MembershipListener;
  readonly #memberId = newMemberId();
  readonly #signal = new Signal();
  #memberEpoch = JOIN_EPOCH;
  #owned: readonly TopicPartition[] = [];
  /** What it is to own as it was last told, until that is what it owns. */
  #target: ConsumerGroupHeartbeatResponse["assignment"] = null;
  #topicIds = new Map<string, Uuid>();
  /** The topics that it last said it subscribes to. */
  #subscribed: readonly string[] | null = null;
  #isAcknowledged = true;
  #beating: Promise<void> | null = null;
  #hasLeft = false;
  #failure: unknown = null;

  constructor(
    cluster: Cluster,
    options: GroupOptions,
    selection: TopicSelection,
    listener: MembershipListener,
  ) {
    this.#cluster = cluster;
    this.#options = options;
    this.#selection = selection;
    this.#listener = listener;
  }

  get credentials() {
    return { memberId: this.#memberId, generationIdOrMemberEpoch: this.#memberEpoch };
  }

  async settle(): Promise<void> {
    this.#beating ??= this.#beat();
    while (this.#memberEpoch === JOIN_EPOCH && this.#failure === null && !this.#hasLeft) {
      await this.#signal.wait(this.#options.heartbeatIntervalMs);
    }
    if (this.#failure !== null) throw this.#failure;
    if (this.#target !== null) await this.#reconcile(this.#target);
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    this.#signal.notify();
    await this.#beating;
    if (this.#owned.length > 0) await this.#listener.onRevoked(this.#owned);
    if (this.#memberEpoch === JOIN_EPOCH) return;
    const { groupId, groupInstanceId: instanceId } = this.#options;
    const memberEpoch = instanceId === null ? LEAVE_EPOCH : LEAVE_STATIC_EPOCH;
    const member = { memberId: this.#memberId, memberEpoch, instanceId };
    await goodbye(async () => {
      const coordinator = await this.#cluster.coordinator(groupId);
      await coordinator.call(consumerGroupHeartbeat, { groupId, ...member });
    });
  }

  /** One heartbeat after the other, until it leaves or cannot go on. */
  async #beat(): Promise<void> {
    for (let failures = 0; !this.#hasLeft && this.#failure === null;) {
      let wait = this.#options.heartbeatIntervalMs;
      try {
        wait = await this.#beatOnce();
        failures = 0;
      } catch (error) {
        if (!this.#canGoOnAfter(error)) this.#failure = error;
        wait = backoffMs(this.#cluster.options, ++failures);
      }
      this.#signal.notify();
      if (this.#isAcknowledged || failures > 0) await this.#signal.wait(wait);
    }
  }

  async #beatOnce(): Promise<number> {
    const { groupId, groupInstanceId, maxPollIntervalMs } = this.#options;
    const isJoining = this.#memberEpoch === JOIN_EPOCH;
    const topics = await this.#topicsToSubscribe(isJoining);
    const saysOwned = isJoining || !this.#isAcknowledged;
    const coordinator = await this.#cluster.coordinator(groupId);
    const response = await coordinator.call(consumerGroupHeartbeat, {
      groupId,
      memberId: this.#memberId,
      memberEpoch: this.#memberEpoch,
      instanceId: groupInstanceId,
      rebalanceTimeoutMs: isJoining ? maxPollIntervalMs : -1,
      subscribedTopicNames: topics,
      topicPartitions: saysOwned ? this.#ownedById() : null,
    });
    throwErrorOf(response.errorCode, response.errorMessage);
    if (saysOwned) this.#isAcknowledged = true;
    if (topics !== null) this.#subscribed = topics;
    this.#memberEpoch = response.memberEpoch;
    if (response.assignment !== null) this.#target = response.assignment;
    return response.heartbeatIntervalMs;
  }

  /** The topics, where the coordinator has to be told of them; null where it knows. */
  async #topicsToSubscribe(isJoining: boolean): Promise<readonly string[] | null> {
    if ("names" in this.#selection) return isJoining ? this.#selection.names : null;
    const names = [...(await selectedTopics(this.#cluster, this.#selection)).keys()].toSorted();
    const isKnown = !isJoining && names.join() === this.#subscribed?.join();
    return isKnown ? null : names;
  }

  #ownedById() {
    return [...byTopic(this.#owned)].map(([topic, ofTopic]) => ({
      topicId: this.#topicIds.get(topic)!,
      partitions: ofTopic.map(({ partition }) => partition),
    }));
  }

  #canGoOnAfter(error: unknown): boolean {
    if (!(error instanceof KafkaError)) return false;
    if (error.code === "FENCED_MEMBER_EPOCH" || error.code === "UNKNOWN_MEMBER_ID") {
      this.#listener.onLost(this.#owned);
      this.#owned = [];
      this.#target = null;
      this.#memberEpoch = JOIN_EPOCH;
      return true;
    }
    this.#cluster.forgetCoordinator(this.#options.groupId);
    return error.retriable || error.code === "UNRELEASED_INSTANCE_ID";
  }

  /** Gives up what is not meant for this member, takes what is, and has the coordinator told. */
  async #reconcile(
    target: NonNullable<ConsumerGroupHeartbeatResponse["assignment"]>,
  ): Promise<void> {
    const wanted = await this.#named(target);
    if (wanted === null) return;
    const names = new Set(wanted.map(partitionName));
    const revoked = this.#owned.filter((each) => !names.has(partitionName(each)));
    if (revoked.length > 0) await this.#listener.onRevoked(revoked);
    const owned = new Set(this.#owned.map(partitionName));
    const assigned = wanted.filter((each) => !owned.has(partitionName(each)));
    this.#owned = wanted;
    if (this.#target === target) this.#target = null;
    if (assigned.length > 0 || revoked.length === 0) await this.#listener.onAssigned(assigned);
    this.#isAcknowledged = false;
    this.#signal.notify();
  }

  /** The partitions by their topics' names; null while one is not known yet. */
  async #named(
    target: NonNullable<ConsumerGroupHeartbeatResponse["assignment"]>,
  ): Promise<TopicPartition[] | null> {
    const { topicPartitions } = target;
    const isKnown = () => {
      const known = new Set(this.#topicIds.values());
      return topicPartitions.every(({ topicId }) => known.has(topicId));
    };
    if (!isKnown()) {
      const { topics } = await this.#cluster.metadata(null);
      this.#topicIds = new Map(topics.map(({ name, topicId }) => [name ?? "", topicId]));
      if (!isKnown()) {
        await sleep(this.#cluster.options.retryBackoffMs);
        return null;
      }
    }
    const nameOf = new Map([...this.#topicIds].map(([name, topicId]) => [topicId, name]));
    return topicPartitions.flatMap(({ topicId, partitions }) =>
      partitions.map((partition) => ({ topic: nameOf.get(topicId)!, partition })),
    );
  }
}

function newMemberId(): Uuid {
  return randomUuid({
    fill: (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
  });
}
