/**
 * A member of a classic group: it joins, the group's leader shares out the partitions, and it beats
 * until it is told that the group rebalances. In a rebalance it gives up all that it has (eager).
 *
 *     settle: join → (leader: assign) → sync → assigned
 *     heartbeat: REBALANCE_IN_PROGRESS → settle joins again; a lost generation → as a new member
 */
import {
  CONSUMER_PROTOCOL_TYPE,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../../protocol/consumer-protocol.ts";
import { joinGroup } from "../../protocol/messages/11-join-group.ts";
import type { JoinGroupResponse } from "../../protocol/messages/11-join-group.ts";
import { heartbeat } from "../../protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../protocol/messages/14-sync-group.ts";
import { backoffMs, sleep } from "../backoff.ts";
import type { Cluster } from "../cluster.ts";
import { errorOf, KafkaError, throwErrorOf } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";
import { byTopic } from "../topic-partition.ts";
import type { GroupOptions } from "./consumer-options.ts";
import { goodbye } from "./membership.ts";
import type { Membership, MembershipListener } from "./membership.ts";
import { assignRanges } from "./range-assignor.ts";
import type { PartitionCounts, TopicSelection } from "./topic-selection.ts";
import { areSame, partitionCounts, selectedTopics } from "./topic-selection.ts";

const PROTOCOL = "range";
const NO_GENERATION = -1;
/** The coordinator answers a join after the rebalance timeout at the latest; this much is slack. */
const JOIN_SLACK_MS = 5_000;
/** A coordinator that is busy with a join of this member hears of nothing else. */
const LEAVE_PATIENCE_MS = 5_000;

export class ClassicMembership implements Membership {
  readonly #cluster: Cluster;
  readonly #options: GroupOptions;
  readonly #selection: TopicSelection;
  readonly #listener: MembershipListener;
  #memberId = "";
  #generationId = NO_GENERATION;
  #owned: readonly TopicPartition[] = [];
  /** The topics as they were when it joined last. */
  #counts: PartitionCounts = new Map();
  #mustJoin = true;
  #hasLeft = false;
  #failure: unknown = null;
  readonly #timers: ReturnType<typeof setInterval>[] = [];

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
    return { memberId: this.#memberId, generationIdOrMemberEpoch: this.#generationId };
  }

  async settle(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    if (!this.#mustJoin) return;
    if (this.#timers.length === 0) this.#startTimers();
    await this.#giveUpPartitions();
    for (let failures = 1; ; failures++) {
      try {
        await this.#join();
        return;
      } catch (error) {
        if (!(error instanceof KafkaError) || !this.#canJoinAfter(error)) throw error;
        if (this.#hasLeft) return;
        if (error.retriable) await sleep(backoffMs(this.#cluster.options, failures));
      }
    }
  }

  async leave(): Promise<void> {
    this.#hasLeft = true;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    await this.#giveUpPartitions();
    // A static member stays in the group until its session ends: it may come back before.
    if (this.#memberId === "" || this.#options.groupInstanceId !== null) return;
    const { groupId } = this.#options;
    const member = { memberId: this.#memberId };
    await goodbye(async () => {
      const coordinator = await this.#cluster.coordinator(groupId);
      await coordinator.call(
        leaveGroup,
        (version) => (version < 3 ? { groupId, ...member } : { groupId, members: [member] }),
        { timeoutMs: LEAVE_PATIENCE_MS },
      );
    });
  }

  #startTimers(): void {
    const every = (ms: number, work: () => Promise<void>) => {
      let isBusy = false;
      const run = async () => {
        if (isBusy) return;
        isBusy = true;
        await work().catch((error: unknown) => this.#note(error));
        isBusy = false;
      };
      this.#timers.push(setInterval(() => void run(), ms));
    };
    every(this.#options.heartbeatIntervalMs, () => this.#beat());
    every(this.#options.metadataMaxAgeMs, () => this.#lookForTopics());
  }

  /** An error of a heartbeat: what may pass passes, what says that the group goes on is noted. */
  #note(error: unknown): void {
    if (!(error instanceof KafkaError)) this.#failure ??= error;
    else if (!this.#canJoinAfter(error)) this.#failure ??= error;
    else if (!error.retriable) this.#mustJoin = true;
  }

  /** Whether joining (again) is the answer to an error; sees to what that takes. */
  #canJoinAfter({ code, retriable }: KafkaError): boolean {
    if (code === "REBALANCE_IN_PROGRESS" || code === "MEMBER_ID_REQUIRED") return true;
    if (code === "UNKNOWN_MEMBER_ID" || code === "ILLEGAL_GENERATION") {
      if (code === "UNKNOWN_MEMBER_ID") this.#memberId = "";
      this.#generationId = NO_GENERATION;
      return true;
    }
    this.#cluster.forgetCoordinator(this.#options.groupId);
    return retriable;
  }

  async #giveUpPartitions(): Promise<void> {
    const owned = this.#owned;
    this.#owned = [];
    if (owned.length === 0) return;
    if (this.#generationId === NO_GENERATION) this.#listener.onLost(owned);
    else await this.#listener.onRevoked(owned);
  }

  async #join(): Promise<void> {
    const { groupId, groupInstanceId, sessionTimeoutMs, maxPollIntervalMs } = this.#options;
    this.#counts = await selectedTopics(this.#cluster, this.#selection);
    const coordinator = await this.#cluster.coordinator(groupId);
    const topics = "names" in this.#selection ? this.#selection.names : [...this.#counts.keys()];
    const response = await coordinator.call(
      joinGroup,
      {
        groupId,
        groupInstanceId,
        sessionTimeoutMs,
        rebalanceTimeoutMs: maxPollIntervalMs,
        memberId: this.#memberId,
        protocolType: CONSUMER_PROTOCOL_TYPE,
        protocols: [{ name: PROTOCOL, metadata: encodeSubscription({ topics }) }],
      },
      { timeoutMs: maxPollIntervalMs + JOIN_SLACK_MS },
    );
    const error = errorOf(response.errorCode);
    if (error?.code === "MEMBER_ID_REQUIRED") this.#memberId = response.memberId;
    if (error !== null) throw error;
    this.#memberId = response.memberId;
    this.#generationId = response.generationId;
    await this.#sync(response);
  }

  async #sync(joined: JoinGroupResponse): Promise<void> {
    const { groupId, groupInstanceId } = this.#options;
    const isLeader = joined.leader === joined.memberId && !joined.skipAssignment;
    const assignments = isLeader ? await this.#assign(joined.members) : [];
    const coordinator = await this.#cluster.coordinator(groupId);
    const response = await coordinator.call(syncGroup, {
      groupId,
      groupInstanceId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      protocolType: CONSUMER_PROTOCOL_TYPE,
      protocolName: PROTOCOL,
      assignments,
    });
    throwErrorOf(response.errorCode);
    const { assignedPartitions } = decodeAssignment(response.assignment);
    this.#owned = assignedPartitions.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    this.#mustJoin = false;
    await this.#listener.onAssigned(this.#owned);
  }

  async #assign(members: JoinGroupResponse["members"]) {
    const subscribers = members.map(({ memberId, groupInstanceId, metadata }) => {
      const { topics } = decodeSubscription(metadata);
      return { memberId, groupInstanceId, topics };
    });
    const topics = new Set(subscribers.flatMap((subscriber) => subscriber.topics));
    this.#counts = await partitionCounts(this.#cluster, [...topics]);
    const shares = assignRanges(subscribers, this.#counts);
    return [...shares].map(([memberId, partitions]) => ({
      memberId,
      assignment: encodeAssignment({ assignedPartitions: assignedByTopic(partitions) }),
    }));
  }

  async #beat(): Promise<void> {
    if (this.#mustJoin || this.#generationId === NO_GENERATION) return;
    const { groupId, groupInstanceId } = this.#options;
    const coordinator = await this.#cluster.coordinator(groupId);
    const response = await coordinator.call(heartbeat, {
      groupId,
      groupInstanceId,
      generationId: this.#generationId,
      memberId: this.#memberId,
    });
    throwErrorOf(response.errorCode);
  }

  async #lookForTopics(): Promise<void> {
    if (this.#mustJoin) return;
    const known = [...this.#counts.keys()];
    const isPattern = "matches" in this.#selection;
    const counts = isPattern
      ? await selectedTopics(this.#cluster, this.#selection)
      : await partitionCounts(this.#cluster, known);
    if (!areSame(counts, this.#counts)) this.#mustJoin = true;
  }
}

function assignedByTopic(partitions: readonly TopicPartition[]) {
  return [...byTopic(partitions)].map(([topic, ofTopic]) => ({
    topic,
    partitions: ofTopic.map(({ partition }) => partition),
  }));
}
