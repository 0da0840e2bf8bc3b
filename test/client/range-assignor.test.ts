/** The range assignor, against what Kafka's documentation and its own rules say. */
import { expect, test } from "vitest";

import { assignRanges } from "../../src/client/consumer/range-assignor.ts";

const subscriber = (memberId: string, topics: string[], groupInstanceId: string | null = null) => ({
  memberId,
  topics,
  groupInstanceId,
});

function shares(
  members: readonly ReturnType<typeof subscriber>[],
  counts: Readonly<Record<string, number>>,
): Record<string, string> {
  const assignment = assignRanges(members, new Map(Object.entries(counts)));
  return Object.fromEntries(
    [...assignment].map(([memberId, partitions]) => [
      memberId,
      partitions.map(({ topic, partition }) => `${topic}${partition}`).join(" "),
    ]),
  );
}

test("two topics of three partitions and two members: the first gets two of each", () => {
  const members = [subscriber("c1", ["t", "u"]), subscriber("c0", ["t", "u"])];
  expect(shares(members, { t: 3, u: 3 })).toEqual({ c0: "t0 t1 u0 u1", c1: "t2 u2" });
});

test("a topic is shared by those who subscribe to it alone", () => {
  const members = [subscriber("a", ["t"]), subscriber("b", ["t", "u"]), subscriber("c", ["u"])];
  expect(shares(members, { t: 2, u: 2 })).toEqual({ a: "t0", b: "t1 u0", c: "u1" });
});

test("static members come first, by their instance ids", () => {
  const members = [
    subscriber("a", ["t"]),
    subscriber("z", ["t"], "instance-1"),
    subscriber("y", ["t"], "instance-2"),
  ];
  expect(shares(members, { t: 4 })).toEqual({ z: "t0 t1", y: "t2", a: "t3" });
});

test("with more members than partitions, the last ones get nothing", () => {
  const members = ["a", "b", "c"].map((id) => subscriber(id, ["t"]));
  expect(shares(members, { t: 2 })).toEqual({ a: "t0", b: "t1", c: "" });
});
