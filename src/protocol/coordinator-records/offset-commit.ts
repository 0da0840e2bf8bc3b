/** OffsetCommit: how far a group has consumed a partition. */
import { int32, int64, string, uuid } from "../schema.ts";
import { recordType } from "./record-type.ts";
import type { RecordOf } from "./record-type.ts";

const key = { group: string(), topic: string(), partition: int32() };

/** The offset lives as long as its group, and then for as long as the broker is configured to. */
const NO_EXPIRY = -1;

const value = {
  offset: int64(),
  leaderEpoch: int32({ versions: "3+", default: -1, ignorable: true }),
  metadata: string(),
  commitTimestamp: int64(),
  expireTimestamp: int64({ versions: "1", default: NO_EXPIRY, ignorable: true }),
  topicId: uuid({ versions: "4+", tag: 0, ignorable: true }),
};

export const offsetCommit = recordType({
  type: "OffsetCommit",
  id: 1,
  key,
  value,
  versions: "0-4",
  flexible: "4+",
  // Only version 1 can say when it expires, for clients that still ask for that.
  writtenVersion: ({ expireTimestamp }) => (expireTimestamp === NO_EXPIRY ? 4 : 1),
});

/** As the first Kafka that kept offsets wrote them. Its value is version 0 of the one above. */
export const legacyOffsetCommit = recordType({ type: "OffsetCommit", id: 0, key, value });

export type OffsetCommitRecord = RecordOf<typeof offsetCommit>;
