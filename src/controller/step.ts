/**
 * The shape of every decision of the controller: a pure function of the image, the request and its
 * surroundings that returns what to store and what to answer. The host stores the records in one
 * transaction, replays them, answers, then runs the effects.
 */
import type { Random } from "../base/clock.ts";
import type { BrokerConfig } from "./broker-config.ts";
import type { MetadataRecord, ReplicaKey } from "./records.ts";

export interface Step<Response> {
  readonly records: readonly MetadataRecord[];
  readonly response: Response;
  readonly effects: readonly ControllerEffect[];
}

/** Something to be done once the records are stored. */
export type ControllerEffect = EraseReplica | UpdateReplicas | UpdateListeners | TellGroup;

/** Repeated by the host until it is confirmed. */
export interface EraseReplica {
  readonly type: "eraseReplica";
  readonly replica: ReplicaKey;
}

/** The host tells the stale replicas their configs, each until it has confirmed. */
export interface UpdateReplicas {
  readonly type: "updateReplicas";
}

/** The host tells gateways and groups the dynamic configs, each until it has confirmed. */
export interface UpdateListeners {
  readonly type: "updateListeners";
}

/** Topics of a group have come or gone. Tried once: a group that was not told finds out itself. */
export interface TellGroup {
  readonly type: "tellGroup";
  readonly groupId: string;
}

/** What decisions may know besides the image. */
export interface ControllerSurroundings {
  readonly random: Random;
  readonly config: BrokerConfig;
}
