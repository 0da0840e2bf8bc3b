/**
 * The APIs that the suite knows, each with a request that every version of it can say and that
 * changes nothing. A new API is added here, and with it the proof that all its versions are served.
 */
import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { offsetCommit } from "../../src/protocol/messages/08-offset-commit.ts";
import { offsetFetch } from "../../src/protocol/messages/09-offset-fetch.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../../src/protocol/messages/11-join-group.ts";
import { heartbeat } from "../../src/protocol/messages/12-heartbeat.ts";
import { leaveGroup } from "../../src/protocol/messages/13-leave-group.ts";
import { syncGroup } from "../../src/protocol/messages/14-sync-group.ts";
import { describeGroups } from "../../src/protocol/messages/15-describe-groups.ts";
import { listGroups } from "../../src/protocol/messages/16-list-groups.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { deleteRecords } from "../../src/protocol/messages/21-delete-records.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { offsetForLeaderEpoch } from "../../src/protocol/messages/23-offset-for-leader-epoch.ts";
import { describeConfigs } from "../../src/protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../../src/protocol/messages/33-alter-configs.ts";
import { describeLogDirs } from "../../src/protocol/messages/35-describe-log-dirs.ts";
import { createPartitions } from "../../src/protocol/messages/37-create-partitions.ts";
import { deleteGroups } from "../../src/protocol/messages/42-delete-groups.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { listPartitionReassignments } from "../../src/protocol/messages/46-list-partition-reassignments.ts";
import { offsetDelete } from "../../src/protocol/messages/47-offset-delete.ts";
import { describeQuorum } from "../../src/protocol/messages/55-describe-quorum.ts";
import { updateFeatures } from "../../src/protocol/messages/57-update-features.ts";
import { describeCluster } from "../../src/protocol/messages/60-describe-cluster.ts";
import { describeProducers } from "../../src/protocol/messages/61-describe-producers.ts";
import { consumerGroupHeartbeat } from "../../src/protocol/messages/68-consumer-group-heartbeat.ts";
import { consumerGroupDescribe } from "../../src/protocol/messages/69-consumer-group-describe.ts";
import { listConfigResources } from "../../src/protocol/messages/74-list-config-resources.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";

/** An API, and the harmless request in one of its versions. */
export interface ServedApi {
  readonly name: string;
  readonly api: Api;
  request(version: number): RequestInput<Api>;
}

/** A member of a group that there is not. */
const MEMBER = { groupId: "conformance", memberId: "nobody", generationId: 0 };
const PROTOCOL = { protocolType: "none", protocolName: "none" };

/** All of them, by key. */
export const servedApis: readonly ServedApi[] = [
  served(produce, () => ({ acks: -1, timeoutMs: 1000, topicData: [] })),
  served(fetch, () => ({ maxWaitMs: 0, minBytes: 0, topics: [] })),
  served(listOffsets, () => ({ replicaId: -1, topics: [] })),
  served(metadata, () => ({ topics: [] })),
  served(offsetCommit, () => ({ groupId: "conformance", memberId: "", topics: [] })),
  served(offsetFetch, (version) =>
    version < 8 ? { groupId: "conformance", topics: [] } : { groups: [] },
  ),
  served(findCoordinator, (version) =>
    version < 4 ? { key: "conformance" } : { coordinatorKeys: [] },
  ),
  served(joinGroup, () => ({ ...MEMBER, ...PROTOCOL, sessionTimeoutMs: -1, protocols: [] })),
  served(heartbeat, () => MEMBER),
  served(leaveGroup, (version) => (version < 3 ? MEMBER : { groupId: "conformance" })),
  served(syncGroup, () => ({ ...MEMBER, ...PROTOCOL, assignments: [] })),
  served(describeGroups, () => ({ groups: [] })),
  served(listGroups, () => ({})),
  served(apiVersions, () => ({ clientSoftwareName: "conformance", clientSoftwareVersion: "1" })),
  served(createTopics, () => ({ topics: [] })),
  served(deleteTopics, () => ({ timeoutMs: 1000 })),
  served(deleteRecords, () => ({ topics: [], timeoutMs: 1000 })),
  served(initProducerId, () => ({ transactionalId: null, transactionTimeoutMs: 1000 })),
  served(offsetForLeaderEpoch, () => ({ topics: [] })),
  served(describeConfigs, () => ({ resources: [] })),
  served(alterConfigs, () => ({ resources: [], validateOnly: true })),
  served(describeLogDirs, () => ({ topics: [] })),
  served(createPartitions, () => ({ topics: [], timeoutMs: 1000, validateOnly: true })),
  served(deleteGroups, () => ({ groupsNames: [] })),
  served(incrementalAlterConfigs, () => ({ resources: [], validateOnly: true })),
  served(listPartitionReassignments, () => ({})),
  served(offsetDelete, () => ({ groupId: "conformance", topics: [] })),
  served(describeQuorum, () => ({ topics: [] })),
  served(updateFeatures, () => ({ featureUpdates: [] })),
  served(describeCluster, () => ({ includeClusterAuthorizedOperations: false })),
  served(describeProducers, () => ({ topics: [] })),
  served(consumerGroupHeartbeat, () => ({ ...MEMBER, memberEpoch: 1 })),
  served(consumerGroupDescribe, () => ({ groupIds: [], includeAuthorizedOperations: false })),
  served(listConfigResources, () => ({})),
  served(describeTopicPartitions, () => ({ topics: [{ name: "conformance-unknown" }] })),
];

/** The numbers of the versions of `api` that a broker serves. */
export function servedVersions({ servedVersions: { min, max } }: Api): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

function served<A extends Api>(api: A, request: (version: number) => RequestInput<A>): ServedApi {
  return { name: api.name, api, request };
}
