/** What counts as the same answer, and what does not: else every run would go well. */
import { describe, expect, test } from "vitest";

import { encodeBatch } from "../../src/protocol/records/encode.ts";
import { NOW, record } from "../conformance/batches.ts";
import { compare } from "./compare.ts";
import { Names } from "./names.ts";
import { normalForm } from "./normal-form.ts";
import { stepsOf } from "./sequence.ts";

const PREFIX = "differential-run-1";

/** A cluster that answers, one time after the other. */
function cluster() {
  const names = new Names();
  return (api: string, response: unknown) => normalForm(api, response, { names, prefix: PREFIX });
}

const topic = (letter: string, topicId: string) => ({ name: `${PREFIX}-${letter}`, topicId });

describe("answers", () => {
  test("are the same where the same ids are in the same places", () => {
    const [kafka, odradek] = [cluster(), cluster()];
    const told = (one: string, other: string) => ({ topics: [topic("a", one), topic("b", other)] });
    expect(kafka("Metadata", told("k1", "k2"))).toEqual(odradek("Metadata", told("o1", "o2")));
    expect(kafka("Metadata", told("k1", "k2"))).toEqual(odradek("Metadata", told("o1", "o2")));
    const [ofKafka, ofOdradek] = [told("k1", "k2"), told("o2", "o1")];
    expect(compare(kafka("Metadata", ofKafka), odradek("Metadata", ofOdradek))).toEqual([
      { path: "topics[0].topicId", kafka: "topic:1", odradek: "topic:2" },
      { path: "topics[1].topicId", kafka: "topic:2", odradek: "topic:1" },
    ]);
  });

  test("say that there is no id in the same way", () => {
    const read = cluster();
    expect(read("Fetch", { sessionId: 0, producerId: -1, memberId: "" })).toEqual({
      sessionId: 0,
      producerId: -1,
      memberId: "",
    });
    expect(read("InitProducerId", { producerId: 0 })).toEqual({ producerId: 7_000_000_000_001 });
  });

  test("are the same in any order, unless the order says something", () => {
    const topics = [topic("a", "k1"), topic("b", "k2")];
    const read = cluster();
    const differences = (api: string) =>
      compare(read(api, { topics }), read(api, { topics: topics.toReversed() })).length;
    expect(differences("Metadata")).toBe(0);
    expect(differences("DescribeTopicPartitions")).toBeGreaterThan(0);
  });

  test("have nothing of other sequences", () => {
    const groups = [`${PREFIX}-x`, "differential-run-11-x", "differential-run-2-x", "another"];
    const listed = { groups: groups.map((groupId) => ({ groupId })) };
    expect(cluster()("ListGroups", listed)).toEqual({
      groups: [{ groupId: "another" }, { groupId: `${PREFIX}-x` }],
    });
  });

  test("differ where a record, a header or an offset does", () => {
    const fetched = (value: string, baseOffset: number) => {
      const records = encodeBatch([record(value)], { baseOffset });
      return { responses: [{ topic: `${PREFIX}-a`, partitions: [{ partition: 0, records }] }] };
    };
    const differing = (value: string, baseOffset: number) =>
      compare(
        cluster()("Fetch", fetched("a", 1)),
        cluster()("Fetch", fetched(value, baseOffset)),
      ).map(({ path }) => path.slice(path.indexOf("batches")));
    expect(differing("a", 1)).toEqual([]);
    expect(differing("b", 1)).toEqual(["batches[0].records[0].value"]);
    expect(differing("a", 2)).toEqual(["batches[0].baseOffset", "batches[0].records[0].offset"]);
  });

  test("have times of the server's clock, which are one time, and times of clients", () => {
    const read = cluster();
    const ofServer = read("Produce", { logAppendTimeMs: NOW + 60_000 });
    expect(ofServer).toEqual(read("Produce", { logAppendTimeMs: NOW + 90_000 }));
    const ofClient = read("ListOffsets", { timestamp: NOW });
    expect(ofClient).not.toEqual(read("ListOffsets", { timestamp: NOW + 1 }));
  });
});

test("a seed makes the same steps each time, and another seed others", () => {
  const seeds = (seed: number, index: number) => stepsOf(seed, index).map((step) => step.seed);
  expect(seeds(7, 42)).toEqual(seeds(7, 42));
  expect(seeds(7, 42)).not.toEqual(seeds(8, 42));
  expect(seeds(7, 42)).not.toEqual(seeds(7, 43));
});
