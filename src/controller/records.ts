/**
 * What the controller writes: one record per fact, named as in Kafka's metadata log (KIP-631,
 * `__cluster_metadata`), plus some of our own for replicas and groups that are actors. Decisions
 * return records; only `ClusterImage.replay` applies them.
 */
import type { Uuid } from "../base/uuid.ts";
import type { GroupRegistration } from "./group-registry.ts";

export type MetadataRecord =
  | RegisterBrokerRecord
  | TopicRecord
  | PartitionRecord
  | PartitionChangeRecord
  | ConfigRecord
  | ConfigsChangedRecord
  | DynamicConfigRecord
  | DynamicConfigsChangedRecord
  | ListenerUpdatedRecord
  | RemoveTopicRecord
  | ProducerIdsRecord
  | ReplicaActivatedRecord
  | ReplicaErasedRecord
  | ReplicaUpdatedRecord
  | GroupRecord;

/** A broker: a node id with a rack, a place for replicas. */
export interface RegisterBrokerRecord {
  readonly type: "RegisterBroker";
  readonly nodeId: number;
  readonly rack: string | null;
}

/** A topic that is new, or that has more partitions than before. */
export interface TopicRecord {
  readonly type: "Topic";
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitionCount: number;
}

/**
 * One partition as the controller knows it. `leader` is {@link NO_LEADER} while none can be
 * elected.
 */
export interface PartitionState {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}

export interface PartitionRecord extends PartitionState {
  readonly type: "Partition";
  readonly topicId: Uuid;
  readonly partition: number;
}

/** Replaces the fields that it names; each change raises the partition epoch. */
export interface PartitionChangeRecord extends Partial<Omit<PartitionState, "partitionEpoch">> {
  readonly type: "PartitionChange";
  readonly topicId: Uuid;
  readonly partition: number;
}

/** Sets one config of a topic; a null value returns it to the broker's default. */
export interface ConfigRecord {
  readonly type: "Config";
  readonly topicId: Uuid;
  readonly name: string;
  readonly value: string | null;
}

/**
 * The configs of a topic have changed: its activated replicas stay listed until each has confirmed
 * that it acts on them.
 */
export interface ConfigsChangedRecord {
  readonly type: "ConfigsChanged";
  readonly topicId: Uuid;
}

/**
 * Sets one config of a broker, of all brokers (an empty name), or of a group; a null value takes it
 * back.
 */
export interface DynamicConfigRecord {
  readonly type: "DynamicConfig";
  readonly resourceType: "broker" | "group";
  /** The broker's id, or the group's. */
  readonly resource: string;
  readonly name: string;
  readonly value: string | null;
}

/**
 * The configs of a broker or a group have changed: those who act on them stay listed until each has
 * confirmed.
 */
export interface DynamicConfigsChangedRecord {
  readonly type: "DynamicConfigsChanged";
  readonly resourceType: DynamicConfigRecord["resourceType"];
  readonly resource: string;
  /** Whether logs act on what has changed though nobody calls them. */
  readonly actsByTheClock: boolean;
  /** Whether groups act on what has changed. */
  readonly isOfGroups: boolean;
}

/** A gateway or a group has confirmed that it knows the dynamic configs of this version. */
export interface ListenerUpdatedRecord {
  readonly type: "ListenerUpdated";
  readonly listener: Listener;
  readonly version: number;
}

/** Who is told of dynamic configs: a broker's gateway, by the broker's id, or a group. */
export interface Listener {
  readonly type: DynamicConfigRecord["resourceType"];
  readonly id: string;
}

/**
 * Removes a topic. Its activated replicas stay listed until each has confirmed that its data is
 * gone.
 */
export interface RemoveTopicRecord {
  readonly type: "RemoveTopic";
  readonly topicId: Uuid;
}

/** All producer ids below `nextProducerId` have been handed out. */
export interface ProducerIdsRecord {
  readonly type: "ProducerIds";
  readonly nextProducerId: number;
}

/** The replica has been touched for the first time and has stored its incarnation. */
export interface ReplicaActivatedRecord extends ReplicaKey {
  readonly type: "ReplicaActivated";
  readonly incarnation: string;
}

/** A replica of a deleted topic has confirmed that its storage is free. */
export interface ReplicaErasedRecord extends ReplicaKey {
  readonly type: "ReplicaErased";
}

/** A replica has confirmed that it acts on its topic's configs of this version. */
export interface ReplicaUpdatedRecord extends ReplicaKey {
  readonly type: "ReplicaUpdated";
  readonly configVersion: number;
}

/** What a group has said of itself. */
export interface GroupRecord extends GroupRegistration {
  readonly type: "Group";
}

/** One replica of one partition: its actor's name is made from this. */
export interface ReplicaKey {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly nodeId: number;
}

/** Kafka's leader id of a partition that has none. */
export const NO_LEADER = -1;
