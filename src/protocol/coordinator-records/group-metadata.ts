/** GroupMetadata: a classic group with all its members, once for each generation. */
import { array, bytes, int32, int64, string } from "../schema.ts";
import { recordType } from "./record-type.ts";
import type { RecordOf } from "./record-type.ts";

export const groupMetadata = recordType({
  type: "GroupMetadata",
  id: 2,
  key: { group: string() },
  value: {
    protocolType: string(),
    generation: int32(),
    protocol: string({ nullable: "0+" }),
    leader: string({ nullable: "0+" }),
    currentStateTimestamp: int64({ versions: "2+", default: -1, ignorable: true }),
    members: array({
      memberId: string(),
      groupInstanceId: string({ versions: "3+", nullable: "3+", default: null, ignorable: true }),
      clientId: string(),
      clientHost: string(),
      rebalanceTimeout: int32({ versions: "1+", default: -1, ignorable: true }),
      sessionTimeout: int32(),
      subscription: bytes(),
      assignment: bytes(),
    }),
  },
  versions: "0-4",
  flexible: "4+",
  // As Kafka does, though it reads 4: that has only room for tagged fields, and there are none yet.
  writtenVersion: () => 3,
});

export type GroupMetadataRecord = RecordOf<typeof groupMetadata>;
