/** Requests that name many groups: how many are asked at a time, and how many at all. */
import { expect, test } from "vitest";

import { answerEachGroup } from "../../src/broker/ask-group.ts";
import { fewAtOnce } from "../../src/broker/few-at-once.ts";

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
