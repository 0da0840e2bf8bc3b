import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import {
  decodeCoordinatorRecord,
  encodeCoordinatorRecord,
} from "../../src/protocol/coordinator-records.ts";
import type { CoordinatorRecord } from "../../src/protocol/coordinator-records.ts";
import * as consumerGroup from "../../src/protocol/coordinator-records/consumer-group.ts";
import { groupMetadata } from "../../src/protocol/coordinator-records/group-metadata.ts";
import type { GroupMetadataRecord } from "../../src/protocol/coordinator-records/group-metadata.ts";
import {
  legacyOffsetCommit,
  offsetCommit,
} from "../../src/protocol/coordinator-records/offset-commit.ts";
import type { RecordType } from "../../src/protocol/coordinator-records/record-type.ts";
import type { Message } from "./all-apis.ts";
import { describeFields, describeKafkaFields, range } from "./field-descriptions.ts";
import { fromKafkaJson, readGolden, withDefaults } from "./golden-file.ts";
import type { GoldenMessage } from "./golden-file.ts";
import { kafkaMessages, kafkaMessagesMissing } from "./kafka-message-json.ts";

/** A record that Kafka's coordinator made, with Kafka's JSON for it. */
interface WrittenRecord {
  /** As Kafka's enumeration has it: `OFFSET_COMMIT`. */
  readonly type: string;
  readonly key: Message;
  readonly value: Message | null;
  readonly bytes: { readonly key: string; readonly value: string | null };
}

type Golden = Record<string, { readonly key: GoldenMessage[]; readonly value: GoldenMessage[] }>;

const types: readonly (RecordType & { readonly kafkaName: string })[] = [
  { ...legacyOffsetCommit, kafkaName: "LegacyOffsetCommit" },
  ...[offsetCommit, groupMetadata, ...Object.values(consumerGroup)].map((each) => ({
    ...each,
    kafkaName: each.type,
  })),
];
const golden = JSON.parse(readGolden("coordinator-records.json")) as Golden;
const written = JSON.parse(readGolden("written-records.json")) as WrittenRecord[];
const missing = kafkaMessagesMissing();

for (const type of types) {
  const { key: keys, value: values } = golden[type.kafkaName]!;
  const someKey = fromHex(Object.values(keys[0]!.bytes)[0]!);
  const versions = [0, 1, 2, 3, 4].filter((version) => version <= type.versions.max);

  describe(`${type.kafkaName} of __consumer_offsets`, () => {
    test("is what Kafka's JSON says, field by field", ({ skip }) => {
      if (missing !== null) return skip(missing);
      const messages = kafkaMessages("kafka-group-coordinator");
      const [key, value] = ["Key", "Value"].map((half) => messages.get(type.kafkaName + half)!);
      expect([key!.apiKey, value!.apiKey]).toEqual([type.id, type.id]);
      expect(range(value!.validVersions)).toEqual(type.versions);
      expect(range(value!.flexibleVersions)).toEqual(type.flexible);
      expect(describeFields(type.key, [0])).toEqual(describeKafkaFields(key!.fields, key!, [0]));
      const ours = describeFields(type.value, versions).filter(
        (field) => field.versions.length > 0,
      );
      expect(ours).toEqual(describeKafkaFields(value!.fields, value!, versions));
    });

    test.for(keys)("has keys that are read and written as Kafka does: %#", ({ message, bytes }) => {
      const key = fromKafkaJson(type.key, message);
      const record = decodeCoordinatorRecord(fromHex(bytes["0"]!), null);
      expect(record).toEqual({ type: type.type, key, value: null });
      expect(toHex(type.encodeKey(key))).toBe(bytes["0"]);
    });

    test("has golden values in every version", () => {
      const inGolden = values.flatMap(({ bytes }) => Object.keys(bytes).map(Number));
      expect(new Set(inGolden)).toEqual(new Set(versions));
    });

    test.for(values)("has values that are read as Kafka reads them: %#", ({ message, bytes }) => {
      const value = withDefaults(type.value, fromKafkaJson(type.value, message));
      for (const hex of Object.values(bytes)) {
        expect(decodeCoordinatorRecord(someKey, fromHex(hex))?.value).toEqual(value);
      }
    });

    const newest = values.filter(({ bytes }) => `${writtenVersion(type)}` in bytes);
    test.for(newest)("has values that are written as Kafka writes them: %#", (each) => {
      const value = withDefaults(type.value, fromKafkaJson(type.value, each.message));
      expect(toHex(type.encodeValue(value))).toBe(each.bytes[writtenVersion(type)]);
    });

    test("is malformed when it is cut off, wherever that is", () => {
      for (let length = 0; length < someKey.length; length++) {
        const cut = someKey.subarray(0, length);
        expect(() => decodeCoordinatorRecord(cut, null)).toThrow(MalformedFrame);
      }
      for (const hex of values.flatMap(({ bytes }) => Object.values(bytes))) {
        const value = fromHex(hex);
        for (let length = 0; length < value.length; length++) {
          const cut = value.subarray(0, length);
          expect(() => decodeCoordinatorRecord(someKey, cut)).toThrow(MalformedFrame);
        }
      }
    });

    test("is malformed or another record when a byte is flipped, whichever it is", () => {
      for (const hex of values.flatMap(({ bytes }) => Object.values(bytes))) {
        const value = fromHex(hex);
        expect(outcome(someKey, value)).toBe("decoded");
        for (let position = 0; position < value.length; position++) {
          for (const flip of [0x80, 0x01, 0xff]) {
            const flipped = value.slice();
            flipped[position]! ^= flip;
            expect(outcome(someKey, flipped)).toMatch(/^(malformed|decoded)$/);
          }
        }
      }
    });

    test("has no version but these", () => {
      for (const version of [-1, type.versions.max + 1, 0x7fff]) {
        const value = fromHex(Object.values(values[0]!.bytes)[0]!);
        value.set([(version >> 8) & 0xff, version & 0xff]);
        expect(() => decodeCoordinatorRecord(someKey, value)).toThrow(
          `${type.type}Value has no version ${version}`,
        );
      }
    });
  });
}

