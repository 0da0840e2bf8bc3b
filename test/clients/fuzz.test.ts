/**
 * Damaged requests of real clients, over TCP and over WebSockets. `npm run fuzz` sends more of them
 * and repeats a seed.
 */
import { afterAll, beforeAll, expect, test } from "vitest";

import { fuzz } from "../fuzz/fuzz.ts";
import { complaints, SAY_EVERYTHING } from "../fuzz/server-log.ts";
import type { Odradek } from "../support/serve.ts";
import { startOdradek } from "../support/serve.ts";

const FRAMES = 4000;
/** Always the same ones; others are for `npm run fuzz`. */
const SEED = 1;

/** Of the process: several times what it needs, and a fraction of what it could take. */
const MAX_RESIDENT_BYTES = 1024 * 1024 * 1024;

let odradek: Odradek;
beforeAll(async () => {
  odradek = await startOdradek({ flags: SAY_EVERYTHING });
});
afterAll(() => odradek.stop());

test("[S2] no malformed request takes anything down, and who behaves well is answered meanwhile", async () => {
  console.log(`npm run fuzz -- --frames ${FRAMES} --seed ${SEED}`);
  const pid = odradek.workerdPid();
  const report = await fuzz(odradek, { frames: FRAMES, seed: SEED });
  console.log(report);
  expect(report.answered + report.closed + report.silent).toBe(FRAMES);
  expect(report.answered).toBeGreaterThan(FRAMES / 10);
  expect(report.closed).toBeGreaterThan(FRAMES / 10);
  expect(report.wrongAnswers).toBe(0);
  expect(report.goodCalls).toBeGreaterThan(0);
  expect(report.peakBytes).toBeLessThan(MAX_RESIDENT_BYTES);
  expect(complaints(odradek.said())).toEqual([]);
  expect(odradek.workerdPid()).toBe(pid);
}, 300_000);
