/** The guard against waking more actors than the system has file descriptors for. */

import { expect, test } from "vitest";

import { AwakeActors, REFUSING_REPLICA } from "../../src/broker/awake-actors.ts";

test("an actor beyond the limit is refused until another has fallen asleep", () => {
  let now = 0;
  const awake = new AwakeActors(2, { now: () => now });
  expect(awake.admits("replica 0")).toBe(true);
  now = 5_000;
  expect(awake.admits("group")).toBe(true);
  expect(awake.admits("replica 0")).toBe(true);

  expect(awake.admits("replica 1")).toBe(false);
  now = 24_999;
  expect(awake.admits("replica 1")).toBe(false);
  now = 25_000;
  expect(awake.admits("replica 1")).toBe(true);
});

test("what stands for a replica that may not be woken has an error that clients try again", async () => {
  const call = { sizes: [], apiVersions: [], bytes: new Uint8Array() };
  expect(await REFUSING_REPLICA.append(call)).toEqual({ refused: "KAFKA_STORAGE_ERROR" });
});
