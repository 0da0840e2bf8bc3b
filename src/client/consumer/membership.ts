/**
 * What it takes to be a member of a group, whichever of Kafka's two protocols the member speaks. A
 * membership looks after joining, heartbeats and leaving; its listener after offsets.
 */
import { KafkaError } from "../kafka-error.ts";
import type { TopicPartition } from "../topic-partition.ts";

/** What a member shows to commit and fetch offsets. */
export interface MemberCredentials {
  readonly memberId: string;
  /** The generation of a classic group, the member's epoch in a consumer group. */
  readonly generationIdOrMemberEpoch: number;
}

export interface MembershipListener {
  /** The member owns these now, beside what it owned before. */
  onAssigned(partitions: readonly TopicPartition[]): Promise<void>;
  /** The member is about to give these up. */
  onRevoked(partitions: readonly TopicPartition[]): Promise<void>;
  /** These were taken from it while it was not looking: they may be somebody else's by now. */
  onLost(partitions: readonly TopicPartition[]): void;
}

export interface Membership {
  readonly credentials: MemberCredentials;
  /**
   * Brings the member to where the group wants it: joined, and with the partitions that it is to
   * own. Returns at once if it is there. Throws what keeps it out for good.
   */
  settle(): Promise<void>;
  /** Gives up all partitions and leaves the group. */
  leave(): Promise<void>;
}

/** Tells the coordinator that a member leaves. One that is not told notices by its own timeouts. */
export async function goodbye(tell: () => Promise<void>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
  }
}
