/**
 * What the controller makes of a replica. `controller/` decides it and has the same shapes of its
 * own, since neither folder may know the other; the compiler compares them where actors join both.
 */
import type { Uuid } from "../base/uuid.ts";
import type { ConfigStrings } from "../log/log-config.ts";

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
}

/** A change of the configs of a replica's topic: all of them, as in its role. */
export type ConfigUpdate = Pick<ReplicaRole, "topicConfigs" | "configVersion">;

/** The controller's answer to a replica that asks what it is. */
export type Activation =
  | { readonly status: "role"; readonly role: ReplicaRole }
  | { readonly status: "unknown" }
  | { readonly status: "lost" };
