/** Whether members of a consumer group, and others, may commit and fetch its offsets. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { CommitOffsetsCall, FetchOffsetsCall } from "../group-calls.ts";
import type { CheckPartition } from "../group.ts";
import { assignmentEpochOf } from "./consumer-group-member.ts";
import type { ConsumerGroupMember } from "./consumer-group-member.ts";

/** The first version of OffsetCommit that can carry a member epoch. */
const FIRST_CONSUMER_PROTOCOL_VERSION = 9;

type Members = ReadonlyMap<string, ConsumerGroupMember>;

/**
 * A member commits in its epoch, or in an older one that is no older than the assignment of the
 * partition to it (KIP-1251): the heartbeat that told it of the newer one may still be on its way.
 */
export function validateOffsetCommit(
  members: Members,
  { memberId, generationIdOrMemberEpoch: epoch, apiVersion }: CommitOffsetsCall,
): ErrorName | CheckPartition {
  if (epoch < 0 && members.size === 0) return anyPartition;
  const member = members.get(memberId);
  if (member === undefined) return "UNKNOWN_MEMBER_ID";
  if (member.classic === null && apiVersion < FIRST_CONSUMER_PROTOCOL_VERSION) {
    return "UNSUPPORTED_VERSION";
  }
  if (epoch === member.memberEpoch) return anyPartition;
  const stale = staleEpoch(member);
  if (epoch > member.memberEpoch) return stale;
  return (topicId, partition) => {
    const assignmentEpoch = assignmentEpochOf(member, topicId, partition);
    return assignmentEpoch === undefined || epoch < assignmentEpoch ? stale : null;
  };
}

export function invalidOffsetFetch(
  members: Members,
  { memberId, memberEpoch }: FetchOffsetsCall,
): ErrorName | null {
  if (memberId === null && memberEpoch < 0) return null;
  const member = memberId === null ? undefined : members.get(memberId);
  if (member === undefined) return "UNKNOWN_MEMBER_ID";
  return memberEpoch === member.memberEpoch ? null : staleEpoch(member);
}

/** What a member with a wrong epoch is told, in the words of its protocol. */
function staleEpoch({ classic }: ConsumerGroupMember): ErrorName {
  return classic === null ? "STALE_MEMBER_EPOCH" : "ILLEGAL_GENERATION";
}

function anyPartition(): null {
  return null;
}
