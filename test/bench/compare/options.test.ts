/** The command line of `npm run bench`. */
import { expect, test } from "vitest";

import { LOADS } from "./loads.ts";
import { type BenchOptions, benchCommand } from "./options.ts";

/** What the command makes of its flags, or the sentence with which it refuses them. */
async function parsed(...flags: string[]): Promise<BenchOptions> {
  let options: BenchOptions | undefined;
  const command = benchCommand((given) => Promise.resolve(void (options = given)));
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  await command.parseAsync(flags, { from: "user" });
  return options!;
}

test("without a flag everything is run, against all targets", async () => {
  const options = await parsed();
  expect(options.loads).toEqual(LOADS);
  expect(options).toMatchObject({ targets: ["odradek", "kafka", "kafka-flush"], rounds: 3 });
});

test("loads are named in full or by how they begin, and keep their order", async () => {
  const { loads } = await parsed("--only", "latency,consume,single-1x1,single-100");
  expect(loads.map(({ name }) => name)).toEqual([
    "consume-100",
    "consume-1k",
    "single-1x1",
    "single-100x1",
    "latency",
  ]);
});

test("a load or target that does not exist is refused with the names of those that do", async () => {
  await expect(parsed("--only", "produce,consum3")).rejects.toThrow(
    /no load "consum3".*produce-1k/,
  );
  await expect(parsed("--only", "")).rejects.toThrow('no load ""');
  await expect(parsed("--targets", "kafka,redis")).rejects.toThrow(
    /no target "redis".*kafka-flush/,
  );
});

test("--quick runs once and little, unless told otherwise", async () => {
  const full = await parsed();
  const quick = await parsed("--quick");
  expect(quick.rounds).toBe(1);
  for (const [name, size] of Object.entries(quick.sizes)) {
    expect(size).toBeLessThan(full.sizes[name as keyof typeof full.sizes]);
  }
  const both = await parsed("--quick", "--rounds", "2", "--seconds", "7");
  expect(both).toMatchObject({ rounds: 2, sizes: { ...quick.sizes, seconds: 7 } });
});

test("counts are whole numbers above 0", async () => {
  for (const count of ["0", "-1", "1.5", "many"]) {
    await expect(parsed("--rounds", count)).rejects.toThrow("whole number above 0");
  }
});

test("the help lists every load", () => {
  let help = "";
  const command = benchCommand(() => Promise.resolve()).configureOutput({
    writeOut: (text) => (help += text),
  });
  command.outputHelp();
  for (const { name, description } of LOADS) {
    expect(help).toMatch(new RegExp(`^  ${name} +${RegExp.escape(description)}$`, "m"));
  }
});
