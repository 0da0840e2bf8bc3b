/** A partition as clients are told of it, by Metadata and by DescribeTopicPartitions alike. */
import { NO_LEADER, type PartitionState } from "../controller/records.ts";
import { ErrorCode } from "../protocol/errors.ts";

export function describePartition(state: PartitionState, partitionIndex: number) {
  const { leader, leaderEpoch, replicas, isr } = state;
  const isOffline = leader === NO_LEADER;
  return {
    errorCode: isOffline ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
    partitionIndex,
    leaderId: leader,
    leaderEpoch,
    replicaNodes: replicas,
    isrNodes: isr,
    offlineReplicas: isOffline ? replicas : [],
  };
}
