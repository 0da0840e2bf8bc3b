/** One question to a partition's leader, with every way it can fail turned into Kafka's error. */
import { NO_LEADER } from "../controller/records.ts";
import type { ErrorName } from "../protocol/errors.ts";
import { isRefusal, type Answer, type ReplicaPort } from "../replication/replica-calls.ts";
import type { Broker, Located } from "./broker.ts";

/** The leader's answer, or why there is none. A question may be asked again: it changes nothing. */
export async function askLeader<Result extends object>(
  broker: Broker,
  located: Located | ErrorName,
  question: (leader: ReplicaPort) => Promise<Answer<Result>>,
): Promise<Result | ErrorName> {
  if (typeof located === "string") return located;
  if (located.state.leader === NO_LEADER) return "LEADER_NOT_AVAILABLE";
  try {
    const answer = await question(broker.leader(located));
    if (!isRefusal(answer)) return answer;
    broker.refused(located.topic.topicId, located.partition);
    return answer.refused;
  } catch {
    broker.refused(located.topic.topicId, located.partition);
    return "NOT_LEADER_OR_FOLLOWER";
  }
}
