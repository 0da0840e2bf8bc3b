import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import {
  consumerProtocolAssignment,
  consumerProtocolSubscription,
  consumerProtocolVersion,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../../src/protocol/consumer-protocol.ts";
import type { Fields } from "../../src/protocol/schema.ts";
import { versionRange } from "../../src/protocol/versions.ts";
import type { Message } from "./all-apis.ts";
import { joined } from "./all-apis.ts";
import { describeFields, describeKafkaFields, range } from "./field-descriptions.ts";
import { fromKafkaJson, readGolden, withDefaults } from "./golden-file.ts";
import type { GoldenMessage } from "./golden-file.ts";
import { kafkaMessages, kafkaMessagesMissing } from "./kafka-message-json.ts";

/** One of the two messages, seen alike. */
interface Part {
  readonly name: "subscription" | "assignment";
  readonly kafkaName: string;
  readonly fields: Fields;
  decode(bytes: Uint8Array): unknown;
  encode(message: Message, version?: number): Uint8Array;
}

const parts: readonly Part[] = [
  {
    name: "subscription",
    kafkaName: "ConsumerProtocolSubscription",
    fields: consumerProtocolSubscription,
    decode: decodeSubscription,
    encode: (message, version) => encodeSubscription(message as never, version),
  },
  {
    name: "assignment",
    kafkaName: "ConsumerProtocolAssignment",
    fields: consumerProtocolAssignment,
    decode: decodeAssignment,
    encode: (message, version) => encodeAssignment(message as never, version),
  },
];
const golden = JSON.parse(readGolden("consumer-protocol.json")) as Record<string, GoldenMessage[]>;
const VERSIONS = [0, 1, 2, 3];
const NEWEST = 3;
const missing = kafkaMessagesMissing();

for (const { name, kafkaName, fields, decode, encode } of parts) {
  const cases = golden[name]!.flatMap(({ message, bytes }) => {
    const given = fromKafkaJson(fields, message);
    return Object.entries(bytes).map(([version, hex]) => ({
      version: Number(version),
      given,
      decoded: withDefaults(fields, given),
      bytes: new Uint8Array(Buffer.from(hex, "hex")),
    }));
  });

  describe(`a consumer's ${name}`, () => {
    test("is what Kafka's message JSON says, field by field", ({ skip }) => {
      if (missing !== null) return skip(missing);
      const kafka = kafkaMessages().get(kafkaName)!;
      expect(range(kafka.validVersions)).toEqual(versionRange("0-3"));
      expect(range(kafka.flexibleVersions)).toEqual(range("none"));
      expect(describeFields(fields, VERSIONS)).toEqual(
        describeKafkaFields(kafka.fields, kafka, VERSIONS),
      );
    });

    test("has golden bytes in every version", () => {
      expect(new Set(cases.map(({ version }) => version))).toEqual(new Set(VERSIONS));
    });

    test.for(cases)("is read and written as Kafka does, in version $version", (each) => {
      expect(decode(each.bytes)).toEqual(each.decoded);
      expect(consumerProtocolVersion(each.bytes)).toBe(each.version);
      expect(encode(each.given, each.version)).toEqual(each.bytes);
      expect(encode(each.decoded as Message, each.version)).toEqual(each.bytes);
    });

    test("of a version that is yet to come is read as far as the newest goes", () => {
      const newest = cases.findLast(({ version }) => version === NEWEST)!;
      for (const version of [4, 0x7fff]) {
        const later = joined([newest.bytes, new Uint8Array([1, 2, 3])]);
        later.set([version >> 8, version & 0xff]);
        expect(decode(later)).toEqual(newest.decoded);
        expect(consumerProtocolVersion(later)).toBe(version);
        expect(encode(newest.given, version)).toEqual(newest.bytes);
      }
      expect(encode(newest.given)).toEqual(newest.bytes);
    });

    test("of a version below zero is malformed", () => {
      const negative = cases[0]!.bytes.slice();
      negative[0] = 0x80;
      expect(() => decode(negative)).toThrow(MalformedFrame);
      expect(() => consumerProtocolVersion(negative)).toThrow(MalformedFrame);
    });

    test("is malformed when it is cut off, wherever that is", () => {
      for (const { bytes } of cases) {
        for (let length = 0; length < bytes.length; length++) {
          expect(() => decode(bytes.subarray(0, length))).toThrow(MalformedFrame);
        }
      }
    });

    test("is written into bytes of their own, however large it is", () => {
      const large = { ...cases.at(-1)!.decoded, userData: new Uint8Array(9000).fill(7) };
      const bytes = encode(large);
      expect(bytes.buffer.byteLength).toBe(bytes.length);
      expect(decode(bytes)).toEqual(large);
    });
  });
}
