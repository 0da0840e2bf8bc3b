/** ListOffsets: the leader finds an offset by timestamp, or one of the log's special offsets. */
import type { RequestOf } from "../../protocol/api.ts";
import { ErrorCode, type ErrorName } from "../../protocol/errors.ts";
import { listOffsets } from "../../protocol/messages/02-list-offsets.ts";
import type { ListOffsetsResult } from "../../replication/replica-calls.ts";
import { askLeader } from "../ask-leader.ts";
import { handler, type RequestContext } from "../handler.ts";
import { partitionKeyCounts } from "../partition-key-counts.ts";

type Partition = RequestOf<typeof listOffsets>["topics"][number]["partitions"][number];

/** Special timestamps and the first version that knows them. */
const FIRST_VERSION_OF: ReadonlyMap<number, number> = new Map([
  [-3, 7],
  [-4, 8],
  [-5, 9],
  [-6, 11],
]);

export const listOffsetsHandler = handler({
  api: listOffsets,

  async handle(request, context) {
    await context.broker.routes.load(
      request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => partitionIndex),
      })),
    );
    const counts = partitionKeyCounts(request.topics, ({ partitionIndex }) => partitionIndex);
    const readCommitted = request.isolationLevel === 1;
    const topics = request.topics.map(async ({ name, partitions }) => ({
      name,
      partitions: await Promise.all(
        eachOnce(partitions).map(async (partition) => {
          const isRepeated = counts(name, partition.partitionIndex) > 1;
          const result = isRepeated
            ? failed("INVALID_REQUEST")
            : await lookUp(name, partition, { ...context, readCommitted });
          return {
            partitionIndex: partition.partitionIndex,
            ...result,
            errorCode: ErrorCode[result.error ?? "NONE"],
          };
        }),
      ),
    }));
    return { topics: await Promise.all(topics) };
  },

  refuse: (request, error) => ({
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: error })),
    })),
  }),
});

/** A partition that is named twice is answered once. */
function eachOnce(partitions: readonly Partition[]): Partition[] {
  return [...new Map(partitions.map((each) => [each.partitionIndex, each])).values()];
}

async function lookUp(
  name: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: Partition,
  context: RequestContext & { readonly readCommitted: boolean },
): Promise<ListOffsetsResult> {
  const { broker, apiVersion, readCommitted } = context;
  const firstVersion = timestamp < 0 ? (FIRST_VERSION_OF.get(timestamp) ?? 0) : 0;
  if (timestamp < -6 || apiVersion < firstVersion) return failed("UNSUPPORTED_VERSION");
  const located = broker.locateLed({ name }, partitionIndex);
  const call = { timestamp, readCommitted, currentLeaderEpoch };
  const answer = await askLeader(broker, located, (leader) => leader.listOffsets(call));
  return typeof answer === "string" ? failed(answer) : answer;
}

function failed(error: ErrorName): ListOffsetsResult {
  return { error, offset: -1, timestamp: -1, leaderEpoch: -1 };
}
