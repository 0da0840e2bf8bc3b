/** Pushes to one gateway, whose answers a test gives by hand. */
import { describe, expect, test } from "vitest";

import type { TailPush } from "../../src/replication/replica-calls.ts";
import { MAX_PUSH_BYTES, TailPusher } from "../../src/replication/tail-pusher.ts";
import { microtasks } from "../broker/turns.ts";

function newPusher() {
  const sent: TailPush[] = [];
  const answers: { take: (isWanted: boolean) => void; break: () => void }[] = [];
  const seen = { refusals: 0 };
  const pusher = new TailPusher(
    (push) => {
      sent.push(push);
      return new Promise((resolve, reject) => {
        answers.push({ take: resolve, break: () => reject(new Error("broken")) });
      });
    },
    () => (seen.refusals += 1),
  );
  return { pusher, sent, answers, seen };
}

function push(baseOffset: number, nextOffset: number, size = 4): TailPush {
  return {
    topicId: "t",
    partition: 0,
    leaderEpoch: 0,
    logStartOffset: 0,
    highWatermark: nextOffset,
    lastStableOffset: nextOffset,
    baseOffset,
    nextOffset,
    sizeInBytes: size,
    bytes: new Uint8Array(size).fill(baseOffset),
  };
}

const range = ({ baseOffset, nextOffset }: TailPush) => [baseOffset, nextOffset];

describe("pushes to one gateway", () => {
  test("[REP5] gather into one while another is under way", async () => {
    const { pusher, sent, answers } = newPusher();
    for (const next of [push(0, 1), push(1, 2), push(2, 4)]) pusher.push(next);
    expect(sent.map(range)).toEqual([[0, 1]]);
    answers[0]!.take(true);
    await microtasks();
    expect(sent.map(range)).toEqual([
      [0, 1],
      [1, 4],
    ]);
    expect(sent[1]).toMatchObject({ highWatermark: 4, sizeInBytes: 8 });
    expect([...sent[1]!.bytes!]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  test("[REP5] bring no bytes when together they are too many", async () => {
    const { pusher, sent, answers } = newPusher();
    for (const next of [push(0, 1), push(1, 2, MAX_PUSH_BYTES), push(2, 3)]) pusher.push(next);
    answers[0]!.take(true);
    await microtasks();
    expect(sent[1]).toMatchObject({ bytes: null, sizeInBytes: MAX_PUSH_BYTES + 4 });
  });

  test("[REP9] keep their bytes when one that brings nothing gathers with them", async () => {
    const { pusher, sent, answers } = newPusher();
    const nothing = { ...push(2, 2, 0), logStartOffset: 1 };
    for (const next of [push(0, 1), push(1, 2), nothing, push(2, 3)]) pusher.push(next);
    answers[0]!.take(true);
    await microtasks();
    expect(range(sent[1]!)).toEqual([1, 3]);
    expect([...sent[1]!.bytes!]).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
  });

  test("[REP6] end with a refusal, and what waited behind it is dropped", async () => {
    const { pusher, sent, answers, seen } = newPusher();
    pusher.push(push(0, 1));
    pusher.push(push(1, 2));
    answers[0]!.take(false);
    await microtasks();
    expect([sent.length, seen.refusals]).toEqual([1, 1]);
  });

  test("[REP6] go on after a refusal of a push from before the gateway asked again", async () => {
    const { pusher, sent, answers, seen } = newPusher();
    pusher.push(push(0, 1));
    pusher.renew();
    pusher.push(push(1, 2));
    answers[0]!.take(false);
    await microtasks();
    expect([sent.length, seen.refusals]).toEqual([2, 0]);
    answers[1]!.take(false);
    await microtasks();
    expect(seen.refusals).toBe(1);
  });

  test("[REP7] are made once more when they break", async () => {
    const { pusher, sent, answers, seen } = newPusher();
    pusher.push(push(0, 1));
    pusher.push(push(1, 2));
    answers[0]!.break();
    await microtasks();
    answers[1]!.take(true);
    await microtasks();
    answers[2]!.break();
    await microtasks();
    expect(sent.map(range)).toEqual([
      [0, 1],
      [0, 1],
      [1, 2],
      [1, 2],
    ]);
    expect(seen.refusals).toBe(0);
  });

  test("[REP7] end when they break twice", async () => {
    const { pusher, sent, answers, seen } = newPusher();
    pusher.push(push(0, 1));
    answers[0]!.break();
    await microtasks();
    answers[1]!.break();
    await microtasks();
    expect([sent.length, seen.refusals]).toEqual([2, 1]);
  });
});
