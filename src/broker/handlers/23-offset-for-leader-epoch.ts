/** OffsetForLeaderEpoch: where an epoch ended in the leader's log (KIP-101, KIP-320). */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode, type ErrorName } from "../../protocol/errors.ts";
import { offsetForLeaderEpoch } from "../../protocol/messages/23-offset-for-leader-epoch.ts";
import type { EpochEndResult } from "../../replication/replica-calls.ts";
import { askLeader } from "../ask-leader.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { handler, type RequestContext } from "../handler.ts";

type Partition = RequestOf<typeof offsetForLeaderEpoch>["topics"][number]["partitions"][number];

export const offsetForLeaderEpochHandler = handler({
  api: offsetForLeaderEpoch,

  async handle(request, context) {
    await context.broker.routes.load(
      request.topics.map(({ topic, partitions }) => ({
        name: topic,
        partitions: partitions.map(({ partition }) => partition),
      })),
    );
    const asked = request.topics.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    const ends = await fewAtOnce(
      asked,
      ({ topic, partition }) => lookUp(topic, partition, context),
      context.broker.ports.timers,
    );
    const left = ends.values();
    return {
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => {
          const { error, ...end } = left.next().value!;
          return { partition, errorCode: ErrorCode[error ?? "NONE"], ...end };
        }),
      })),
    };
  },

  refuse: (request, error) => ({
    topics: request.topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode: error })),
    })),
  }),
});

async function lookUp(
  name: string,
  { partition, leaderEpoch, currentLeaderEpoch }: Partition,
  { broker }: RequestContext,
): Promise<EpochEndResult> {
  const located = broker.locateLed({ name }, partition);
  const call = { leaderEpoch, currentLeaderEpoch };
  const answer = await askLeader(broker, located, (leader) => leader.endOffsetForEpoch(call));
  return typeof answer === "string" ? failed(answer) : answer;
}

function failed(error: ErrorName): EpochEndResult {
  return { error, leaderEpoch: -1, endOffset: -1 };
}
