/** Requests about where logs begin and end. */
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { listOffsets } from "../../../src/protocol/messages/02-list-offsets.ts";
import { deleteRecords } from "../../../src/protocol/messages/21-delete-records.ts";
import { offsetForLeaderEpoch } from "../../../src/protocol/messages/23-offset-for-leader-epoch.ts";
import { describeLogDirs } from "../../../src/protocol/messages/35-describe-log-dirs.ts";
import { kind } from "../kind.ts";
import { drawTimestamp } from "./batches.ts";

const TIMEOUT_MS = 10_000;
const SPECIAL_TIMESTAMPS = [-1, -2, -3, -4, -5, -6];

const find = kind({
  api: listOffsets,
  weight: 6,
  draw: (draw, memory) => ({
    replicaId: draw.mostly(-1, [-2], 0.02),
    isolationLevel: draw.mostly(0, [1], 0.3),
    topics: memory
      .drawPartitions(draw, (partitionIndex) => ({
        partitionIndex,
        currentLeaderEpoch: draw.mostly(-1, [0, 1, -2], 0.1),
        timestamp: draw.chance(0.6)
          ? draw.mostly(draw.pick(SPECIAL_TIMESTAMPS), [-7, -100, 2 ** 53 - 1], 0.05)
          : drawTimestamp(draw),
      }))
      .map(({ topic: { name }, partitions }) => ({
        name,
        partitions: twice(draw.next(), partitions),
      })),
    timeoutMs: TIMEOUT_MS,
  }),
});

/** Now and then with the first one again. */
function twice<Item>(chance: number, items: Item[]): Item[] {
  return chance < 0.03 && items.length > 0 ? [...items, items[0]!] : items;
}

const cut = kind({
  api: deleteRecords,
  weight: 3,
  draw: (draw, memory) => ({
    topics: memory
      .drawPartitions(draw, (partitionIndex, { name }) => ({
        partitionIndex,
        offset: memory.drawOffset(draw, name, partitionIndex),
      }))
      .map(({ topic: { name }, partitions }) => ({ name, partitions })),
    timeoutMs: TIMEOUT_MS,
  }),
  learn: (memory, _request, { topics }) => {
    for (const { name, partitions } of topics) {
      for (const { partitionIndex, lowWatermark, errorCode } of partitions) {
        if (errorCode !== ErrorCode.NONE || !memory.topics.has(name)) continue;
        const log = memory.log(name, partitionIndex);
        log.start = lowWatermark;
        log.end = Math.max(log.end, lowWatermark);
      }
    }
  },
});

const findEpoch = kind({
  api: offsetForLeaderEpoch,
  weight: 2,
  draw: (draw, memory) => ({
    replicaId: draw.mostly(-2, [-1], 0.3),
    topics: memory
      .drawPartitions(draw, (partition) => ({
        partition,
        currentLeaderEpoch: draw.mostly(-1, [0, 1, -2], 0.2),
        leaderEpoch: draw.mostly(0, [1, -1, -2, 5], 0.4),
      }))
      .map(({ topic: { name: topic }, partitions }) => ({ topic, partitions })),
  }),
});

const sizes = kind({
  api: describeLogDirs,
  weight: 2,
  draw: (draw, memory) => {
    const topics = memory
      .drawPartitions(draw, (index) => index)
      .map(({ topic: { name: topic }, partitions }) => ({ topic, partitions }));
    return { topics: draw.mostly(topics, [null], 0.1) };
  },
});

export const logKinds = [find, cut, findEpoch, sizes];
