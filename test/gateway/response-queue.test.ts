/** Answers leave in the order of their requests, whichever is ready first. */
import { describe, expect, test } from "vitest";

import { type ResponsePieces, ResponseQueue } from "../../src/gateway/response-queue.ts";
import { microtasks } from "../broker/turns.ts";

/** A queue whose writes end when the test says so. */
function newQueue() {
  const writes: number[][] = [];
  const ends: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const queue = new ResponseQueue((responses) => {
    writes.push(responses.map(([piece]) => piece![0]!));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    ends.push({ resolve, reject });
    return promise;
  });
  return { queue, writes, ends };
}

const answer = (number: number): ResponsePieces => [Uint8Array.of(number)];

describe("the answers of one connection", () => {
  test("[BRK13] are written in the order of their requests, and together when ready together", async () => {
    const { queue, writes, ends } = newQueue();
    const slots = [0, 1, 2, 3].map(() => queue.reserve());
    slots[2]!.fill(answer(2));
    slots[1]!.fill(answer(1));
    await microtasks();
    expect(writes).toEqual([]);
    slots[0]!.fill(answer(0));
    await microtasks();
    expect(writes).toEqual([[0, 1, 2]]);
    slots[3]!.fill(answer(3));
    await microtasks();
    expect(writes).toEqual([[0, 1, 2]]);
    ends[0]!.resolve();
    await microtasks();
    expect(writes).toEqual([[0, 1, 2], [3]]);
  });

  test("[BRK13] may be missing, where the protocol wants none", async () => {
    const { queue, writes } = newQueue();
    const [first, second, third] = [queue.reserve(), queue.reserve(), queue.reserve()];
    third.fill(answer(2));
    first.fill(null);
    second.fill(null);
    await microtasks();
    expect(writes).toEqual([[2]]);
  });

  test("[BRK13] have all been written when the queue is empty", async () => {
    const { queue, ends } = newQueue();
    await queue.empty();
    let isEmpty = false;
    const slot = queue.reserve();
    void queue.empty().then(() => (isEmpty = true));
    slot.fill(answer(0));
    await microtasks();
    expect(isEmpty).toBe(false);
    ends[0]!.resolve();
    await microtasks();
    expect(isEmpty).toBe(true);
  });

  test.each(["closes", "breaks"])(
    "[BRK13] keep nobody waiting when the connection %s",
    async (how) => {
      const { queue, ends } = newQueue();
      queue.reserve().fill(answer(0));
      await microtasks();
      const empty = queue.empty();
      if (how === "closes") queue.close();
      else ends[0]!.reject(new Error("broken"));
      await empty;
    },
  );

  test("[BRK13] go out in writes of about 1 MB", async () => {
    const { queue, writes, ends } = newQueue();
    const slots = [0, 1, 2].map(() => queue.reserve());
    for (const slot of slots.toReversed()) slot.fill([new Uint8Array(600_000)]);
    await microtasks();
    ends[0]!.resolve();
    await microtasks();
    expect(writes.map(({ length }) => length)).toEqual([2, 1]);
  });
});
