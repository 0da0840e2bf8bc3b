/** The list of commands, and that each is loaded when it is called and not before. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { commandsFor } from "../../src/cli/commands.ts";

/** Flags tell a loaded command from one that is only named. */
const loaded = async (...words: string[]) =>
  (await commandsFor(words)).filter(({ options }) => options.length > 0).map((each) => each.name());

test.each([
  [[], []],
  [["--help"], []],
  [["serve", "--port", "1"], ["serve"]],
  [["help", "topics"], ["topics"]],
  [["topics", "--topic", "configs"], ["topics"]],
])("of %j %j are loaded", async (words, expected) => {
  expect(await loaded(...words)).toEqual(expected);
});

test("every command says what it is for, has its own name, examples and the tool it stands for", async () => {
  for (const named of await commandsFor([])) {
    const name = named.name();
    const command = (await commandsFor([name])).find((each) => each.name() === name)!;
    expect(command.description()).toBe(named.description());
    expect(command.options.length).toBeGreaterThan(0);
    let help = "";
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain(`\n  odradek ${name}`);
    if (name !== "serve") expect(help).toMatch(/The flags are those of Kafka's kafka-[a-z-]+\./);
  }
});

test.each([[], ["topics"], ["console-consumer"]])(
  "%s --version tells the package's",
  (...words) => {
    const root = join(import.meta.dirname, "../..");
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      version: string;
    };
    const args = [join(root, "bin/odradek.js"), ...words, "--version"];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([status, stdout]).toEqual([0, `${version}\n`]);
  },
);
