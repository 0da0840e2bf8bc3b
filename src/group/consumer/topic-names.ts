/** Which topics a step of a group will look up, so that its host has them at hand. */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import type { Uuid } from "../../base/uuid.ts";
import { decodeAssignment, decodeSubscription } from "../../protocol/consumer-protocol.ts";
import { ClassicGroup } from "../classic/classic-group.ts";
import type { ConsumerHeartbeatCall, JoinGroupCall } from "../group-calls.ts";
import type { GroupState } from "../group-state.ts";
import { ConsumerGroup } from "./consumer-group.ts";

/**
 * The names that matter when the group takes this call, or when it does anything else. A classic
 * group knows no topics until it is to become a consumer group.
 */
export function topicNamesOf(
  { group }: GroupState,
  call: ConsumerHeartbeatCall | JoinGroupCall | null,
): ReadonlySet<string> {
  const names = new Set<string>();
  if (group instanceof ConsumerGroup) {
    for (const name of group.subscriptions.topicNames()) names.add(name);
    if (call !== null && "protocols" in call) addSubscription(names, call.protocols[0]?.metadata);
  }
  if (call === null || "protocols" in call) return names;
  for (const name of call.subscribedTopicNames ?? []) names.add(name);
  if (group instanceof ClassicGroup) {
    for (const { protocols, assignment } of group.members.values()) {
      for (const { metadata } of protocols) addSubscription(names, metadata);
      addAssignment(names, assignment);
    }
  }
  return names;
}

/** The ids of topics that members of a consumer group have, even if nobody subscribes to them. */
export function topicIdsOf({ group }: GroupState): ReadonlySet<Uuid> {
  const topicIds = new Set<Uuid>();
  if (!(group instanceof ConsumerGroup)) return topicIds;
  for (const { assignedPartitions, partitionsPendingRevocation } of group.members.values()) {
    for (const topicId of assignedPartitions.keys()) topicIds.add(topicId);
    for (const topicId of partitionsPendingRevocation.keys()) topicIds.add(topicId);
  }
  for (const target of group.targetAssignment.values()) {
    for (const topicId of target.keys()) topicIds.add(topicId);
  }
  return topicIds;
}

function addSubscription(names: Set<string>, metadata: Uint8Array | undefined): void {
  addFrom(names, metadata, (bytes) => {
    const { topics, ownedPartitions } = decodeSubscription(bytes);
    return [...topics, ...ownedPartitions.map(({ topic }) => topic)];
  });
}

function addAssignment(names: Set<string>, assignment: Uint8Array): void {
  addFrom(names, assignment, (bytes) =>
    decodeAssignment(bytes).assignedPartitions.map(({ topic }) => topic),
  );
}

/** What cannot be read names no topics. */
function addFrom(
  names: Set<string>,
  bytes: Uint8Array | undefined,
  read: (bytes: Uint8Array) => string[],
): void {
  if (bytes === undefined || bytes.length === 0) return;
  try {
    for (const name of read(bytes)) names.add(name);
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
  }
}
