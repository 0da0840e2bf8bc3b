/** Requests for the controller that give it no time. */
import { expect, test } from "vitest";

import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { createTopicsHandler } from "../../../src/broker/handlers/19-create-topics.ts";
import { deleteTopicsHandler } from "../../../src/broker/handlers/20-delete-topics.ts";
import { createPartitionsHandler } from "../../../src/broker/handlers/37-create-partitions.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { topic } from "../../controller/test-cluster.ts";
import { groupCluster } from "../group-cluster.ts";

function errorsOf(results: readonly { errorCode: number }[]) {
  return results.map(({ errorCode }) => errorName(errorCode));
}

test.each([0, -1])("[BRK70] CreateTopics within %i ms makes nothing", async (timeoutMs) => {
  const { call, cluster } = groupCluster();
  const topics = [topic("new"), topic("twice"), topic("twice")];
  const late = await call(createTopicsHandler, 7, { topics, timeoutMs });
  expect(errorsOf(late.topics)).toEqual(topics.map(() => "REQUEST_TIMED_OUT"));
  expect(cluster.image.topicByName("new")).toBeUndefined();

  const inTime = await call(createTopicsHandler, 7, { topics, timeoutMs: 1 });
  expect(errorsOf(inTime.topics)).toEqual(["NONE", "INVALID_REQUEST"]);
  expect(cluster.image.topicByName("new")).toBeDefined();
});

test.each([0, -1])("[BRK70] CreatePartitions within %i ms adds nothing", async (timeoutMs) => {
  const { call, cluster } = groupCluster();
  const topics = [{ name: "topic", count: 4, assignments: null }];
  const request = { topics, validateOnly: false };
  const late = await call(createPartitionsHandler, 3, { ...request, timeoutMs });
  expect(errorsOf(late.results)).toEqual(["REQUEST_TIMED_OUT"]);
  expect(cluster.image.topicByName("topic")!.partitionCount).toBe(3);

  const inTime = await call(createPartitionsHandler, 3, { ...request, timeoutMs: 1 });
  expect(errorsOf(inTime.results)).toEqual(["NONE"]);
  expect(cluster.image.topicByName("topic")!.partitionCount).toBe(4);
});

test.each([0, -1])("[BRK70] DeleteTopics within %i ms deletes nothing", async (timeoutMs) => {
  const { call, cluster, topicId } = groupCluster();
  const named = { topicNames: ["topic"] };
  const identified = { topics: [{ name: null, topicId }] };
  const late = await call(deleteTopicsHandler, 5, { ...named, timeoutMs });
  expect(late.responses).toMatchObject([{ name: "topic", topicId: ZERO_UUID }]);
  expect(errorsOf(late.responses)).toEqual(["REQUEST_TIMED_OUT"]);
  const lateToo = await call(deleteTopicsHandler, 6, { ...identified, timeoutMs });
  expect(lateToo.responses).toMatchObject([{ name: null, topicId }]);
  expect(errorsOf(lateToo.responses)).toEqual(["REQUEST_TIMED_OUT"]);
  expect(cluster.image.topicByName("topic")).toBeDefined();

  const inTime = await call(deleteTopicsHandler, 6, { ...identified, timeoutMs: 1 });
  expect(errorsOf(inTime.responses)).toEqual(["NONE"]);
  expect(cluster.image.topicByName("topic")).toBeUndefined();
});
