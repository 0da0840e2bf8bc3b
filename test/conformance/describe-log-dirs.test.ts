/** DescribeLogDirs: how large logs are. */
import { expect } from "vitest";

import type { RequestInput } from "../../src/protocol/api.ts";
import { describeLogDirs } from "../../src/protocol/messages/35-describe-log-dirs.ts";
import { batch } from "./batches.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";
import type { Wire } from "./wire.ts";

type AskedTopics = RequestInput<typeof describeLogDirs>["topics"];

/** The broker's logs by topic and partition, from all of its directories. */
async function describe(wire: Wire, topics: AskedTopics, version = 5) {
  const answer = await wire.call(describeLogDirs, version, { topics });
  expect(answer.errorCode).toBe(0);
  const logs = answer.results.flatMap(({ errorCode, logDir, topics: described }) => {
    expect(errorCode).toBe(0);
    expect(logDir).toMatch(/^\//);
    return described.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, ...log }) => [`${name}/${partitionIndex}`, log] as const),
    );
  });
  expect(new Set(logs.map(([partition]) => partition)).size).toBe(logs.length);
  return new Map(logs);
}

const log = (partitionSize: number) => ({ partitionSize, offsetLag: 0, isFutureKey: false });

conformance("DescribeLogDirs", (test) => {
  test("[K58] a log has the bytes of its batches, in every version", async ({ cluster }) => {
    const partition = await cluster.newPartition();
    const { name, leader } = partition;
    for (const version of servedVersions(describeLogDirs)) {
      const topics = [{ topic: name, partitions: [0] }];
      const before = await describe(leader.wire, topics, version);
      const bytes = batch("some", "records");
      await partition.produce(bytes);
      const { partitionSize } = before.get(`${name}/0`)!;
      expect(partitionSize).toBe(bytes.length * (version - 1));
      expect(await describe(leader.wire, topics, version)).toEqual(
        new Map([[`${name}/0`, log(partitionSize + bytes.length)]]),
      );
    }
  });

  test("[K58] each broker tells of its own replicas", async ({ cluster }) => {
    const partitions = await cluster.newTopic({ partitions: 4 });
    const { name } = partitions[0]!;
    await Promise.all(partitions.map((partition) => partition.produce(batch("one"))));
    for (const { nodeId, wire } of await cluster.brokers()) {
      const led = partitions.filter(({ leader }) => leader.nodeId === nodeId);
      const expected = led.map(({ index }) => [`${name}/${index}`, log(batch("one").length)]);
      const asked = [{ topic: name, partitions: [0, 1, 2, 3] }];
      expect(await describe(wire, asked)).toEqual(new Map(expected as never));
      const all = await describe(wire, null);
      for (const { index } of partitions) {
        const isHere = led.some((partition) => partition.index === index);
        expect(all.has(`${name}/${index}`)).toBe(isHere);
      }
    }
  });

  test("[K58] a log that was never written to has no bytes", async ({ cluster }) => {
    const { name, leader } = await cluster.newPartition();
    const all = await describe(leader.wire, null);
    expect(all.get(`${name}/0`)).toEqual(log(0));
  });

  test("[K58] what is not there is left out, and nothing is told where nothing is asked", async ({
    cluster,
  }) => {
    const { name, leader } = await cluster.newPartition();
    const nobody = { topic: cluster.unusedName(), partitions: [0] };
    const asked = [
      nobody,
      { topic: name, partitions: [7, 0, 0, -1] },
      { topic: name, partitions: [0] },
    ];
    expect([...(await describe(leader.wire, asked)).keys()]).toEqual([`${name}/0`]);
    expect(await describe(leader.wire, [])).toEqual(new Map());
    expect(await describe(leader.wire, [{ topic: name, partitions: [] }, nobody])).toEqual(
      new Map(),
    );
    const { results } = await leader.wire.call(describeLogDirs, 5, { topics: [] });
    expect(results.length).toBeGreaterThan(0);
  });
});
