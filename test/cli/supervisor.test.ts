/** How workerd is kept running, with lives and pauses that take no time. */
import { expect, test } from "vitest";

import { CommandError } from "../../src/cli/command-error.ts";
import { supervise } from "../../src/cli/supervisor.ts";
import type { Workerd, WorkerdEnd } from "../../src/cli/workerd.ts";

const END: WorkerdEnd = { how: "exited with code 7", lastWords: ["last word"] };

test("a workerd that dies at once again and again is given up, after growing pauses", async () => {
  const pauses: number[] = [];
  const readyCalls: number[] = [];
  const result = supervise({
    start: () => life(true),
    ready: (_workerd, restarts) => readyCalls.push(restarts),
    say: () => {},
    explain: () => new CommandError("first start"),
    signal: new AbortController().signal,
    pause: async (milliseconds) => void pauses.push(milliseconds),
  });
  await expect(result).rejects.toThrow("workerd exited with code 7, 13 times in a row. Giving up.");
  expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, ...Array<number>(6).fill(5000)]);
  expect(readyCalls).toEqual(Array.from({ length: 13 }, (_, restarts) => restarts));
});

test("a first start that fails is explained and not repeated", async () => {
  let starts = 0;
  const result = supervise({
    start: () => {
      starts++;
      return life(false);
    },
    ready: () => expect.unreachable(),
    say: () => {},
    explain: (end) => new CommandError(end.lastWords.join()),
    signal: new AbortController().signal,
  });
  await expect(result).rejects.toThrow("last word");
  expect(starts).toBe(1);
});

test("the signal stops workerd, and no death after it is an error", async () => {
  const controller = new AbortController();
  const ended = Promise.withResolvers<WorkerdEnd>();
  await supervise({
    start: () => ({
      pid: 1,
      listening: Promise.resolve(true),
      ended: ended.promise,
      stop: () => ended.resolve(END),
    }),
    ready: () => controller.abort(),
    say: () => expect.unreachable(),
    explain: () => new CommandError("never"),
    signal: controller.signal,
  });
});

/** A workerd that has ended already, after it listened or before. */
function life(listened: boolean): Workerd {
  return {
    pid: 1,
    listening: Promise.resolve(listened),
    ended: Promise.resolve(END),
    stop: () => {},
  };
}
