/** The queue of a gateway's appends to one replica, with the replica's answers given by hand. */
import { describe, expect, test } from "vitest";

import { AppendQueue } from "../../src/broker/append-queue.ts";
import type { AppendResult } from "../../src/log/append.ts";
import type { Answer, AppendCall } from "../../src/replication/replica-calls.ts";
import { microtasks, Turns } from "./turns.ts";

interface Call {
  readonly call: AppendCall;
  readonly answer: (answer: Answer<readonly AppendResult[]>) => void;
  readonly break: () => void;
}

function newQueue() {
  const turns = new Turns();
  const calls: Call[] = [];
  const seen = { refusals: 0, idles: 0 };
  const queue = new AppendQueue({
    replica: () => ({
      append: (call) =>
        new Promise((resolve, reject) => {
          calls.push({ call, answer: resolve, break: () => reject(new Error("broken")) });
        }),
    }),
    timers: turns,
    onRefusal: () => (seen.refusals += 1),
    onIdle: () => (seen.idles += 1),
  });
  return { queue, turns, calls, seen };
}

/** The answer that stores each batch of a call at its place in the call. */
function stored({ call }: Call): AppendResult[] {
  return call.sizes.map((_, offset) => ({
    error: null,
    baseOffset: offset,
    lastOffset: offset,
    logAppendTimeMs: -1,
    logStartOffset: 0,
    duplicate: false,
  }));
}

const batch = (...bytes: number[]) => Uint8Array.from(bytes);
const MEGABYTE = 1024 * 1024;

describe("appends to one replica", () => {
  test("[BRK1] go out as one call when they come together, in order, in a tight array", async () => {
    const { queue, calls } = newQueue();
    const views = batch(0, 1, 2, 3, 4, 5).subarray(1, 4);
    const results = [queue.append(views, 3), queue.append(batch(9, 8), 11)];
    expect(calls).toHaveLength(0);
    await microtasks();
    expect(calls).toHaveLength(1);
    expect(calls[0]!.call).toEqual({
      sizes: [3, 2],
      apiVersions: [3, 11],
      bytes: batch(1, 2, 3, 9, 8),
    });
    expect(calls[0]!.call.bytes.buffer.byteLength).toBe(5);
    calls[0]!.answer(stored(calls[0]!));
    expect((await Promise.all(results)).map(({ baseOffset }) => baseOffset)).toEqual([0, 1]);
  });

  test("[BRK1] gather behind a call that is under way, and one is under way at a time", async () => {
    const { queue, turns, calls, seen } = newQueue();
    void queue.append(batch(1), 9);
    await microtasks();
    void queue.append(batch(2), 9);
    await microtasks();
    void queue.append(batch(3), 9);
    await microtasks();
    expect(calls).toHaveLength(1);
    calls[0]!.answer(stored(calls[0]!));
    await microtasks();
    void queue.append(batch(4), 9);
    turns.pass();
    await microtasks();
    expect(calls.map(({ call }) => [...call.bytes])).toEqual([[1], [2, 3, 4]]);
    expect(seen.idles).toBe(0);
    calls[1]!.answer(stored(calls[1]!));
    await microtasks();
    turns.pass();
    expect([calls.length, seen.idles, seen.refusals]).toEqual([2, 1, 0]);
  });

  test("[BRK1] wait after an answer for as many as were in flight, for some turns", async () => {
    const { queue, turns, calls, seen } = newQueue();
    void queue.append(batch(1), 9);
    void queue.append(batch(2), 9);
    await microtasks();
    calls[0]!.answer(stored(calls[0]!));
    await microtasks();
    void queue.append(batch(3), 9);
    turns.next();
    expect(calls).toHaveLength(1);
    void queue.append(batch(4), 9);
    turns.next();
    await microtasks();
    expect([...calls[1]!.call.bytes]).toEqual([3, 4]);
    calls[1]!.answer(stored(calls[1]!));
    await microtasks();
    expect(seen.idles).toBe(0);
    turns.pass();
    expect([calls.length, seen.idles]).toEqual([2, 1]);
  });

  test("[BRK2] are 8 MB a call at most, but a batch that is larger goes alone", async () => {
    const { queue, turns, calls } = newQueue();
    for (const size of [5, 3, 1, 9, 1]) void queue.append(new Uint8Array(size * MEGABYTE), 9);
    for (let call = 0; call < 4; call++) {
      turns.pass();
      await microtasks();
      calls[call]!.answer(stored(calls[call]!));
      await microtasks();
    }
    const sizes = calls.map(({ call }) => call.sizes.map((size) => size / MEGABYTE));
    expect(sizes).toEqual([[5, 3], [1], [9], [1]]);
  });

  test("[BRK3] have timed out when their call breaks, and are never sent again", async () => {
    const { queue, turns, calls, seen } = newQueue();
    const results = [queue.append(batch(1), 9), queue.append(batch(2), 9)];
    await microtasks();
    const next = queue.append(batch(3), 9);
    calls[0]!.break();
    for (const { error } of await Promise.all(results)) expect(error).toBe("REQUEST_TIMED_OUT");
    expect(seen.refusals).toBe(1);
    turns.pass();
    await microtasks();
    expect(calls.map(({ call }) => [...call.bytes])).toEqual([[1, 2], [3]]);
    calls[1]!.answer(stored(calls[1]!));
    expect((await next).error).toBeNull();
  });

  test("[BRK3] are refused as the replica refuses them", async () => {
    const { queue, calls, seen } = newQueue();
    const result = queue.append(batch(1), 9);
    await microtasks();
    calls[0]!.answer({ refused: "NOT_LEADER_OR_FOLLOWER" });
    expect((await result).error).toBe("NOT_LEADER_OR_FOLLOWER");
    expect([seen.refusals, seen.idles]).toEqual([1, 1]);
  });
});
