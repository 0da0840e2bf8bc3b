/** The log directories of brokers: what lies in them and how much of it there is. */
import { describeLogDirs as describeLogDirsApi } from "../../protocol/messages/35-describe-log-dirs.ts";
import type { DescribeLogDirsResponse } from "../../protocol/messages/35-describe-log-dirs.ts";
import type { Cluster } from "../cluster.ts";
import { throwErrorOf } from "../kafka-error.ts";

/** A broker and its log directories. */
export interface BrokerLogDirs {
  readonly broker: number;
  readonly logDirs: DescribeLogDirsResponse["results"];
}

/** The log directories of each of these brokers. */
export function describeLogDirs(
  cluster: Cluster,
  brokers: readonly number[],
): Promise<BrokerLogDirs[]> {
  return cluster.retry("Describing the log directories", () =>
    Promise.all(
      brokers.map(async (broker) => {
        const connection = await cluster.broker(broker);
        const response = await connection.call(describeLogDirsApi, { topics: null });
        throwErrorOf(response.errorCode);
        return { broker, logDirs: response.results };
      }),
    ),
  );
}
