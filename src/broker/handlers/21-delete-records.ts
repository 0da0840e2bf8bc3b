/**
 * DeleteRecords: the leader moves its log start offset, and says where it is now. The records are
 * gone at once for every reader; their rows are freed in the background.
 */
import { isInternalTopic } from "../../controller/topic-names.ts";
import { ErrorCode } from "../../protocol/errors.ts";
import { deleteRecords } from "../../protocol/messages/21-delete-records.ts";
import type { DeleteRecordsResult } from "../../replication/replica-calls.ts";
import { askLeader } from "../ask-leader.ts";
import type { Broker } from "../broker.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { handler } from "../handler.ts";

const NO_LOW_WATERMARK = -1;

export const deleteRecordsHandler = handler({
  api: deleteRecords,

  async handle({ topics }, { broker }) {
    await broker.routes.load(
      topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => partitionIndex),
      })),
    );
    const asked = topics.flatMap(({ name, partitions }) =>
      partitions.map((partition) => ({ name, ...partition })),
    );
    // A partition that is named twice counts as it is named last.
    const last = new Map(asked.map((each) => [`${each.name}/${each.partitionIndex}`, each]));
    const results = await fewAtOnce([...last.values()], async (each) => ({
      ...each,
      ...(await deleteAtLeader(broker, each)),
    }));
    const byTopic = Map.groupBy(results, ({ name }) => name);
    return {
      topics: [...byTopic].map(([name, partitions]) => ({
        name,
        partitions: partitions.map(({ partitionIndex, lowWatermark, error }) => ({
          partitionIndex,
          lowWatermark,
          errorCode: ErrorCode[error ?? "NONE"],
        })),
      })),
    };
  },

  refuse: (request, error) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        lowWatermark: NO_LOW_WATERMARK,
        errorCode: error,
      })),
    })),
  }),
});

interface Deletion {
  readonly name: string;
  readonly partitionIndex: number;
  readonly offset: number;
}

async function deleteAtLeader(
  broker: Broker,
  { name, partitionIndex, offset }: Deletion,
): Promise<DeleteRecordsResult> {
  const isThere = typeof broker.locate({ name }, partitionIndex) !== "string";
  if (isThere && isInternalTopic(name)) {
    return { error: "INVALID_TOPIC_EXCEPTION", lowWatermark: NO_LOW_WATERMARK };
  }
  const located = broker.locateLed({ name }, partitionIndex);
  const answer = await askLeader(broker, located, (leader) => leader.deleteRecords(offset));
  if (typeof answer === "string") return { error: answer, lowWatermark: NO_LOW_WATERMARK };
  // Who reads here next may be faster than the leader's word to those who watch.
  if (typeof located !== "string" && answer.error === null) {
    const { topicId } = located.topic;
    broker.tails.get(topicId, partitionIndex)?.startsAt(answer.lowWatermark);
    broker.readAhead.drop(topicId, partitionIndex);
  }
  return answer;
}
