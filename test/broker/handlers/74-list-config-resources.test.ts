/** ListConfigResources. */
import { expect, test } from "vitest";

import { ResourceType } from "../../../src/broker/config-resources.ts";
import { listConfigResourcesHandler } from "../../../src/broker/handlers/74-list-config-resources.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { topic } from "../../controller/test-cluster.ts";
import { groupCluster } from "../group-cluster.ts";

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ResourceType;

async function list(version: number, resourceTypes: number[] = []) {
  const { cluster, call } = groupCluster();
  cluster.created(topic("another"));
  const set = { name: "consumer.heartbeat.interval.ms", value: "7000" };
  const record = { type: "DynamicConfig", resourceType: "group", resource: "g", ...set } as const;
  cluster.take({ records: [record], response: undefined, effects: [] });
  const request = version === 0 ? {} : { resourceTypes };
  const { errorCode, configResources } = await call(listConfigResourcesHandler, version, request);
  const names = configResources.map((each) => `${each.resourceType} ${each.resourceName}`);
  return { error: errorName(errorCode), names };
}

const BROKERS = ["4 1", "4 2", "4 3"];
const TOPICS = ["2 another", "2 topic"];

test.each([
  [[], ["32 g", ...BROKERS, ...TOPICS]],
  [[TOPIC], TOPICS],
  [[BROKER], BROKERS],
  [[TOPIC, CLIENT_METRICS], TOPICS],
  [[BROKER_LOGGER, CLIENT_METRICS, GROUP], ["32 g"]],
  [[BROKER_LOGGER, CLIENT_METRICS], []],
])(
  "[BRK53] of the types %j tells topics, brokers and groups with configs",
  async (types, names) => {
    expect(await list(1, types)).toEqual({ error: "NONE", names });
  },
);

test("[BRK53] a type that there is not is refused, and version 0 knows client metrics", async () => {
  expect(await list(1, [TOPIC, 3])).toEqual({ error: "UNSUPPORTED_VERSION", names: [] });
  expect(await list(0)).toEqual({ error: "NONE", names: [] });
});
