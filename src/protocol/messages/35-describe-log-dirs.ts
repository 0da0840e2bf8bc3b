/**
 * DescribeLogDirs: the log directories of a broker, and how large the logs in them are (KIP-113).
 */
import { api } from "../api.ts";
import type { RequestOf, ResponseInput, ResponseOf } from "../api.ts";
import { array, bool, int16, int32, int64, string } from "../schema.ts";

export const describeLogDirs = api({
  key: 35,
  name: "DescribeLogDirs",
  versions: "1-5",
  flexible: "2+",
  request: {
    // Null asks for all of them.
    topics: array({ topic: string(), partitions: array(int32()) }, { nullable: "0+" }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16({ versions: "3+" }),
    results: array({
      errorCode: int16(),
      logDir: string(),
      topics: array({
        name: string(),
        partitions: array({
          partitionIndex: int32(),
          partitionSize: int64(),
          offsetLag: int64(),
          // A replica that is being moved here, and does not serve yet.
          isFutureKey: bool(),
        }),
      }),
      totalBytes: int64({ versions: "4+", default: -1 }),
      usableBytes: int64({ versions: "4+", default: -1 }),
      isCordoned: bool({ versions: "5+", default: false }),
    }),
  },
});

export type DescribeLogDirsRequest = RequestOf<typeof describeLogDirs>;
export type DescribeLogDirsResponse = ResponseOf<typeof describeLogDirs>;
export type DescribeLogDirsResponseInput = ResponseInput<typeof describeLogDirs>;
