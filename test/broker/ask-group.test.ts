/** Requests that name many groups: how many are asked at a time, and how many at all. */
import { expect, test } from "vitest";

import { answerEachGroup, askGroup } from "../../src/broker/ask-group.ts";
import { fewAtOnce } from "../../src/broker/few-at-once.ts";
import { groupCluster } from "./group-cluster.ts";
import { microtasks, Turns } from "./turns.ts";

const AT_ONCE = 64;
const AT_MOST = 10_000;

test("[BRK30] some groups are asked at the same time, and each result is in its group's place", async () => {
  const waiting: (() => void)[] = [];
  let asked = 0;
  const groups = Array.from({ length: 100 }, (_, index) => index);
  const results = fewAtOnce(groups, async (group) => {
    asked += 1;
    await new Promise<void>((resolve) => waiting.push(resolve));
    return group * 2;
  });
  expect(asked).toBe(AT_ONCE);
  // The last asked answers first; each answer lets one more be asked.
  for (let answered = 1; waiting.length > 0; answered++) {
    waiting.pop()!();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toBe(Math.min(AT_ONCE + answered, 100));
  }
  expect(await results).toEqual(groups.map((group) => group * 2));
  expect(await fewAtOnce([], async () => 1)).toEqual([]);
});

test("[BRK65] calls that need nothing from elsewhere leave others their turn", async () => {
  const turns = new Turns();
  let called = 0;
  const results = fewAtOnce(
    Array.from({ length: 1000 }, (_, index) => index),
    async () => void (called += 1),
    turns,
  );
  const callsByTurn: number[] = [];
  while (called < 1000) {
    await microtasks();
    callsByTurn.push(called);
    turns.next();
  }
  expect(callsByTurn).toEqual([256, 512, 768, 1000]);
  turns.next();
  expect(await results).toHaveLength(1000);
});

test("[BRK29] an id that no actor can be called by names no group", async () => {
  const { broker } = groupCluster();
  const ask = (groupId: string) => askGroup(broker, groupId, async () => ({ error: null }));
  expect(await ask("x".repeat(900))).toEqual({ error: null });
  expect(await ask("x".repeat(901))).toEqual({ error: "INVALID_GROUP_ID" });
  expect(await ask("\u1234".repeat(300))).toEqual({ error: null });
  expect(await ask("\u1234".repeat(301))).toEqual({ error: "INVALID_GROUP_ID" });
});

test("[BRK30] what a request names beyond the limit is refused", async () => {
  const named = Array.from({ length: AT_MOST + 2 }, (_, index) => `group-${index}`);
  let asked = 0;
  const answers = await answerEachGroup<string, string | null>(
    named,
    async () => {
      asked += 1;
      return null;
    },
    (groupId, error) => `${groupId} ${error}`,
  );
  expect(asked).toBe(AT_MOST);
  expect(answers.slice(AT_MOST - 1)).toEqual([
    null,
    "group-10000 INVALID_REQUEST",
    "group-10001 INVALID_REQUEST",
  ]);
});
