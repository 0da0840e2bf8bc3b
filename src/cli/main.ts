/**
 * The `odradek` command line: one noun per file, Kafka's names for flags. A command that was called
 * wrongly says so in a sentence and ends with 1; nothing here prints a stack.
 */
import { Command } from "commander";

import { CommandError } from "./command-error.ts";
import { serveCommand } from "./serve.ts";

const program = new Command("odradek")
  .description("Kafka rebuilt from actors: a broker on workerd for Kafka clients and browsers.")
  .addHelpText("after", "\nStart with: odradek serve\n")
  .showHelpAfterError("(--help lists what is possible)")
  .addCommand(serveCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
