/** Produce, and who produces: ids of producers and what partitions know of them. */
import { ErrorCode } from "../../../src/protocol/errors.ts";
import { produce } from "../../../src/protocol/messages/00-produce.ts";
import { initProducerId } from "../../../src/protocol/messages/22-init-producer-id.ts";
import { describeProducers } from "../../../src/protocol/messages/61-describe-producers.ts";
import type { Draw } from "../draw.ts";
import { kind } from "../kind.ts";
import type { Memory } from "../memory.ts";
import { drawBatch } from "./batches.ts";

const TIMEOUT_MS = 10_000;

/** What the batches of a request teach, by partition, until its answer has come. */
const drawn = new WeakMap<object, Map<string, () => void>>();

const send = kind({
  api: produce,
  weight: 16,
  draw: (draw, memory) => drawProduce(draw, memory),
  isUnanswered: ({ acks }) => acks === 0,
  learn: (memory, { topicData }, { responses }) => {
    for (const { name, topicId, partitionResponses } of responses ?? []) {
      const isIt = (each: { name?: string | undefined; topicId?: string | undefined }) =>
        each.name === name || each.topicId === topicId;
      const topic = [...memory.topics.values()].find(isIt);
      const sent = topicData.find(isIt);
      if (topic && sent) learnAppends(memory, topic.name, sent.partitionData, partitionResponses);
    }
  },
});

function learnAppends(
  memory: Memory,
  name: string,
  sent: object,
  answers: readonly { index: number; errorCode: number; baseOffset: number }[],
): void {
  for (const { index, errorCode, baseOffset } of answers) {
    if (errorCode !== ErrorCode.NONE || baseOffset < 0) continue;
    const log = memory.log(name, index);
    log.end = Math.max(log.end, baseOffset + 1);
    drawn.get(sent)?.get(`${name}/${index}`)?.();
  }
}

function drawProduce(draw: Draw, memory: Memory) {
  const acks = draw.mostly(draw.mostly(-1, [1, 0], 0.3), [2], 0.03);
  const chosen = memory.drawPartitions(draw, (index, topic) => ({ index, topic }), 2);
  const topicData = chosen.map(({ topic: { name, topicId }, partitions }) => {
    const taken = new Map<string, () => void>();
    const partitionData = partitions.map(({ index }) => {
      const batch = drawBatch(draw, memory, `${name}/${index}`);
      taken.set(`${name}/${index}`, batch.taken);
      return { index, records: batch.records };
    });
    drawn.set(partitionData, taken);
    return { name, topicId, partitionData };
  });
  return { acks, timeoutMs: TIMEOUT_MS, topicData };
}

const begin = kind({
  api: initProducerId,
  weight: 3,
  draw: (draw, { producers }) => {
    const known = producers.length > 0 ? draw.pick(producers) : null;
    const nobody = { producerId: -1, producerEpoch: -1 };
    const again = { producerId: known?.producerId ?? 0, producerEpoch: known?.epoch ?? 0 };
    return {
      transactionalId: draw.mostly(null, [""], 0.05),
      transactionTimeoutMs: draw.mostly(60_000, [0, -1, 2_147_483_647]),
      ...draw.mostly(
        nobody,
        [
          again,
          { ...again, producerEpoch: -1 },
          { ...again, producerId: -1 },
          { producerId: -2, producerEpoch: -2 },
        ],
        0.15,
      ),
    };
  },
  learn: ({ producers }, _request, { errorCode, producerId, producerEpoch }) => {
    if (errorCode !== ErrorCode.NONE) return;
    producers.push({ producerId, epoch: producerEpoch, next: new Map() });
  },
});

const describe = kind({
  api: describeProducers,
  weight: 2,
  draw: (draw, memory) => ({
    topics: memory
      .drawPartitions(draw, (index) => index)
      .map(({ topic: { name }, partitions }) => ({ name, partitionIndexes: partitions })),
  }),
});

export const produceKinds = [send, begin, describe];
