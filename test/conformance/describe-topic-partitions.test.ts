/** DescribeTopicPartitions (KIP-966): topics page by page. */
import { expect } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";
import type { DescribeTopicPartitionsResponse } from "../../src/protocol/messages/75-describe-topic-partitions.ts";
import { conformance } from "./suite.ts";

type Page = DescribeTopicPartitionsResponse;

function partitionsOf({ topics }: Page) {
  return topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => `${name}/${partitionIndex}`),
  );
}

conformance("DescribeTopicPartitions", (test) => {
  test("[K64] describes partitions as Metadata does", async ({ cluster }) => {
    const partitions = await cluster.newTopic({ partitions: 3 });
    const { name, topicId } = partitions[0]!;
    const wire = await cluster.wire();
    const page = await wire.call(describeTopicPartitions, 0, { topics: [{ name }] });
    expect(page).toMatchObject({ nextCursor: null });
    expect(page.topics).toMatchObject([{ errorCode: 0, name, topicId, isInternal: false }]);
    expect(page.topics[0]!.topicAuthorizedOperations).toBeGreaterThan(0);
    for (const [index, { leader }] of partitions.entries()) {
      const { nodeId: leaderId, leaderEpoch } = leader;
      expect(page.topics[0]!.partitions[index]).toEqual({
        errorCode: 0,
        partitionIndex: index,
        leaderId,
        leaderEpoch,
        replicaNodes: [leaderId],
        isrNodes: [leaderId],
        eligibleLeaderReplicas: [],
        lastKnownElr: [],
        offlineReplicas: [],
      });
    }
  });

  test("[K64] topics come in the order of their names, and those that there are not in their places", async ({
    cluster,
  }) => {
    const unknown = cluster.unusedName();
    const names = [
      unknown,
      (await cluster.newPartition()).name,
      (await cluster.newPartition()).name,
    ];
    const topics = names
      .toSorted()
      .toReversed()
      .map((name) => ({ name }));
    const page = await (await cluster.wire()).call(describeTopicPartitions, 0, { topics });
    expect(page.topics.map(({ name }) => name)).toEqual(names.toSorted());
    const absent = page.topics.find(({ name }) => name === unknown)!;
    expect(errorName(absent.errorCode)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
    expect(absent).toMatchObject({ topicId: ZERO_UUID, partitions: [] });
    expect(absent.topicAuthorizedOperations).toBeGreaterThan(0);
  });

  test("[K64] no topic named is all topics", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    const names: (string | null)[] = [];
    let cursor: Page["nextCursor"] = null;
    do {
      const page: Page = await wire.call(describeTopicPartitions, 0, { topics: [], cursor });
      names.push(...page.topics.map((topic) => topic.name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(names).toContain(name);
  });

  test("[K64] pages end at the limit, and the next one begins at the cursor", async ({
    cluster,
  }) => {
    const names: string[] = [];
    for (const partitions of [3, 1, 4]) {
      names.push((await cluster.newTopic({ partitions }))[0]!.name);
    }
    const topics = names.map((name) => ({ name }));
    const wire = await cluster.wire();
    const whole = await wire.call(describeTopicPartitions, 0, { topics });
    expect(partitionsOf(whole)).toHaveLength(8);

    for (const responsePartitionLimit of [1, 3, 5, 8]) {
      const paged: string[] = [];
      let cursor: Page["nextCursor"] = null;
      do {
        const request = { topics, responsePartitionLimit, cursor };
        const page: Page = await wire.call(describeTopicPartitions, 0, request);
        const partitions = partitionsOf(page);
        expect(partitions.length).toBeLessThanOrEqual(responsePartitionLimit);
        paged.push(...partitions);
        cursor = page.nextCursor;
        if (cursor !== null) expect(partitions).toHaveLength(responsePartitionLimit);
      } while (cursor !== null);
      expect(paged).toEqual(partitionsOf(whole));
    }
  });

  test("[K64] a cursor is in a topic that was asked for, which need not be there", async ({
    cluster,
  }) => {
    const { name } = await cluster.newPartition();
    const wire = await cluster.wire();
    const ask = async (names: string[], topicName: string, partitionIndex = 0) => {
      const request = {
        topics: names.map((each) => ({ name: each })),
        cursor: { topicName, partitionIndex },
      };
      const { topics, nextCursor } = await wire.call(describeTopicPartitions, 0, request);
      expect(nextCursor).toBe(null);
      return topics.map((topic) => [topic.name, errorName(topic.errorCode)]);
    };
    const unknown = cluster.unusedName();
    for (const elsewhere of ["a", "z", unknown]) {
      expect(await ask([name], elsewhere)).toEqual([[name, "INVALID_REQUEST"]]);
    }
    expect(await ask([name], name, -1)).toEqual([[name, "INVALID_REQUEST"]]);
    expect(await ask([], name, -1)).toEqual([]);
    expect(await ask([name], name, 1)).toEqual([[name, "NONE"]]);
    expect(await ask([unknown], unknown)).toEqual([[unknown, "UNKNOWN_TOPIC_OR_PARTITION"]]);
  });

  test("[K64] where a topic cannot be, nothing is told", async ({ cluster }) => {
    const wire = await cluster.wire();
    for (const name of ["", "..", "a b"]) {
      const { topics } = await wire.call(describeTopicPartitions, 0, { topics: [{ name }] });
      expect(topics).toMatchObject([{ name, topicId: ZERO_UUID, partitions: [] }]);
      // Kafka itself trips over it, and answers UNKNOWN_SERVER_ERROR.
      expect(errorName(topics[0]!.errorCode)).not.toBe("NONE");
    }
  });
});
