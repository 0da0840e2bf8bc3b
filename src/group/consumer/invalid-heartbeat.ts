/** What no ConsumerGroupHeartbeat may say, whatever group it is for. */
import type { ConsumerHeartbeatCall } from "../group-calls.ts";
import {
  LEAVE_GROUP_MEMBER_EPOCH,
  LEAVE_GROUP_STATIC_MEMBER_EPOCH,
} from "./consumer-group-member.ts";
import { refuse } from "./refusal.ts";
import type { Refusal } from "./refusal.ts";

/** From this version on a consumer gives itself its id. */
const CONSUMER_GENERATED_MEMBER_ID_REQUIRED_VERSION = 1;

/**
 * What is wrong with who sends it to which group, or null. It is the first thing to ask, where the
 * version of the request is known.
 */
export function invalidHeartbeatIds(
  request: { readonly groupId: string; readonly memberId: string; readonly memberEpoch: number },
  apiVersion: number,
): Refusal | null {
  const { groupId, memberId, memberEpoch } = request;
  const needsMemberId =
    apiVersion >= CONSUMER_GENERATED_MEMBER_ID_REQUIRED_VERSION ||
    memberEpoch > 0 ||
    memberEpoch === LEAVE_GROUP_MEMBER_EPOCH;
  if (needsMemberId && isBlank(memberId)) return invalidRequest("MemberId can't be empty.");
  return isBlank(groupId) ? invalidRequest("GroupId can't be empty.") : null;
}

/** Java trims all up to the space, control characters too, and no other spaces. */
function isBlank(text: string): boolean {
  return /^[\0- ]*$/.test(text);
}

/** What is wrong with the rest, or null. */
export function invalidHeartbeat(
  call: ConsumerHeartbeatCall,
  assignors: readonly string[],
): Refusal | null {
  const { memberEpoch, instanceId, rackId, serverAssignor } = call;
  if (instanceId !== null && isBlank(instanceId))
    return invalidRequest("InstanceId can't be empty.");
  if (rackId !== null && isBlank(rackId)) return invalidRequest("RackId can't be empty.");
  if (memberEpoch === 0) {
    const invalid = invalidJoin(call);
    if (invalid !== null) return invalid;
  } else if (memberEpoch === LEAVE_GROUP_STATIC_MEMBER_EPOCH && instanceId === null) {
    return invalidRequest("InstanceId can't be null.");
  } else if (memberEpoch < LEAVE_GROUP_STATIC_MEMBER_EPOCH) {
    return invalidRequest("MemberEpoch is invalid.");
  }
  if (serverAssignor === null || assignors.includes(serverAssignor)) return null;
  const supported = assignors.join(", ");
  return refuse(
    "UNSUPPORTED_ASSIGNOR",
    `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${supported}.`,
  );
}

function invalidJoin(call: ConsumerHeartbeatCall): Refusal | null {
  if (call.rebalanceTimeoutMs === -1) {
    return invalidRequest("RebalanceTimeoutMs must be provided in first request.");
  }
  if (call.topicPartitions === null || call.topicPartitions.length > 0) {
    return invalidRequest("TopicPartitions must be empty when (re-)joining.");
  }
  if (call.subscribedTopicNames === null && call.subscribedTopicRegex === null) {
    return invalidRequest(
      "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.",
    );
  }
  return null;
}

function invalidRequest(message: string): Refusal {
  return refuse("INVALID_REQUEST", message);
}
