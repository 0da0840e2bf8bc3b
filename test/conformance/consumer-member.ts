/**
 * A member of a consumer group (KIP-848) as its coordinator knows it: all that it says it says in
 * heartbeats. It owns what it was assigned as soon as it hears of it, unless a case says otherwise.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import type { Uuid } from "../../src/base/uuid.ts";
import type { RequestInput } from "../../src/protocol/api.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import type { ConsumerGroupHeartbeatResponse } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { named } from "./partition.ts";
import type { Named } from "./partition.ts";
import type { Wire } from "./wire.ts";

/** Member epochs that are none. */
export const JOINING = 0;
export const LEAVING = -1;
export const LEAVING_FOR_A_WHILE = -2;

const SETTLING_MS = 15_000;
const RETRY_MS = 20;

type HeartbeatRequest = RequestInput<typeof consumerGroupHeartbeat>;
export type Heartbeat = Partial<HeartbeatRequest> & { readonly version?: number };
export type Beaten = Named<ConsumerGroupHeartbeatResponse>;

/** Partitions by topic id. */
export type Owned = readonly { readonly topicId: Uuid; readonly partitions: readonly number[] }[];

/** A member, or a client that would like to become one. */
export class ConsumerMember {
  readonly groupId: string;
  readonly wire: Wire;
  memberId: string = randomUUID();
  /** As the last answer said. */
  memberEpoch = JOINING;
  instanceId: string | null = null;
  /** What the coordinator has it own, in the last assignment that it sent. */
  assigned: Owned = [];

  constructor(groupId: string, wire: Wire, others: { instanceId?: string | null } = {}) {
    this.groupId = groupId;
    this.wire = wire;
    this.instanceId = others.instanceId ?? null;
  }

  /** Joins with a subscription to these topics. */
  join(topics: readonly string[], others: Heartbeat = {}): Promise<Beaten> {
    return this.beat({
      memberEpoch: JOINING,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicNames: topics,
      topicPartitions: [],
      ...others,
    });
  }

  /** A heartbeat that says who it is and, unless told more, nothing new. */
  async beat({
    version = consumerGroupHeartbeat.servedVersions.max,
    ...said
  }: Heartbeat = {}): Promise<Beaten> {
    const { groupId, memberId, memberEpoch, instanceId } = this;
    const request = { groupId, memberId, memberEpoch, instanceId, ...said };
    const answer = await this.wire.call(consumerGroupHeartbeat, version, request);
    if (answer.errorCode === ErrorCode.NONE) {
      this.memberId = answer.memberId ?? this.memberId;
      this.memberEpoch = answer.memberEpoch;
      if (answer.assignment) this.assigned = answer.assignment.topicPartitions;
    }
    return named(answer);
  }

  /** Leaves for good, or for a while. */
  leave(memberEpoch = LEAVING): Promise<Beaten> {
    return this.beat({ memberEpoch });
  }

  /** Heartbeats, owning what it was assigned, until this is true of it. */
  async beatsUntil(isSo: (member: this) => boolean): Promise<void> {
    const deadline = Date.now() + SETTLING_MS;
    for (;;) {
      const { error } = await this.beat({ topicPartitions: this.assigned });
      if (error !== "NONE") throw new Error(`The heartbeat was answered ${error}.`);
      if (isSo(this)) return;
      if (Date.now() > deadline) throw new Error("It did not come to that.");
      await sleep(RETRY_MS);
    }
  }

  /** The partitions that it owns, of all topics together. */
  get partitions(): number[] {
    return inOrder(this.assigned.flatMap(({ partitions }) => partitions));
  }
}

/** Partitions in their order. */
export function inOrder(partitions: readonly number[]): number[] {
  return partitions.toSorted((a, b) => a - b);
}
