/** The benchmark itself: that it measures a server and writes down what it found. */
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import type { Report } from "../bench/compare/report.ts";
import { run } from "../oracle/run.ts";

const PROGRAM = join(import.meta.dirname, "../bench/compare.ts");

test("npm run bench measures Odradek alone, tells it and writes it down", async () => {
  const directory = await mkdtemp(join(tmpdir(), "odradek-bench-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const flags = ["--quick", "--targets", "odradek", "--only", "start,single-1x1"];
  const places = ["--results", join(directory, "results"), "--data", directory];
  const result = await run(process.execPath, [PROGRAM, ...flags, ...places]);
  expect(result).toMatchObject({ code: 0, stderr: expect.stringContaining("single-1x1") });

  const [page, json] = await Promise.all(
    ["md", "json"].map(async (extension) => {
      const names = await readdir(join(directory, "results"));
      const name = names.find((each) => each.endsWith(`.${extension}`))!;
      return readFile(join(directory, "results", name), "utf8");
    }),
  );
  const report = JSON.parse(json!) as Report;
  expect(report.complete).toBe(true);
  const figures = report.rows.map(({ load, figure }) => `${load}: ${figure.name}`);
  const single = ["rate", "p50", "p99", "server's CPU"].map((name) => `single-1x1: ${name}`);
  expect(figures).toEqual(["start: to first ack", ...single]);
  for (const { values } of report.rows) expect(values.odradek!.median).toBeGreaterThan(0);
  expect(page).toMatch(/^\| single-1x1 +\| rate, per s /m);
  expect(result.stdout).toContain(page);
  // The server and its data are gone.
  expect(await readdir(directory)).toEqual(["results"]);
});
