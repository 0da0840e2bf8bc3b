/**
 * `npm run bench:micro`: the files in `micro/` one after the other, or those that are named:
 *
 *     npm run bench:micro -- crc32c log
 *
 * Each file also runs by itself, so that a profiler can sit on it:
 *
 *     node --expose-gc --cpu-prof test/bench/micro/crc32c.ts
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";

const DIRECTORY = join(import.meta.dirname, "micro");

const names = readdirSync(DIRECTORY)
  .map((file) => file.replace(/\.ts$/, ""))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.find((each) => !names.some((name) => name.startsWith(each)));
if (unknown !== undefined) {
  console.error(`There is no micro-benchmark "${unknown}". There are: ${names.join(", ")}.`);
  process.exit(1);
}
for (const name of names) {
  if (wanted.length > 0 && !wanted.some((each) => name.startsWith(each))) continue;
  console.log(`\n${name}\n`);
  const args = ["--expose-gc", join(DIRECTORY, `${name}.ts`)];
  const { status } = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
