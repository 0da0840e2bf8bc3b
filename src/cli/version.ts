/** The version of Odradek, as its package has it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Command } from "commander";

const PACKAGE = join(import.meta.dirname, "../../package.json");

/** Gives a command the flag `--version`, which all of Kafka's tools have as well. */
export function addVersionFlag(command: Command): Command {
  const { version } = JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string };
  return command.version(version, "--version", "show the version");
}
