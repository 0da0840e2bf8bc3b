/** What CreateTopics, CreatePartitions and DeleteTopics refuse as a whole, whatever it asks for. */
import { expect } from "vitest";

import { ZERO_UUID } from "../../src/base/uuid.ts";
import type { RequestInput } from "../../src/protocol/api.ts";
import { errorName } from "../../src/protocol/errors.ts";
import { createTopics } from "../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../src/protocol/messages/20-delete-topics.ts";
import { createPartitions } from "../../src/protocol/messages/37-create-partitions.ts";
import type { Cluster } from "./cluster.ts";
import { servedVersions } from "./served-apis.ts";
import { conformance } from "./suite.ts";

type CreateRequest = RequestInput<typeof createTopics>;

const NO_TIME = [0, -1];
const MAX_PARTITIONS = 10_000;

function newTopic(name: string, numPartitions = 1) {
  return { name, numPartitions, replicationFactor: 1, assignments: [], configs: [] };
}

/** The name, the error and the message of each answer. */
async function create(cluster: Cluster, request: CreateRequest, version = 7) {
  const { topics } = await (await cluster.wire()).call(createTopics, version, request);
  return topics.map((topic) => [topic.name, errorName(topic.errorCode), topic.errorMessage]);
}

async function errorOf(cluster: Cluster, name: string) {
  const { topics } = await cluster.metadata([name]);
  return errorName(topics[0]!.errorCode);
}

conformance("limits of topics", (test) => {
  test("[K18] what has no time is not created, whatever else is wrong with it", async ({
    cluster,
  }) => {
    const [name, twice] = [cluster.unusedName(), cluster.unusedName()];
    const names = [name, twice, twice, "no name"];
    const topics = names.map((each) => newTopic(each));
    for (const version of servedVersions(createTopics)) {
      for (const timeoutMs of NO_TIME) {
        const answers = await create(cluster, { topics, timeoutMs }, version);
        expect(answers).toEqual(names.map((each) => [each, "REQUEST_TIMED_OUT", null]));
      }
    }
    expect(await create(cluster, { topics: [], timeoutMs: 0 })).toEqual([]);
    expect(await errorOf(cluster, name)).toBe("UNKNOWN_TOPIC_OR_PARTITION");
  });

  test("[K18] what has no time does not grow", async ({ cluster }) => {
    const { name } = await cluster.newPartition();
    const names = [name, cluster.unusedName()];
    const topics = names.map((each) => ({ name: each, count: 2, assignments: null }));
    const wire = await cluster.wire();
    for (const version of servedVersions(createPartitions)) {
      for (const timeoutMs of NO_TIME) {
        const request = { topics, timeoutMs, validateOnly: false };
        const { results } = await wire.call(createPartitions, version, request);
        expect(results.map((result) => errorName(result.errorCode))).toEqual([
          "REQUEST_TIMED_OUT",
          "REQUEST_TIMED_OUT",
        ]);
      }
    }
    expect(await cluster.settled(name)).toHaveLength(1);
  });

  test("[K66] what has no time is not deleted, whatever else is wrong with it", async ({
    cluster,
  }) => {
    const { name, topicId } = await cluster.newPartition();
    const unknown = cluster.unusedName();
    const topicNames = [name, unknown, unknown];
    const wire = await cluster.wire();
    for (const version of servedVersions(deleteTopics)) {
      const asked =
        version < 6
          ? { topicNames }
          : { topics: topicNames.map((each) => ({ name: each, topicId: ZERO_UUID })) };
      for (const timeoutMs of NO_TIME) {
        const { responses } = await wire.call(deleteTopics, version, { ...asked, timeoutMs });
        expect(responses.map((each) => [each.name, errorName(each.errorCode)])).toEqual(
          topicNames.map((each) => [each, "REQUEST_TIMED_OUT"]),
        );
      }
    }
    expect((await cluster.metadata([name])).topics).toMatchObject([{ errorCode: 0, topicId }]);
  });

  test("[K18] a request makes no more than 10,000 partitions, their topics included", async ({
    cluster,
  }) => {
    const names = [cluster.unusedName(), cluster.unusedName()];
    const answersTo = (...counts: number[]) => {
      const topics = counts.map((count, index) => newTopic(names[index]!, count));
      return create(cluster, { topics, validateOnly: true });
    };
    const policy = (message: string) => (name: string) => [name, "POLICY_VIOLATION", message];
    const records = policy("Unable to perform excessively large batch operation.");
    const partitions = policy("Excessively large number of partitions per request.");
    const [first] = names as [string];

    expect(await answersTo(MAX_PARTITIONS - 1)).toEqual([[first, "NONE", null]]);
    expect(await answersTo(MAX_PARTITIONS)).toEqual([records(first)]);
    expect(await answersTo(MAX_PARTITIONS + 1)).toEqual([partitions(first)]);
    expect(await answersTo(2_147_483_647)).toEqual([partitions(first)]);
    expect(await answersTo(5000, 4998)).toEqual(names.map((name) => [name, "NONE", null]));
    expect(await answersTo(5000, 4999)).toEqual(names.map(records));
    expect(await answersTo(5000, 5001)).toEqual(names.map(partitions));
    // A topic that is named twice asks for nothing.
    const twice = newTopic(first, MAX_PARTITIONS + 1);
    expect(await create(cluster, { topics: [twice, twice], validateOnly: true })).toEqual([
      [first, "INVALID_REQUEST", "Duplicate topic name."],
    ]);
    // What is wrong with one of them is not told any more.
    const topics = [newTopic("no name"), newTopic(first, MAX_PARTITIONS + 1)];
    const answers = await create(cluster, { topics, validateOnly: true });
    expect(answers).toEqual([partitions("no name"), partitions(first)]);
  });

  test("[K18] no topic has the name of the controllers' log", async ({ cluster }) => {
    const name = "__cluster_metadata";
    const topics = [newTopic(name), newTopic(cluster.unusedName())];
    const answers = await create(cluster, { topics, validateOnly: true });
    const refused = `Creation of internal topic ${name} is prohibited.`;
    expect(new Map(answers.map(([each, ...said]) => [each, said]))).toEqual(
      new Map([
        [name, ["INVALID_REQUEST", refused]],
        [topics[1]!.name, ["NONE", null]],
      ]),
    );
  });
});
