/** What is listed is called for until it is confirmed, whatever is listed meanwhile. */
import { expect, test } from "vitest";

import { WorkList } from "../../src/actors/work-list.ts";

/** A list in the order of its names. */
function listOf(call: (name: string) => Promise<void>, ...names: string[]) {
  const listed = new Set(names);
  const page = (limit: number, after = "") => {
    const inOrder = [...listed].toSorted((a, b) => (a < b ? -1 : 1));
    return inOrder.filter((name) => name > after).slice(0, limit);
  };
  const list = new WorkList<string>(page, call, (name) => void listed.delete(name));
  return { listed, list };
}

test("calls for what is listed while it runs, be it before what was called for already", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const called: string[] = [];
  const { listed, list } = listOf(async (name) => {
    called.push(name);
    await promise;
  }, "m");
  const running = list.run();
  listed.add("a").add("z");
  await list.run();
  resolve();
  await running;
  expect(called).toEqual(["m", "z", "a"]);
  expect([...listed, list.isEmpty]).toEqual([true]);
});

test("leaves what fails for the next time", async () => {
  let isReachable = false;
  const { listed, list } = listOf(
    async (name) => {
      if (name === "b" && !isReachable) throw new Error("out of reach");
    },
    "a",
    "b",
    "c",
  );
  await list.run();
  expect([...listed]).toEqual(["b"]);
  isReachable = true;
  await list.run();
  expect(list.isEmpty).toBe(true);
});
