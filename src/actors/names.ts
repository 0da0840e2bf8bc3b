/**
 * What actors are called. A call to a name creates an actor, so names begin with the cluster's id,
 * and a replica's holds the topic's id: a topic name that is used again is another topic.
 */
import type { ReplicaKey } from "../controller/records.ts";

export function controllerName(clusterId: string): string {
  return `${clusterId}/controller`;
}

/** One gateway serves each broker. */
export function gatewayName(clusterId: string, nodeId: number): string {
  return `${clusterId}/gateway/${nodeId}`;
}

export function replicaName(clusterId: string, { topicId, partition, nodeId }: ReplicaKey): string {
  return `${clusterId}/replica/${topicId}/${partition}/${nodeId}`;
}

export function groupName(clusterId: string, groupId: string): string {
  return `${clusterId}/group/${groupId}`;
}

/** Which group the coordinator of this name is for; an id may have any character in it. */
export function groupIdOf(groupName: string, clusterId: string): string {
  return groupName.slice(`${clusterId}/group/`.length);
}

/** The broker that a gateway of this name serves. */
export function nodeIdOf(gatewayName: string): number {
  return Number(gatewayName.slice(gatewayName.lastIndexOf("/") + 1));
}

/** Which replica the actor of this name is. */
export function replicaKeyOf(replicaName: string): ReplicaKey {
  const [topicId, partition, nodeId] = replicaName.split("/").slice(-3) as [string, string, string];
  return { topicId, partition: Number(partition), nodeId: Number(nodeId) };
}
