/** A history of a group that is as it should be, and what is found out when it is not. */
import { describe, expect, test } from "vitest";

import type { MemberEvent, TopicPartition } from "./group-history.ts";
import { GroupHistory } from "./group-history.ts";

const [P, Q] = ["topic-1", "topic-2"] as const;

/** Member `a` owns both partitions, and leaves one of them to `b` a second later. */
function handedOver(): GroupHistory {
  const history = new GroupHistory();
  history.record("a", assigned(P, Q), 0);
  history.record("a", handled(P, 0, 9), 500);
  history.record("a", revoked(Q), 1_000);
  history.record("b", assigned(Q), 1_001);
  history.record("b", handled(Q, 0, 4), 1_500);
  return history;
}

describe("owners", () => {
  test("one at a time is as it should be, even if two of them are read out of order", () => {
    const history = handedOver();
    history.record("b", assigned(P), 2_000);
    history.record("a", revoked(P), 2_010);
    expect(history.doubleOwners()).toEqual([]);
    expect([history.ownedBy("a"), history.ownedBy("b")]).toEqual([[], [P, Q]]);
  });

  test("two for a while are found out", () => {
    const history = handedOver();
    history.record("b", assigned(P), 2_000);
    history.record("a", revoked(P), 3_000);
    expect(history.doubleOwners()).toEqual(["topic-1 was a's and b's for 1000 ms."]);
  });

  test("two in the end are found out", () => {
    const history = handedOver();
    history.record("b", assigned(P), 2_000);
    expect(history.doubleOwners()).toEqual(["topic-1 was a's and b's for Infinity ms."]);
  });

  test("one who is away owns nothing, until it is back and assigned again", () => {
    const history = handedOver();
    history.leaves("a");
    history.record("a", assigned(P), 1_800);
    history.record("b", assigned(P), 2_000);
    expect(history.doubleOwners()).toEqual([]);
    history.returns("a");
    history.record("a", assigned(P), 2_500);
    expect(history.doubleOwners()).toHaveLength(1);
  });
});

describe("records", () => {
  test("all that were handled, each once, are as it should be", () => {
    const history = handedOver();
    expect(history.unhandled({ [P]: 10, [Q]: 5 })).toEqual([]);
    expect(history.handledBy("a")).toEqual({ [P]: 10 });
    const mark = history.length;
    history.record("b", handled(P, 10, 12));
    expect(history.repeats({ [P]: 10, [Q]: 5 }, mark)).toEqual([]);
  });

  test("one that nobody handled is found out, at the end and in between", () => {
    const history = handedOver();
    history.record("a", handled(P, 11, 11));
    expect(history.unhandled({ [P]: 12, [Q]: 6 })).toEqual([
      "topic-1 lacks 1 from offset 10 of 12.",
      "topic-2 lacks 1 from offset 5 of 6.",
    ]);
  });

  test("one that comes again is found out, unless its member is excepted", () => {
    const history = handedOver();
    const mark = history.length;
    history.record("b", handled(P, 9, 9));
    const sentence = "b handled topic-1 from 9, which was done up to 10.";
    expect(history.repeats({ [P]: 10 }, mark)).toEqual([sentence]);
    expect(history.repeats({ [P]: 10 }, mark, "b")).toEqual([]);
    expect(history.repeats({ [P]: 9 }, mark)).toEqual([]);
  });
});

function assigned(...partitions: TopicPartition[]): MemberEvent {
  return { kind: "assigned", partitions };
}

function revoked(...partitions: TopicPartition[]): MemberEvent {
  return { kind: "revoked", partitions };
}

function handled(partition: TopicPartition, first: number, last: number): MemberEvent {
  return { kind: "handled", partition, first, last };
}
