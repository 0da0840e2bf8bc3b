/**
 * The APIs that the suite knows, each with a request that every version of it can say and that
 * changes nothing. A new API is added here, and with it the proof that all its versions are served.
 */
import type { Api, RequestInput } from "../../src/protocol/api.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { listOffsets } from "../../src/protocol/messages/02-list-offsets.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { apiVersions } from "../../src/protocol/messages/18-api-versions.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { initProducerId } from "../../src/protocol/messages/22-init-producer-id.ts";
import { offsetForLeaderEpoch } from "../../src/protocol/messages/23-offset-for-leader-epoch.ts";
import { describeCluster } from "../../src/protocol/messages/60-describe-cluster.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";

/** An API, and the harmless request in one of its versions. */
export interface ServedApi {
  readonly name: string;
  readonly api: Api;
  request(version: number): RequestInput<Api>;
}

/** All of them, by key. */
export const servedApis: readonly ServedApi[] = [
  served(produce, () => ({ acks: -1, timeoutMs: 1000, topicData: [] })),
  served(fetch, () => ({ maxWaitMs: 0, minBytes: 0, topics: [] })),
  served(listOffsets, () => ({ replicaId: -1, topics: [] })),
  served(metadata, () => ({ topics: [] })),
  served(findCoordinator, (version) =>
    version < 4 ? { key: "conformance" } : { coordinatorKeys: [] },
  ),
  served(apiVersions, () => ({ clientSoftwareName: "conformance", clientSoftwareVersion: "1" })),
  served(createTopics, () => ({ topics: [] })),
  served(deleteTopics, () => ({ timeoutMs: 1000 })),
  served(initProducerId, () => ({ transactionalId: null, transactionTimeoutMs: 1000 })),
  served(offsetForLeaderEpoch, () => ({ topics: [] })),
  served(describeCluster, () => ({ includeClusterAuthorizedOperations: false })),
  served(describeTopicPartitions, () => ({ topics: [{ name: "conformance-unknown" }] })),
];

/** The numbers of the versions of `api` that a broker serves. */
export function servedVersions({ servedVersions: { min, max } }: Api): number[] {
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}

function served<A extends Api>(api: A, request: (version: number) => RequestInput<A>): ServedApi {
  return { name: api.name, api, request };
}
