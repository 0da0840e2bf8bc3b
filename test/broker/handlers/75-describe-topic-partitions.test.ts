/** DescribeTopicPartitions: where a page may begin. */
import { expect, test } from "vitest";

import { describeTopicPartitionsHandler } from "../../../src/broker/handlers/75-describe-topic-partitions.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import { topic } from "../../controller/test-cluster.ts";
import { groupCluster } from "../group-cluster.ts";

/** What is told from the cursor on: each topic with its partitions, or with its error. */
function pages() {
  const { call, cluster } = groupCluster();
  cluster.created(topic("later", { numPartitions: 2 }));
  return async (names: string[], topicName: string, partitionIndex: number) => {
    const request = {
      topics: names.map((name) => ({ name })),
      cursor: { topicName, partitionIndex },
    };
    const { topics } = await call(describeTopicPartitionsHandler, 0, request);
    return topics.map(({ name, errorCode, partitions }) => {
      const indexes = partitions.map((partition) => partition.partitionIndex).join();
      return `${name} ${errorCode === 0 ? indexes : errorName(errorCode)}`;
    });
  };
}

test("[BRK72] a page begins at the cursor", async () => {
  const page = pages();
  expect(await page(["later", "topic"], "topic", 1)).toEqual(["topic 1,2"]);
  expect(await page(["later", "topic"], "later", 0)).toEqual(["later 0,1", "topic 0,1,2"]);
  expect(await page([], "later", 1)).toEqual(["later 1", "topic 0,1,2"]);
  expect(await page([], "m", 1)).toEqual(["topic 0,1,2"]);
  expect(await page(["topic"], "topic", 3)).toEqual(["topic "]);
});

test("[BRK72] a cursor is not before partition 0, nor in a topic that is not asked for", async () => {
  const page = pages();
  expect(await page(["later", "topic"], "topic", -1)).toEqual([
    "later INVALID_REQUEST",
    "topic INVALID_REQUEST",
  ]);
  for (const elsewhere of ["a", "later", "zzz"]) {
    expect(await page(["topic"], elsewhere, 0)).toEqual(["topic INVALID_REQUEST"]);
  }
  expect(await page([], "topic", -1)).toEqual([]);
});
