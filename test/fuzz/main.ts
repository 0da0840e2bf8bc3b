/**
 * `npm run fuzz -- --frames 100000 --seed 1`: starts a server, sends it damaged requests of real
 * clients, and says what became of them. The same seed sends the same requests.
 */
import { Command } from "commander";

import { startOdradek } from "../support/serve.ts";
import { parseCount, parseWholeNumber } from "../support/whole-numbers.ts";
import { fuzz } from "./fuzz.ts";
import { complaints, SAY_EVERYTHING } from "./server-log.ts";

const { frames, ...options } = new Command("npm run fuzz --")
  .description("Send a server damaged requests of real clients, and say what became of them.")
  .option("--frames <count>", "how many requests", parseCount, 10_000)
  .option(
    "--seed <number>",
    "the same one makes the same requests (default: another each time)",
    parseWholeNumber,
  )
  .parse()
  .opts<{ frames: number; seed?: number }>();
const seed = options.seed ?? Date.now() % 1_000_000;

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
