/** Metadata: how topics are asked for. */
import { expect, test } from "vitest";

import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { metadataHandler } from "../../../src/broker/handlers/03-metadata.ts";
import type { RequestInput } from "../../../src/protocol/api.ts";
import { errorName } from "../../../src/protocol/errors.ts";
import type { metadata } from "../../../src/protocol/messages/03-metadata.ts";
import { topic } from "../../controller/test-cluster.ts";
import { groupCluster } from "../group-cluster.ts";

type Asked = NonNullable<RequestInput<typeof metadata>["topics"]>;

/** The names and the errors that are told of these topics. */
async function told({ call }: ReturnType<typeof groupCluster>, version: number, topics: Asked) {
  const request = { topics, allowAutoTopicCreation: false };
  const answer = await call(metadataHandler, version, request);
  return answer.topics.map(({ name, errorCode }) => [name, errorName(errorCode)]);
}

test("[BRK71] a topic is asked for by its name, and told once", async () => {
  const small = groupCluster();
  const named = { name: "topic", topicId: ZERO_UUID };
  for (const version of [9, 12, 13]) {
    expect(await told(small, version, [named, { name: "none" }, named])).toEqual([
      ["topic", "NONE"],
      ["none", "UNKNOWN_TOPIC_OR_PARTITION"],
    ]);
  }
});

test("[BRK71] where there are ids, from version 12 on, names do not count", async () => {
  const small = groupCluster();
  const { topicId } = small.cluster.created(topic("other"));
  const byId = { name: null, topicId };
  const byName = { name: "topic", topicId: ZERO_UUID };
  for (const version of [12, 13]) {
    expect(await told(small, version, [byName, byId])).toEqual([["other", "NONE"]]);
    const byBoth = { name: "topic", topicId };
    expect(await told(small, version, [byBoth, byId])).toEqual([["other", "NONE"]]);
  }
});

test("[BRK71] in versions 10 and 11 an id is an invalid request, with a name or without", async () => {
  const small = groupCluster();
  const { topicId } = small;
  for (const version of [10, 11]) {
    for (const name of ["topic", null]) {
      const answers = await told(small, version, [{ name, topicId }, { name: "topic" }]);
      expect(answers.map(([, error]) => error)).toEqual(["INVALID_REQUEST", "INVALID_REQUEST"]);
    }
  }
});
