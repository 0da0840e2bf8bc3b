import { describe, expect, test } from "vitest";

import { produce } from "../../src/protocol/messages/00-produce.ts";
import { fetch } from "../../src/protocol/messages/01-fetch.ts";
import { metadata } from "../../src/protocol/messages/03-metadata.ts";
import { findCoordinator } from "../../src/protocol/messages/10-find-coordinator.ts";
import { describeTopicPartitions } from "../../src/protocol/messages/75-describe-topic-partitions.ts";
import { Reader } from "../../src/protocol/reader.ts";
import { UnsupportedVersion } from "../../src/protocol/unsupported-version.ts";
import { halvesOf, written } from "./all-apis.ts";

describe("a request", () => {
  const wait = { maxWaitMs: 1, minBytes: 1, topics: [] };

  test("that sets a field which the version lacks is refused, by the field's name", () => {
    const forgets = { ...wait, forgottenTopicsData: [{ topic: "spools", partitions: [1] }] };
    expect(() => halvesOf(fetch).request.encode(forgets, 6)).toThrow(UnsupportedVersion);
    expect(() => halvesOf(fetch).request.encode(forgets, 6)).toThrow(
      "FetchRequest.forgottenTopicsData",
    );
    halvesOf(fetch).request.encode(forgets, 7);
  });

  test("may leave such a field at its default, or set it where it is ignorable", () => {
    const { request } = halvesOf(fetch);
    const plain = request.encode(wait, 4);
    expect(request.encode({ ...wait, forgottenTopicsData: [] }, 4)).toEqual(plain);
    expect(request.encode({ ...wait, rackId: "attic", sessionId: 5 }, 4)).toEqual(plain);
    const replicaState = { replicaId: -1, replicaEpoch: -1 };
    expect(request.encode({ ...wait, replicaState }, 4)).toEqual(plain);
    expect(() =>
      request.encode({ ...wait, replicaState: { replicaId: 2, replicaEpoch: 1 } }, 14),
    ).toThrow("FetchRequest.replicaState");
  });

  test("with a null that the version does not know is refused", () => {
    const { request } = halvesOf(metadata);
    expect(() => request.encode({ topics: null }, 0)).toThrow(UnsupportedVersion);
    expect(() => request.encode({ topics: [{ name: null }] }, 9)).toThrow(
      "MetadataRequest.topics.name cannot be said in version 9",
    );
    request.encode({ topics: [{ name: null }] }, 10);
  });
});

describe("a response", () => {
  test("may say all that the broker knows; what the version lacks is left out", () => {
    const { response } = halvesOf(findCoordinator);
    const where = { nodeId: 3, host: "attic", port: 9094, errorCode: 0, errorMessage: null };
    const says = { ...where, coordinators: [{ key: "group", ...where }] };
    expect(response.decode(response.encode(says, 0), 0)).toMatchObject({
      nodeId: 3,
      coordinators: [],
    });
    expect(response.decode(response.encode(says, 4), 4)).toMatchObject({
      nodeId: 0,
      coordinators: [{ key: "group", nodeId: 3 }],
    });
  });

  test("has a current leader only in versions with tagged fields for it", () => {
    const partition = { index: 0, errorCode: 6, baseOffset: -1 };
    const currentLeader = { leaderId: 2, leaderEpoch: 5 };
    const { response } = halvesOf(produce);
    const encode = (version: number, extra: object): Uint8Array =>
      response.encode(
        { responses: [{ name: "spools", partitionResponses: [{ ...partition, ...extra }] }] },
        version,
      );
    expect(encode(9, { currentLeader })).toEqual(encode(9, {}));
    expect(encode(10, { currentLeader }).length).toBe(encode(10, {}).length + 11);
  });

  test("decoded twice gives arrays and structs of its own each time", () => {
    const bytes = halvesOf(produce).response.encode({ responses: [] }, 3);
    const first = produce.decodeResponse(new Reader(bytes), 3);
    first.nodeEndpoints.push({ nodeId: 1, host: "attic", port: 1, rack: null });
    expect(produce.decodeResponse(new Reader(bytes), 3).nodeEndpoints).toEqual([]);
  });
});

describe("tagged fields", () => {
  test("that are unknown are skipped, wherever they stand", () => {
    const { request } = halvesOf(fetch);
    const bytes = request.encode({ maxWaitMs: 1, minBytes: 1, clusterId: "c", topics: [] }, 12);
    // It ends with one tagged field: tag 0, size 2, a string. Two unknown ones go around it.
    const known = bytes.slice(-4);
    expect(bytes.at(-5)).toBe(1);
    const more = [...bytes.slice(0, -5), 3, 9, 1, 0xff, ...known, 0x80, 0x01, 2, 0xff, 0xff];
    expect(request.decode(Uint8Array.from(more), 12)).toMatchObject({ clusterId: "c" });
  });

  test("that come twice count once, the last one, as in Kafka", () => {
    const { request } = halvesOf(fetch);
    const bytes = request.encode({ maxWaitMs: 1, minBytes: 1, clusterId: "c", topics: [] }, 12);
    const twice = [...bytes.slice(0, -5), 2, ...bytes.slice(-4), 0, 2, 2, 0x64];
    expect(request.decode(Uint8Array.from(twice), 12)).toMatchObject({ clusterId: "d" });
  });
});

test("a nullable struct is one byte when it is null", () => {
  const { request } = halvesOf(describeTopicPartitions);
  const without = request.encode({ topics: [], cursor: null }, 0);
  const cursor = { topicName: "spools", partitionIndex: 1 };
  const withCursor = request.encode({ topics: [], cursor }, 0);
  expect(without.slice(5)).toEqual(Uint8Array.of(0xff, 0));
  expect(request.decode(without, 0)).toMatchObject({ cursor: null });
  expect(request.decode(withCursor, 0)).toMatchObject({ cursor });
});

test("a version that an API does not have is our own mistake", () => {
  expect(() => produce.decodeRequest(new Reader(new Uint8Array(99)), 2)).toThrow("no such version");
  expect(() => written((writer) => produce.encodeResponse(writer, 14, { responses: [] }))).toThrow(
    "no such version",
  );
});
