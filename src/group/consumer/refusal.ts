/** Why a consumer group does not do what it is asked: an error, and Kafka's words for it. */
import type { ErrorName } from "../../protocol/errors.ts";
import type { ConsumerHeartbeatAnswer } from "../group-calls.ts";

export interface Refusal {
  readonly error: ErrorName;
  readonly message: string | null;
}

export function refuse(error: ErrorName, message: string | null): Refusal {
  return { error, message };
}

/** Why there is no consumer group of the id. */
export function groupNotFound(groupId: string, isOfAnotherType: boolean): Refusal {
  const message = isOfAnotherType
    ? `Group ${groupId} is not a consumer group.`
    : `Group ${groupId} not found.`;
  return refuse("GROUP_ID_NOT_FOUND", message);
}

/** The answer to a heartbeat that is refused. */
export function refusedHeartbeat({ error, message }: Refusal): ConsumerHeartbeatAnswer {
  return {
    error,
    errorMessage: message,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}
