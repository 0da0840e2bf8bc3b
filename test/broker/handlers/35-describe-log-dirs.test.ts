/** DescribeLogDirs: whose sizes are told, and who is asked. */
import { expect, test } from "vitest";

import { REFUSING_REPLICA } from "../../../src/broker/awake-actors.ts";
import { describeLogDirsHandler } from "../../../src/broker/handlers/35-describe-log-dirs.ts";
import { batch } from "../../log/batches.ts";
import { replicaName } from "../../simulation/cluster.ts";
import { callHandler } from "../call-handler.ts";
import { smallCluster, type SmallCluster } from "../small-cluster.ts";

type AskedTopics = { topic: string; partitions: number[] }[] | null;

/** The one directory, with its sizes by topic and partition. */
async function describe({ broker, settle }: SmallCluster, topics: AskedTopics, version = 5) {
  const response = await settle(callHandler(broker, describeLogDirsHandler, version, { topics }));
  expect(response).toMatchObject({ errorCode: 0, results: [{ errorCode: 0, isCordoned: false }] });
  const [{ logDir, totalBytes, usableBytes, topics: described }] = response.results as [
    (typeof response.results)[0],
  ];
  const sizes = described.map(({ name, partitions }) => [
    name,
    partitions.map((each) => {
      expect(each).toMatchObject({ offsetLag: 0, isFutureKey: false });
      return [each.partitionIndex, each.partitionSize];
    }),
  ]);
  return { logDir, totalBytes, usableBytes, sizes };
}

test("[BRK44] tells of what the broker hosts, and wakes nobody who has nothing", async () => {
  const small = await smallCluster(9);
  const { cluster } = small;
  await small.append(3, batch());
  await small.append(3, batch({ count: 5 }));
  const size = batch().length + batch({ count: 5 }).length;
  expect(await describe(small, null)).toEqual({
    logDir: "/simulation/broker-1",
    totalBytes: -1,
    usableBytes: -1,
    sizes: [
      [
        "topic",
        [
          [0, 0],
          [3, size],
          [6, 0],
        ],
      ],
    ],
  });
  expect(cluster.awake("replica/")).toEqual([
    replicaName({ topicId: small.topicId, partition: 3, nodeId: 1 }),
  ]);
  expect((await describe(small, null, 1)).sizes).toEqual((await describe(small, null)).sizes);
});

test("[BRK44] tells of the partitions asked for, each once", async () => {
  const small = await smallCluster(9);
  const partitions = (topic: string, ...indexes: number[]) => ({ topic, partitions: indexes });
  const asked = [
    partitions("topic", 3, 4, 99, -1, 3),
    partitions("nobody", 0),
    partitions("topic", 0),
  ];
  const expected = [
    [
      "topic",
      [
        [0, 0],
        [3, 0],
      ],
    ],
  ];
  expect((await describe(small, asked)).sizes).toEqual(expected);
  expect((await describe(small, [partitions("topic"), partitions("nobody")])).sizes).toEqual([]);
  expect((await describe(small, [])).sizes).toEqual([]);
});

test("[BRK44] leaves out who does not answer", async () => {
  const small = await smallCluster(9);
  const { broker } = small;
  for (const partition of [0, 3]) await small.append(partition, batch());
  const { replica } = broker.ports;
  // Too many others are awake for this one to be called.
  const admitted: typeof replica = (key) => (key.partition === 0 ? REFUSING_REPLICA : replica(key));
  Object.assign(broker.ports, { replica: admitted });
  expect((await describe(small, null)).sizes).toEqual([
    [
      "topic",
      [
        [3, batch().length],
        [6, 0],
      ],
    ],
  ]);
});
