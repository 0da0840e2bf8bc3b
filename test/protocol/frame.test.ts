import { describe, expect, test } from "vitest";

import { MalformedFrame } from "../../src/base/malformed-frame.ts";
import {
  decodeRequestHeader,
  decodeRequestPrefix,
  decodeResponseFrame,
  encodeRequestFrame,
  encodeResponseFrame,
} from "../../src/protocol/frame.ts";
import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import {
  apiVersions,
  CLIENT_SOFTWARE_PATTERN,
} from "../../src/protocol/messages/18-api-versions.ts";
import { allApis, joined, versionsOf } from "./all-apis.ts";

describe("requests", () => {
  test("the header of an inflexible version ends with the client id", () => {
    const header = { apiVersion: 2, correlationId: 7, clientId: "kcat" };
    expect(hexOf(encodeRequestFrame(apiVersions, header, {}))).toBe(
      "0000000e" + "0012" + "0002" + "00000007" + "00046b636174",
    );
  });

  test("a flexible header has tagged fields, and two bytes for the length of the client id", () => {
    const header = { apiVersion: 3, correlationId: 7, clientId: "kcat" };
    const request = { clientSoftwareName: "a", clientSoftwareVersion: "1" };
    expect(hexOf(encodeRequestFrame(apiVersions, header, request))).toBe(
      "00000014" + "0012" + "0003" + "00000007" + "00046b636174" + "00" + "0261" + "0231" + "00",
    );
  });

  test.for(["ffff", "0000"])(
    "a flexible header with the client id %s still has tagged fields",
    (id) => {
      const frame = bytesOf(
        "0012" + "0003" + "00000007" + id + "01050200ff" + "0261" + "0231" + "00",
      );
      const { header, reader } = decodeRequestHeader(frame, apiVersions);
      expect(header.clientId).toBe(id === "ffff" ? null : "");
      expect(apiVersions.decodeRequest(reader, 3).clientSoftwareName).toBe("a");
    },
  );

  test("the first eight bytes are enough to refuse a version that nobody knows", () => {
    const frame = bytesOf("0012" + "7fff" + "00000007");
    expect(decodeRequestPrefix(frame)).toEqual({
      apiKey: 18,
      apiVersion: 0x7fff,
      correlationId: 7,
    });
    expect(() => decodeRequestPrefix(frame.subarray(0, 7))).toThrow(MalformedFrame);
  });
});

describe("responses", () => {
  test("the header of an ApiVersions response has no tagged fields in any version", () => {
    for (const version of versionsOf(apiVersions)) {
      expect(apiVersions.responseHeaderVersion(version)).toBe(0);
      const header = { apiVersion: version, correlationId: 7 };
      const response = { errorCode: 35, apiKeys: [] };
      expect(hexOf(encodeResponseFrame(apiVersions, header, response))).toMatch(
        /^0000.{4}00000007002300?/,
      );
    }
  });

  test("the header of every other flexible response has tagged fields", () => {
    for (const { api } of allApis) {
      if (api.key === apiVersions.key) continue;
      for (const version of versionsOf(api)) {
        const isFlexible = version >= api.flexible.min;
        expect(api.responseHeaderVersion(version)).toBe(isFlexible ? 1 : 0);
        expect(api.requestHeaderVersion(version)).toBe(isFlexible ? 2 : 1);
      }
    }
  });

  test("a response says the same after it was read", () => {
    const response = {
      responses: [
        {
          name: "spools",
          partitionResponses: [{ index: 2, errorCode: 0, baseOffset: 41, logStartOffset: 1 }],
        },
      ],
    };
    for (const version of versionsOf(produce)) {
      const frame = joined(
        encodeResponseFrame(produce, { apiVersion: version, correlationId: 9 }, response),
      );
      expect(new DataView(frame.buffer).getInt32(0)).toBe(frame.length - 4);
      const decoded = decodeResponseFrame(produce, version, frame.subarray(4));
      expect(decoded.correlationId).toBe(9);
      expect(decoded.response.responses[0]?.partitionResponses[0]).toMatchObject({
        index: 2,
        baseOffset: 41,
        logStartOffset: version < 5 ? -1 : 1,
        recordErrors: [],
        currentLeader: { leaderId: -1, leaderEpoch: -1 },
      });
    }
  });

  test("large records go out as they are, between a small head and a small tail", () => {
    const records = new Uint8Array(100_000).fill(7);
    const partition = {
      partitionIndex: 0,
      errorCode: 0,
      highWatermark: 5,
      abortedTransactions: null,
    };
    const response = { responses: [{ topic: "spools", partitions: [{ ...partition, records }] }] };
    const pieces = encodeResponseFrame(fetch, { apiVersion: 12, correlationId: 1 }, response);
    expect(pieces).toHaveLength(3);
    expect(pieces[1]).toBe(records);
    const frame = joined(pieces);
    expect(new DataView(frame.buffer).getInt32(0)).toBe(frame.length - 4);
    const decoded = decodeResponseFrame(fetch, 12, frame.subarray(4));
    expect(decoded.response.responses[0]?.partitions[0]?.records).toEqual(records);
  });
});

describe("ApiVersions", () => {
  test.for([
    ["librdkafka", true],
    ["apache-kafka-java", true],
    ["4.3.1", true],
    ["a", true],
    ["", false],
    ["-a", false],
    ["a.", false],
    ["a b", false],
    ["a\n", false],
  ] as const)("a client may call itself %j: %s", ([name, allowed]) => {
    expect(CLIENT_SOFTWARE_PATTERN.test(name)).toBe(allowed);
  });

  test("Produce is advertised from 0 on, and InitProducerId without its unstable version", () => {
    const ranges = new Map(allApis.map(({ api }) => [api.name, api]));
    expect(ranges.get("Produce")?.advertisedVersions).toEqual({ min: 0, max: 13 });
    expect(ranges.get("Produce")?.servedVersions).toEqual({ min: 3, max: 13 });
    expect(ranges.get("InitProducerId")?.advertisedVersions).toEqual({ min: 0, max: 5 });
  });
});

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, "hex"));
}

function hexOf(pieces: readonly Uint8Array[]): string {
  return Buffer.from(joined(pieces)).toString("hex");
}
