/** All handlers, by API key. What stands here is advertised by ApiVersions, and nothing else is. */
import type { Handler } from "./handler.ts";
import { produceHandler } from "./handlers/00-produce.ts";
import { fetchHandler } from "./handlers/01-fetch.ts";
import { listOffsetsHandler } from "./handlers/02-list-offsets.ts";
import { metadataHandler } from "./handlers/03-metadata.ts";
import { findCoordinatorHandler } from "./handlers/10-find-coordinator.ts";
import { newApiVersionsHandler } from "./handlers/18-api-versions.ts";
import { createTopicsHandler } from "./handlers/19-create-topics.ts";
import { deleteTopicsHandler } from "./handlers/20-delete-topics.ts";
import { initProducerIdHandler } from "./handlers/22-init-producer-id.ts";
import { offsetForLeaderEpochHandler } from "./handlers/23-offset-for-leader-epoch.ts";
import { describeClusterHandler } from "./handlers/60-describe-cluster.ts";
import { describeTopicPartitionsHandler } from "./handlers/75-describe-topic-partitions.ts";

/** Every handler but ApiVersions, which answers from this list. */
const handlers = [
  produceHandler,
  fetchHandler,
  listOffsetsHandler,
  metadataHandler,
  findCoordinatorHandler,
  createTopicsHandler,
  deleteTopicsHandler,
  initProducerIdHandler,
  offsetForLeaderEpochHandler,
  describeClusterHandler,
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
