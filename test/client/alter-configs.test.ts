/** Changing configs: what is tried again, and what is an answer. */
import { expect, test } from "vitest";

import { alterConfigs, ResourceType } from "../../src/client/admin/configs.ts";
import { Cluster } from "../../src/client/cluster.ts";
import type { ErrorName } from "../../src/protocol/errors.ts";
import { ErrorCode } from "../../src/protocol/errors.ts";
import { incrementalAlterConfigs } from "../../src/protocol/messages/44-incremental-alter-configs.ts";
import { ScriptedNetwork } from "./scripted-network.ts";

const QUICK = { retryBackoffMs: 1, retryBackoffMaxMs: 3 };
const RESOURCE = { type: ResourceType.TOPIC, name: "orders" };
const CHANGES = [{ name: "retention.ms", value: "1000" }];

/** A cluster whose broker answers with these errors, one after the other. */
function clusterThatSays(...errors: ErrorName[]): { cluster: Cluster; network: ScriptedNetwork } {
  const network = new ScriptedNetwork().serveMetadata([1]);
  network.serve(incrementalAlterConfigs, ({ resources }) => ({
    responses: resources.map(({ resourceType, resourceName }) => ({
      errorCode: ErrorCode[errors.shift()!],
      errorMessage: null,
      resourceType,
      resourceName,
    })),
  }));
  return { cluster: new Cluster(network, QUICK), network };
}

test("a controller that is elsewhere is asked again", async () => {
  const { cluster, network } = clusterThatSays("NOT_CONTROLLER", "NONE");
  await alterConfigs(cluster, RESOURCE, CHANGES);
  const requests = network.seen.filter(({ name }) => name === "IncrementalAlterConfigs");
  expect(requests).toHaveLength(2);
});

test.each<ErrorName>(["UNKNOWN_TOPIC_OR_PARTITION", "INVALID_CONFIG"])(
  "%s is an answer, once and for all",
  async (code) => {
    const { cluster } = clusterThatSays(code);
    await expect(alterConfigs(cluster, RESOURCE, CHANGES)).rejects.toMatchObject({ code });
  },
);
