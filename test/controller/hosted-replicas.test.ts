/** Which replicas a broker hosts, and which of them were ever touched. */
import { expect, test } from "vitest";

import { activateReplica } from "../../src/controller/activation.ts";
import { hostedReplicas } from "../../src/controller/hosted-replicas.ts";
import { TestCluster, topic } from "./test-cluster.ts";

test("[CTL26] a broker's replicas are told with whether they were activated", () => {
  const cluster = new TestCluster();
  const { topicId } = cluster.created(topic("six", { numPartitions: 6 }));
  cluster.created(topic("one"));
  for (const [partition, nodeId] of [
    [1, 2],
    [3, 1],
  ] as const) {
    const key = { topicId, partition, nodeId };
    cluster.take(activateReplica(cluster.image, key, "incarnation"));
  }
  const names = ["six", "one", "nobody"];
  expect(hostedReplicas(cluster.image, 1, { names }).topics).toEqual([
    {
      name: "six",
      topicId,
      replicas: [
        { partition: 0, isActivated: false },
        { partition: 3, isActivated: true },
      ],
    },
    {
      name: "one",
      topicId: cluster.image.topicByName("one")!.topicId,
      replicas: [{ partition: 0, isActivated: false }],
    },
  ]);
  // Of topics in which it has no part a broker tells nothing.
  expect(hostedReplicas(cluster.image, 2, { names }).topics).toMatchObject([
    {
      name: "six",
      replicas: [
        { partition: 1, isActivated: true },
        { partition: 4, isActivated: false },
      ],
    },
  ]);
});

test("[CTL26] all replicas of a broker are told once, page by page", () => {
  const cluster = new TestCluster();
  const names = Array.from({ length: 12 }, (_, index) => `topic-${index}`);
  for (const [index, name] of names.entries()) {
    cluster.created(topic(name, { numPartitions: 1 + (index % 5) }));
  }
  const hosted: string[] = [];
  for (let from: string | null = ""; from !== null;) {
    const page = hostedReplicas(cluster.image, 3, { page: { from, maxPartitions: 6 } });
    for (const { name, replicas } of page.topics) {
      hosted.push(...replicas.map(({ partition }) => `${name}/${partition}`));
    }
    from = page.nextPage;
  }
  const expected = cluster.image.topics().flatMap(({ name, topicId }) => {
    const partitions = [...cluster.image.partitions(topicId).entries()];
    return partitions.flatMap(([index, { leader }]) => (leader === 3 ? [`${name}/${index}`] : []));
  });
  expect(hosted).toEqual(expected);
});
