/**
 * DescribeLogDirs: how large the logs of this broker are. What Kafka keeps in directories is kept
 * in one place for each broker here, which has a name and no bounds that anybody knows.
 */
import { ErrorCode } from "../../protocol/errors.ts";
import { describeLogDirs } from "../../protocol/messages/35-describe-log-dirs.ts";
import { handler } from "../handler.ts";
import { logSizes } from "../log-sizes.ts";

export const describeLogDirsHandler = handler({
  api: describeLogDirs,

  async handle(request, { broker }) {
    const { clusterId, nodeId } = broker.ports;
    const sizes = await logSizes(broker, request.topics && partitionsByTopic(request.topics));
    const topics = sizes.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partition, sizeInBytes }) => ({
        partitionIndex: partition,
        partitionSize: sizeInBytes,
        offsetLag: 0,
        isFutureKey: false,
      })),
    }));
    const logDir = `/${clusterId}/broker-${nodeId}`;
    return {
      errorCode: ErrorCode.NONE,
      results: [{ errorCode: ErrorCode.NONE, logDir, topics }],
    };
  },

  refuse: (_request, error) => ({ errorCode: error, results: [] }),
});

function partitionsByTopic(
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[],
): Map<string, Set<number>> {
  const byTopic = Map.groupBy(topics, ({ topic }) => topic);
  return new Map(
    [...byTopic].map(([name, asked]) => [
      name,
      new Set(asked.flatMap(({ partitions }) => [...partitions])),
    ]),
  );
}
