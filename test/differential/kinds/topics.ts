/** Requests about topics: made, grown, deleted and described. */
import { ZERO_UUID } from "../../../src/base/uuid.ts";
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { metadata } from "../../../src/protocol/messages/03-metadata.ts";
import type { MetadataResponse } from "../../../src/protocol/messages/03-metadata.ts";
import { createTopics } from "../../../src/protocol/messages/19-create-topics.ts";
import { deleteTopics } from "../../../src/protocol/messages/20-delete-topics.ts";
import { createPartitions } from "../../../src/protocol/messages/37-create-partitions.ts";
import { describeTopicPartitions } from "../../../src/protocol/messages/75-describe-topic-partitions.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { Memory } from "../memory.ts";
import { drawConfigs } from "./topic-config-values.ts";

const TIMEOUT_MS = 30_000;
const LONGEST_NAME = 249;
const BROKER = 1;
const NO_BROKER = 77;

/** Notes which topics there are and which not. */
export function learnTopics(memory: Memory, { topics }: MetadataResponse): void {
  for (const { errorCode, name, topicId, partitions } of topics) {
    if (name === null || !name.startsWith(memory.prefix)) continue;
    if (errorCode === ErrorCode.NONE) memory.created(name, topicId, partitions.length);
    else if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) memory.deleted(name);
  }
}

function topicName(draw: Draw, memory: Memory): string {
  const { prefix } = memory;
  const invalid = ["", ".", "..", `${prefix} and`, `${prefix}-`.padEnd(LONGEST_NAME + 1, "x")];
  const odd = [...invalid, `${prefix}/a`, "__consumer_offsets", `${prefix}.a`, `${prefix}_a`];
  return draw.mostly(draw.pick(memory.topicNames), odd, 0.05);
}

const ASSIGNMENTS = [
  [{ partitionIndex: 0, brokerIds: [BROKER] }],
  [
    { partitionIndex: 1, brokerIds: [BROKER] },
    { partitionIndex: 0, brokerIds: [BROKER] },
  ],
  [{ partitionIndex: 1, brokerIds: [BROKER] }],
  [{ partitionIndex: 0, brokerIds: [] }],
  [{ partitionIndex: 0, brokerIds: [BROKER, BROKER] }],
  [{ partitionIndex: 0, brokerIds: [NO_BROKER] }],
  [
    { partitionIndex: 0, brokerIds: [BROKER] },
    { partitionIndex: 0, brokerIds: [BROKER] },
  ],
];

function topicToCreate(draw: Draw, memory: Memory) {
  const assignments = draw.mostly([], ASSIGNMENTS, 0.1);
  const counts = draw.chance(0.8) && assignments.length > 0;
  return {
    name: topicName(draw, memory),
    numPartitions: counts ? -1 : draw.mostly(draw.pick([1, 2, 3, -1]), [0, -2, 2_000_000]),
    replicationFactor: counts ? -1 : draw.mostly(draw.pick([1, -1]), [0, 2, -2, 32_767]),
    assignments,
    configs: draw.chance(0.5) ? [] : drawConfigs(draw),
  };
}

const create = kind({
  api: createTopics,
  weight: 4,
  draw: (draw, memory) => ({
    topics: draw.mostly(
      draw.list(1, 2, () => topicToCreate(draw, memory)),
      [[]],
      0.02,
    ),
    timeoutMs: TIMEOUT_MS,
    validateOnly: draw.chance(0.1),
  }),
});

/** The topics with which a sequence begins. */
export const createFirst = kind({
  api: createTopics,
  weight: 0,
  draw: (draw, memory) => ({
    topics: draw.some(memory.topicNames, 2).map((name) => ({
      name,
      numPartitions: draw.int(1, 3),
      replicationFactor: 1,
      assignments: [],
      configs: draw.chance(0.7) ? [] : drawConfigs(draw, 0),
    })),
    timeoutMs: TIMEOUT_MS,
  }),
});

const remove = kind({
  api: deleteTopics,
  weight: 1,
  draw: (draw, memory) => {
    const topics = draw.list(1, 2, () => memory.drawTopic(draw));
    const byNameOrId = topics.map(({ name, topicId }) => {
      const both = draw.chance(0.05);
      const byName = both || draw.chance(0.5);
      const byId = both || !byName;
      return { name: byName ? name : null, topicId: byId ? topicId : ZERO_UUID };
    });
    const names = topics.map(({ name }) => name);
    return {
      topics: draw.mostly(byNameOrId, [[], [{ name: null, topicId: ZERO_UUID }]], 0.05),
      topicNames: draw.mostly(names, [[]], 0.03),
      timeoutMs: TIMEOUT_MS,
    };
  },
});

const grow = kind({
  api: createPartitions,
  weight: 2,
  draw: (draw, memory) => {
    const topics = draw.list(1, 2, () => memory.drawTopic(draw));
    return {
      topics: topics.map(({ name, partitions }) => ({
        name,
        count: draw.mostly(partitions + 1, [partitions, partitions - 1, 0, -1], 0.4),
        assignments: draw.mostly(
          null,
          [
            [{ brokerIds: [BROKER] }],
            [],
            [{ brokerIds: [] }],
            [{ brokerIds: [NO_BROKER] }],
            [{ brokerIds: [BROKER] }, { brokerIds: [BROKER] }],
            [{ brokerIds: [BROKER, BROKER] }],
          ],
          0.3,
        ),
      })),
      timeoutMs: TIMEOUT_MS,
      validateOnly: draw.chance(0.3),
    };
  },
});

const describe = kind({
  api: metadata,
  weight: 3,
  draw: (draw, memory) => {
    const topics = draw.list(1, 3, () => {
      const { name, topicId } = memory.drawTopic(draw);
      const byId = draw.chance(0.3);
      return { name: byId ? null : name, topicId: byId ? topicId : ZERO_UUID };
    });
    return {
      topics: draw.mostly(topics, [null, []], 0.15),
      allowAutoTopicCreation: draw.chance(0.2),
      includeClusterAuthorizedOperations: draw.chance(0.2),
      includeTopicAuthorizedOperations: draw.chance(0.2),
    };
  },
  learn: (memory, request, response, version) => {
    if (version >= 10) learnTopics(memory, response);
  },
});

const page = kind({
  api: describeTopicPartitions,
  weight: 2,
  draw: (draw, memory) => {
    const topics = draw.list(1, 3, () => ({ name: memory.drawTopic(draw).name }));
    const name = draw.pick(memory.topicNames);
    return {
      topics,
      responsePartitionLimit: draw.mostly(2000, [1, 2, 3, 0, -1], 0.5),
      cursor: draw.mostly(
        null,
        [
          { topicName: name, partitionIndex: draw.int(0, 3) },
          { topicName: name, partitionIndex: -1 },
          { topicName: "", partitionIndex: 0 },
        ],
        0.3,
      ),
    };
  },
});

export const topicKinds = [create, remove, grow, describe, page];
