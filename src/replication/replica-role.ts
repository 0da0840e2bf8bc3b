/**
 * What the controller makes of a replica. `controller/` decides it and has the same shapes of its
 * own, since neither folder may know the other; the compiler compares them where actors join both.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ConfigStrings } from "../config/config-definition.ts";

/** Which replica this is. */
export interface ReplicaKey {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly nodeId: number;
}

/** What a replica stores of its role, and acts by until it is told another. */
export interface ReplicaRole {
  readonly topicName: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Configs that were set on the topic itself; the rest are the broker's. */
  readonly topicConfigs: ConfigStrings;
  /** Orders what the controller says of the configs: the highest is the newest. */
  readonly configVersion: number;
  /** Configs that were set for the replica's broker while it runs. */
  readonly brokerConfigs: ConfigStrings;
  /** Orders what is said of those. */
  readonly brokerConfigVersion: number;
}

/** A change of the configs of a replica's topic, or of its broker: all of them, as in its role. */
export interface ConfigUpdate {
  readonly topic?: Pick<ReplicaRole, "topicConfigs" | "configVersion">;
  readonly broker?: Pick<ReplicaRole, "brokerConfigs" | "brokerConfigVersion">;
}

/** The role with what an update brings, or null when it brings nothing newer. */
export function updatedRole(
  role: ReplicaRole,
  { topic, broker }: ConfigUpdate,
): ReplicaRole | null {
  const newTopic = topic && topic.configVersion > role.configVersion ? topic : null;
  const newBroker = broker && broker.brokerConfigVersion > role.brokerConfigVersion ? broker : null;
  return newTopic || newBroker ? { ...role, ...newTopic, ...newBroker } : null;
}

/** The controller's answer to a replica that asks what it is. */
export type Activation =
  | { readonly status: "role"; readonly role: ReplicaRole }
  | { readonly status: "unknown" }
  | { readonly status: "lost" };
