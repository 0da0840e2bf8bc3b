/**
 * `npm run fuzz -- --frames 100000 --seed 1`: starts a server, sends it damaged requests of real
 * clients, and says what became of them. The same seed sends the same requests.
 */
import { parseArgs } from "node:util";

import { startOdradek } from "../support/serve.ts";
import { fuzz } from "./fuzz.ts";
import { complaints, SAY_EVERYTHING } from "./server-log.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const frames = Number(values.frames);
const seed = Number(values.seed);

const server = await startOdradek({ flags: SAY_EVERYTHING });
console.log(`npm run fuzz -- --frames ${frames} --seed ${seed}`);
const startedAt = performance.now();
try {
  const report = await fuzz(server, {
    frames,
    seed,
    progress: (sent, bytes) =>
      console.log(`${sent} requests sent, ${Math.round(bytes / 2 ** 20)} MB resident`),
  });
  console.log(report);
  console.log(`It took ${Math.round((performance.now() - startedAt) / 1000)} s.`);
} finally {
  const found = complaints(server.said());
  console.log(found.length === 0 ? "The server tells of no mistake." : found.join("\n"));
  if (found.length > 0) process.exitCode = 1;
  await server.stop();
}
