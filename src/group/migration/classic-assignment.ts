/** Partitions as a member of the classic protocol is told of them. */
import { MalformedFrame } from "../../base/malformed-frame.ts";
import type { Uuid } from "../../base/uuid.ts";
import { consumerProtocolVersion, encodeAssignment } from "../../protocol/consumer-protocol.ts";
import type { TopicsImage } from "../topics-image.ts";

/** Any member can read it. */
const OLDEST_VERSION = 0;

/** An assignment of topics that exist, in the version of the member's own subscription. */
export function classicAssignment(
  target: Iterable<readonly [topicId: Uuid, partitions: readonly number[]]>,
  subscription: Uint8Array,
  topics: TopicsImage,
): Uint8Array {
  const assignedPartitions = [...target].flatMap(([topicId, partitions]) => {
    const topic = topics.byId(topicId);
    return topic === undefined ? [] : [{ topic: topic.name, partitions: [...partitions] }];
  });
  return encodeAssignment({ assignedPartitions }, versionOf(subscription));
}

/** Members say the same in all their protocols, but nothing makes them do so. */
function versionOf(subscription: Uint8Array): number {
  try {
    return consumerProtocolVersion(subscription);
  } catch (error) {
    if (error instanceof MalformedFrame) return OLDEST_VERSION;
    throw error;
  }
}
