/**
 * What classic and consumer groups have in common, for those who handle offsets, listings and
 * deletion without asking which of the two a group is.
 */
import type { Millis } from "../base/clock.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { CommitOffsetsCall, FetchOffsetsCall, GroupType } from "./group-calls.ts";
import type { GroupRecord } from "./group-record.ts";

export interface Group {
  readonly groupType: GroupType;

  /** `consumer`, another embedded protocol, or empty for a group that only commits offsets. */
  readonly protocolType: string;

  /** Kafka's name of the state. */
  readonly stateName: string;

  /** Whether it has no members. */
  readonly isEmpty: boolean;

  /** Whether a member is known to subscribe to the topic. */
  isSubscribedTo(topicName: string): boolean;

  /**
   * Whether a commit is from somebody who may: an error of all of it, or a check of each partition.
   */
  validateOffsetCommit(call: CommitOffsetsCall): ErrorName | CheckPartition;

  /** Why a fetch of offsets is refused, or null. */
  invalidOffsetFetch(call: FetchOffsetsCall): ErrorName | null;

  /** Why offsets cannot be deleted, or null. */
  invalidOffsetDelete(): ErrorName | null;

  /**
   * From when on an offset that was committed at `commitTimestamp` ages; null while it does not.
   */
  agesFrom(commitTimestamp: Millis): Millis | null;

  /** The records that delete the group itself, without its offsets. */
  tombstones(): GroupRecord[];

  /** When something becomes due that no call will bring; null when nothing will. */
  nextDeadline(): Millis | null;
}

/** Why a partition's offset may not be committed, or null. */
export type CheckPartition = (topicId: string, partition: number) => ErrorName | null;
