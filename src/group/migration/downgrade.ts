/**
 * A consumer group becomes a classic group when its last member of the consumer protocol goes
 * (KIP-848). The others stay, with what they are to have.
 */
import type { MemberAssignment } from "../assignors/assignor.ts";
import { ClassicGroup } from "../classic/classic-group.ts";
import { ClassicMember } from "../classic/classic-member.ts";
import { groupMetadata } from "../classic/group-metadata.ts";
import { prepareRebalance } from "../classic/prepare-rebalance.ts";
import type { ConsumerGroupMember } from "../consumer/consumer-group-member.ts";
import type { ConsumerGroup } from "../consumer/consumer-group.ts";
import { groupTombstones } from "../consumer/group-records.ts";
import type { GroupConfig } from "../group-config.ts";
import type { GroupState } from "../group-state.ts";
import type { TopicsImage } from "../topics-image.ts";
import type { Turn } from "../turn.ts";
import { classicAssignment } from "./classic-assignment.ts";

/** Whether the group becomes a classic one when these members go and so many classic ones come. */
export function mayDowngrade(
  { members, classicMemberCount }: ConsumerGroup,
  leaving: ReadonlySet<string>,
  joiningCount: 0 | 1,
  { consumerMigrationPolicy: policy, groupMaxSize }: GroupConfig,
): boolean {
  const leavingClassic = [...leaving].filter((memberId) => members.get(memberId)?.classic);
  const staying = members.size - leaving.size;
  const memberCount = staying + joiningCount;
  return (
    classicMemberCount - leavingClassic.length === staying &&
    memberCount > 0 &&
    memberCount <= groupMaxSize &&
    (policy === "BIDIRECTIONAL" || policy === "DOWNGRADE")
  );
}

/** What the classic group is to be. */
interface Downgrade {
  readonly leaving: ReadonlySet<string>;
  readonly generationId: number;
  readonly mustRebalance: boolean;
}

/** Puts the classic group of all members that do not leave in the place of the consumer group. */
export function downgrade(
  state: GroupState,
  group: ConsumerGroup,
  { leaving, generationId, mustRebalance }: Downgrade,
  turn: Turn,
): void {
  const { groupId } = group;
  const staying = [...group.members.values()].filter(({ memberId }) => !leaving.has(memberId));
  const targets = staying.map(({ memberId }) => group.targetOf(memberId));
  for (const tombstone of groupTombstones(group)) turn.record(tombstone);
  const members = staying.map(classicMember);
  const classic = ClassicGroup.stable(groupId, generationId, members, turn.now);
  for (const [index, member] of members.entries()) {
    member.assignment = assignmentOf(classic, member, targets[index]!, turn.topics);
  }
  state.group = classic;
  turn.record(groupMetadata(classic));
  if (mustRebalance) prepareRebalance(classic, turn);
}

function classicMember(member: ConsumerGroupMember): ClassicMember {
  const { memberId, instanceId: groupInstanceId, client, rebalanceTimeoutMs } = member;
  const { sessionTimeoutMs = 0, supportedProtocols: protocols = [] } = member.classic ?? {};
  return new ClassicMember({
    memberId,
    groupInstanceId,
    client,
    rebalanceTimeoutMs,
    sessionTimeoutMs,
    protocols,
  });
}

/** What the member is to have, in the version in which it has joined. */
function assignmentOf(
  { protocolName }: ClassicGroup,
  member: ClassicMember,
  target: MemberAssignment,
  topics: TopicsImage,
): Uint8Array {
  const metadata = member.metadata(protocolName ?? "") ?? new Uint8Array();
  return classicAssignment(target, metadata, topics);
}
