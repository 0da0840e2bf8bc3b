/** Rows of the controller's tables, and what they say. */
import type { SqlRow } from "../base/sql.ts";
import type { TopicImage } from "./image.ts";
import type { PartitionState, ReplicaKey } from "./records.ts";

export interface TopicRow extends SqlRow {
  name: string;
  topic_id: string;
  partition_count: number;
}

export interface PartitionRow extends SqlRow {
  replicas: string;
  isr: string;
  leader: number;
  leader_epoch: number;
  partition_epoch: number;
}

export interface ActivationRow extends SqlRow {
  topic_id: string;
  partition: number;
  node_id: number;
}

export function topicOf(row: TopicRow | undefined): TopicImage | undefined {
  return row && { name: row.name, topicId: row.topic_id, partitionCount: row.partition_count };
}

export function partitionOf(row: PartitionRow): PartitionState {
  return {
    replicas: JSON.parse(row.replicas) as number[],
    isr: JSON.parse(row.isr) as number[],
    leader: row.leader,
    leaderEpoch: row.leader_epoch,
    partitionEpoch: row.partition_epoch,
  };
}

export function replicaOf(row: ActivationRow): ReplicaKey {
  return { topicId: row.topic_id, partition: row.partition, nodeId: row.node_id };
}