describe("a record of __consumer_offsets", () => {
  test("is there of every type that is written, and as a tombstone", () => {
    const names = new Set(types.filter(({ id }) => id > 0).map(({ type }) => type));
    expect(new Set(written.map(nameOf))).toEqual(names);
    const tombstones = written.filter(({ value }) => value === null);
    expect(new Set(tombstones.map(nameOf))).toEqual(names);
  });

  test.for(written)("is read and written as Kafka's coordinator writes it: $type %#", (each) => {
    const type = types.findLast((type) => type.type === nameOf(each))!;
    const record = {
      type: type.type,
      key: each.key,
      value: each.value && withDefaults(type.value, fromKafkaJson(type.value, each.value)),
    } as CoordinatorRecord;
    const { key, value } = each.bytes;
    const decoded = decodeCoordinatorRecord(fromHex(key), value === null ? null : fromHex(value));
    expect(decoded).toEqual(record);
    const encoded = encodeCoordinatorRecord(record);
    expect(toHex(encoded.key)).toBe(key);
    expect(encoded.value && toHex(encoded.value)).toBe(value);
  });

  test("of another type is passed over", () => {
    // 4 was replaced (KIP-1101); 9 never was; the others belong to share and streams groups.
    for (const id of [4, 9, 10, 11, 12, 13, 14, 15, 17, 23, 24, -1, 0x7fff]) {
      const key = new Uint8Array([(id >> 8) & 0xff, id & 0xff]);
      expect(decodeCoordinatorRecord(key, null)).toBe(null);
      expect(decodeCoordinatorRecord(key, new Uint8Array([1]))).toBe(null);
    }
  });

  test("is encoded into bytes of its own, and decoded out of them", () => {
    const record = groupOf(new Uint8Array(9000).fill(1), new Uint8Array([2, 3]));
    const { key, value } = encodeCoordinatorRecord(record);
    expect(key.buffer.byteLength).toBe(key.length);
    expect(value!.buffer.byteLength).toBe(value!.length);

    const batch = new Uint8Array(50_000);
    batch.set(key, 100);
    batch.set(value!, 1000);
    const decoded = decodeCoordinatorRecord(
      batch.subarray(100, 100 + key.length),
      batch.subarray(1000, 1000 + value!.length),
    );
    batch.fill(0xff);
    expect(decoded).toEqual(record);
    const { subscription } = (decoded as GroupMetadataRecord).value!.members[0]!;
    expect(subscription.buffer.byteLength).toBe(value!.length);
  });

  test("with a string that the protocol has no room for cannot be encoded", () => {
    const record = groupOf(new Uint8Array(), new Uint8Array());
    const group = "\u{fffd}".repeat(11_000);
    expect(() => encodeCoordinatorRecord({ ...record, key: { group } })).toThrow(MalformedFrame);
  });
});

/** The version that Kafka writes of most values; of offsets that expire it is another. */
function writtenVersion({ type, id }: RecordType): number {
  if (type === "GroupMetadata") return 3;
  return id === offsetCommit.id ? 4 : 0;
}

/** Anything thrown but MalformedFrame fails the test. */
function outcome(key: Uint8Array, value: Uint8Array): "malformed" | "decoded" {
  try {
    expect(decodeCoordinatorRecord(key, value)).not.toBe(null);
    return "decoded";
  } catch (error) {
    if (error instanceof MalformedFrame) return "malformed";
    throw error;
  }
}

function groupOf(subscription: Uint8Array, assignment: Uint8Array): GroupMetadataRecord {
  const member = {
    memberId: "member",
    groupInstanceId: null,
    clientId: "client",
    clientHost: "/127.0.0.1",
    rebalanceTimeout: 300_000,
    sessionTimeout: 45_000,
    subscription,
    assignment,
  };
  const value = {
    protocolType: "consumer",
    generation: 1,
    protocol: "range",
    leader: "member",
    currentStateTimestamp: 5,
    members: [member],
  };
  return { type: "GroupMetadata", key: { group: "group" }, value };
}

/** `OffsetCommit` from `OFFSET_COMMIT`. */
function nameOf({ type }: WrittenRecord): string {
  return type
    .toLowerCase()
    .replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
