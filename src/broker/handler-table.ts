/** All handlers, by API key. What stands here is advertised by ApiVersions, and nothing else is. */
import type { Handler } from "./handler.ts";
import { produceHandler } from "./handlers/00-produce.ts";
import { fetchHandler } from "./handlers/01-fetch.ts";
import { listOffsetsHandler } from "./handlers/02-list-offsets.ts";
import { metadataHandler } from "./handlers/03-metadata.ts";
import { offsetCommitHandler } from "./handlers/08-offset-commit.ts";
import { offsetFetchHandler } from "./handlers/09-offset-fetch.ts";
import { findCoordinatorHandler } from "./handlers/10-find-coordinator.ts";
import { joinGroupHandler } from "./handlers/11-join-group.ts";
import { heartbeatHandler } from "./handlers/12-heartbeat.ts";
import { leaveGroupHandler } from "./handlers/13-leave-group.ts";
import { syncGroupHandler } from "./handlers/14-sync-group.ts";
import { describeGroupsHandler } from "./handlers/15-describe-groups.ts";
import { listGroupsHandler } from "./handlers/16-list-groups.ts";
import { newApiVersionsHandler } from "./handlers/18-api-versions.ts";
import { createTopicsHandler } from "./handlers/19-create-topics.ts";
import { deleteTopicsHandler } from "./handlers/20-delete-topics.ts";
import { deleteRecordsHandler } from "./handlers/21-delete-records.ts";
import { initProducerIdHandler } from "./handlers/22-init-producer-id.ts";
import { offsetForLeaderEpochHandler } from "./handlers/23-offset-for-leader-epoch.ts";
import { describeConfigsHandler } from "./handlers/32-describe-configs.ts";
import { alterConfigsHandler } from "./handlers/33-alter-configs.ts";
import { describeLogDirsHandler } from "./handlers/35-describe-log-dirs.ts";
import { createPartitionsHandler } from "./handlers/37-create-partitions.ts";
import { deleteGroupsHandler } from "./handlers/42-delete-groups.ts";
import { incrementalAlterConfigsHandler } from "./handlers/44-incremental-alter-configs.ts";
import { listPartitionReassignmentsHandler } from "./handlers/46-list-partition-reassignments.ts";
import { offsetDeleteHandler } from "./handlers/47-offset-delete.ts";
import { describeQuorumHandler } from "./handlers/55-describe-quorum.ts";
import { updateFeaturesHandler } from "./handlers/57-update-features.ts";
import { describeClusterHandler } from "./handlers/60-describe-cluster.ts";
import { describeProducersHandler } from "./handlers/61-describe-producers.ts";
import { consumerGroupHeartbeatHandler } from "./handlers/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribeHandler } from "./handlers/69-consumer-group-describe.ts";
import { listConfigResourcesHandler } from "./handlers/74-list-config-resources.ts";
import { describeTopicPartitionsHandler } from "./handlers/75-describe-topic-partitions.ts";

/** Every handler but ApiVersions, which answers from this list. */
const handlers = [
  produceHandler,
  fetchHandler,
  listOffsetsHandler,
  metadataHandler,
  offsetCommitHandler,
  offsetFetchHandler,
  findCoordinatorHandler,
  joinGroupHandler,
  heartbeatHandler,
  leaveGroupHandler,
  syncGroupHandler,
  describeGroupsHandler,
  listGroupsHandler,
  createTopicsHandler,
  deleteTopicsHandler,
  deleteRecordsHandler,
  initProducerIdHandler,
  offsetForLeaderEpochHandler,
  describeConfigsHandler,
  alterConfigsHandler,
  describeLogDirsHandler,
  createPartitionsHandler,
  deleteGroupsHandler,
  incrementalAlterConfigsHandler,
  listPartitionReassignmentsHandler,
  offsetDeleteHandler,
  describeQuorumHandler,
  updateFeaturesHandler,
  describeClusterHandler,
  describeProducersHandler,
  consumerGroupHeartbeatHandler,
  consumerGroupDescribeHandler,
  listConfigResourcesHandler,
  describeTopicPartitionsHandler,
] as unknown as readonly Handler[];

const apiVersionsHandler = newApiVersionsHandler(
  handlers.map(({ api }) => api),
) as unknown as Handler;

const byKey = new Map(
  [...handlers, apiVersionsHandler].map((handler) => [handler.api.key, handler]),
);

/** The handler of this version of an API, if this broker serves it. */
export function findHandler(apiKey: number, apiVersion: number): Handler | undefined {
  const handler = byKey.get(apiKey);
  if (!handler) return undefined;
  const { min, max } = handler.api.servedVersions;
  return apiVersion >= min && apiVersion <= max ? handler : undefined;
}
