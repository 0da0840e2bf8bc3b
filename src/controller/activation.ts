/**
 * How a replica learns what it is. A call to a name creates an actor, so one without a stored role
 * asks here on its first touch, after it has stored a random *incarnation* of its own:
 *
 *     never activated          -> noted with its incarnation, role given
 *     same incarnation again   -> role given (the first answer was lost in a crash)
 *     another incarnation      -> its data is gone: the partition loses this replica
 *     unknown or deleted topic -> the replica erases itself
 */
import type { ConfigStrings } from "../config/config-definition.ts";
import { dynamicConfigsOf } from "./dynamic-configs.ts";
import type { ClusterImage } from "./image.ts";
import { NO_LEADER, type MetadataRecord, type ReplicaKey } from "./records.ts";
import type { Step } from "./step.ts";

/** What a replica stores of its role. */
export interface ReplicaRole {
  readonly topicName: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Configs that were set on the topic itself; the rest are the broker's. */
  readonly topicConfigs: ConfigStrings;
  /** Orders what a replica is told of its configs: see `stale-replicas.ts`. */
  readonly configVersion: number;
  /** Configs that were set for the replica's broker while it runs. */
  readonly brokerConfigs: ConfigStrings;
  /** Orders what a replica is told of those. */
  readonly brokerConfigVersion: number;
}

export type Activation =
  | { readonly status: "role"; readonly role: ReplicaRole }
  | { readonly status: "unknown" }
  | { readonly status: "lost" };

export function activateReplica(
  image: ClusterImage,
  key: ReplicaKey,
  incarnation: string,
): Step<Activation> {
  const topic = image.topicById(key.topicId);
  const partition = topic && image.partition(key.topicId, key.partition);
  if (!topic || !partition?.replicas.includes(key.nodeId)) return answer({ status: "unknown" });

  const known = image.activation(key);
  if (known && known.incarnation !== incarnation) {
    const isr = partition.isr.filter((nodeId) => nodeId !== key.nodeId);
    const leader = partition.leader === key.nodeId ? NO_LEADER : partition.leader;
    const unchanged = leader === partition.leader && isr.length === partition.isr.length;
    const leaderEpoch = partition.leaderEpoch + (leader === partition.leader ? 0 : 1);
    const { topicId, partition: index } = key;
    const change = {
      type: "PartitionChange",
      topicId,
      partition: index,
      isr,
      leader,
      leaderEpoch,
    } as const;
    return answer({ status: "lost" }, unchanged ? [] : [change]);
  }
  const { leader, leaderEpoch } = partition;
  const dynamic = image.dynamicConfigs.brokers();
  const role = {
    topicName: topic.name,
    leader,
    leaderEpoch,
    topicConfigs: image.topicConfigs(key.topicId),
    configVersion: image.staleReplicas.version(),
    brokerConfigs: dynamicConfigsOf(dynamic, key.nodeId),
    brokerConfigVersion: dynamic.version,
  };
  return answer(
    { status: "role", role },
    known ? [] : [{ type: "ReplicaActivated", ...key, incarnation }],
  );
}

function answer(response: Activation, records: readonly MetadataRecord[] = []): Step<Activation> {
  return { records, response, effects: [] };
}
