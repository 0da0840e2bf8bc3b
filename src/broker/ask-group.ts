/**
 * Questions to the coordinators of groups. Any gateway asks any group; a call that breaks becomes
 * the error for which clients look the coordinator up and ask again.
 */
import type { Client, GroupPort } from "../group/group-calls.ts";
import { isPossibleGroupId } from "../group/group-id.ts";
import type { ErrorName } from "../protocol/errors.ts";
import type { Broker } from "./broker.ts";
import { fewAtOnce } from "./few-at-once.ts";
import type { RequestContext } from "./handler.ts";
import { Unreachable } from "./ports.ts";

/** Groups that one request may name; tools that describe all groups name some thousands. */
const MAX_GROUPS_PER_REQUEST = 10_000;

const NO_ANSWER = { error: "COORDINATOR_NOT_AVAILABLE" } as const;
const NO_SUCH_ID = { error: "INVALID_GROUP_ID" } as const;

/** The group's answer, or the error that stands for none. */
export async function askGroup<Answer extends { readonly error: ErrorName | null }>(
  { ports }: Broker,
  groupId: string,
  question: (group: GroupPort) => Promise<Answer>,
): Promise<Answer | typeof NO_ANSWER | typeof NO_SUCH_ID> {
  if (!isPossibleGroupId(groupId)) return NO_SUCH_ID;
  try {
    return await question(ports.group(groupId));
  } catch (error) {
    if (error instanceof Unreachable) return NO_ANSWER;
    throw error;
  }
}

/** Who asks. No client id is an empty one, as in Kafka. */
export function clientOf({ clientId, connection }: RequestContext): Client {
  return { clientId: clientId ?? "", clientHost: connection.clientHost };
}

/**
 * Answers for each group that a request names, in its order. Those beyond the limit are refused.
 */
export async function answerEachGroup<Named, Answer>(
  named: readonly Named[],
  answer: (group: Named) => Promise<Answer>,
  refuse: (group: Named, error: ErrorName) => Answer,
): Promise<Answer[]> {
  const answers = await fewAtOnce(named.slice(0, MAX_GROUPS_PER_REQUEST), answer);
  const beyond = named.slice(MAX_GROUPS_PER_REQUEST);
  return [...answers, ...beyond.map((group) => refuse(group, "INVALID_REQUEST"))];
}
